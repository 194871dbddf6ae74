//! hyper's runtime traits on whatever loop is running: tasks, and streams of bytes.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use fourfold_kernel::driver::Driver;
use futures_io::{AsyncRead, AsyncWrite};
use hyper::rt::ReadBufCursor;
use std::sync::Arc;

/// Starts hyper's tasks on the loop that was running where this was made.
#[derive(Clone)]
pub struct LocalExecutor {
    driver: Arc<dyn Driver>,
}

impl LocalExecutor {
    /// The executor of the loop that runs on this thread; none if none runs.
    pub fn current() -> Option<LocalExecutor> {
        fourfold_kernel::driver::current().map(|driver| LocalExecutor { driver })
    }

    /// The executor of this loop.
    pub fn new(driver: Arc<dyn Driver>) -> LocalExecutor {
        LocalExecutor { driver }
    }
}

impl<F: Future<Output = ()> + 'static> hyper::rt::Executor<F> for LocalExecutor {
    /// # Panics
    ///
    /// On another thread than the loop's own.
    fn execute(&self, future: F) {
        self.driver.spawn_local(Box::pin(future));
    }
}

impl std::fmt::Debug for LocalExecutor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LocalExecutor").finish_non_exhaustive()
    }
}

/// A stream that implements `futures-io`'s traits, seen through hyper's.
#[derive(Debug)]
pub struct Io<T>(pub T);

impl<T: AsyncRead + Unpin> hyper::rt::Read for Io<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        poll_read_into(Pin::new(&mut self.get_mut().0), cx, buf).map_ok(drop)
    }
}

impl<T: AsyncWrite + Unpin> hyper::rt::Write for Io<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_close(cx)
    }
}

/// Reads through `futures-io` into hyper's buffer and says how much. The buffer is zeroed first
/// where it was not initialised yet: `futures-io` knows initialised memory only.
pub(crate) fn poll_read_into<T: AsyncRead>(
    io: Pin<&mut T>,
    cx: &mut Context<'_>,
    mut buf: ReadBufCursor<'_>,
) -> Poll<io::Result<usize>> {
    let read = ready!(io.poll_read(cx, buf.initialize_unfilled()))?;
    assert!(read <= buf.remaining(), "a reader claims to have read beyond its buffer");
    // SAFETY: all of the unfilled part was initialised above, and `read` lies within it.
    unsafe { buf.advance(read) };
    Poll::Ready(Ok(read))
}
