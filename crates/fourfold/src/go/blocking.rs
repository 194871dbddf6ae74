//! Calls that block, on threads that may.

use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::task::{Context, Poll};

use fourfold_kernel::blocking::{self as threads, Running};
use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Outside, Pool, Reason, waiting};

static SYSCALL: Reason = Reason::from_outside("syscall");

/// Calls `f`, which may block, without keeping others from running: on a worker it is called on
/// another thread, and the goroutine waits; on a plain thread it is called at once.
///
/// The calls of [`os`](super::os), [`exec`](super::exec) and [`net`](super::net) do so by
/// themselves, as in Go, where the scheduler sees every system call. It cannot be seen in Rust, so
/// whatever else blocks is to be wrapped in this.
///
/// ```
/// use fourfold::go;
///
/// let length = go::run(|| go::blocking(|| std::fs::metadata(".").map(|meta| meta.len())));
/// assert!(length.is_ok());
/// ```
///
/// # Panics
///
/// If `f` does, with its panic. If no thread can be had. In a future: use [`blocking_async`].
pub fn blocking<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    if Pool::current().is_none() {
        return f();
    }
    fiber::wait(blocking_async(f))
}

/// As [`blocking`], awaited. A call that has begun goes on if this is dropped.
pub fn blocking_async<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> Blocking<T> {
    match threads::global().run(f) {
        Ok(running) => Blocking { running, _outside: Pool::current().map(|pool| pool.outside()) },
        Err(rejected) => panic!("no thread for a call that blocks: {rejected}"),
    }
}

/// Returned by [`blocking_async`].
#[derive(Debug)]
#[must_use = "a future does nothing unless it is awaited"]
pub struct Blocking<T> {
    running: Running<T>,
    _outside: Option<Outside>,
}

impl<T> Future for Blocking<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        match Pin::new(&mut self.running).poll(context) {
            Poll::Ready(Ok(value)) => Poll::Ready(value),
            Poll::Ready(Err(panicked)) => resume_unwind(panicked.into_payload()),
            Poll::Pending => {
                waiting(&SYSCALL);
                Poll::Pending
            }
        }
    }
}
