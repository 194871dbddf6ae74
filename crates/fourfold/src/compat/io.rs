//! Streams of bytes, between tokio's traits and those of `futures-io`.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use ::tokio::io::{self as tokio_io, ReadBuf};

/// A stream of bytes of the one world, seen through the traits of the other.
///
/// Around one of tokio's it is a `futures_io` stream, which [`tls`](crate::tls), `http::rt` and all that
/// is generic over `futures-io` take; around one of `futures-io`, such as
/// [`net::TcpStream`](crate::net::TcpStream), it is what crates take that want tokio's traits. tokio's
/// own sockets have to be made under [`compat`](super::compat()), and may then be used anywhere.
///
/// ```
/// use fourfold::compat::Io;
/// use fourfold::net::{TcpListener, TcpStream};
/// use tokio::io::{AsyncReadExt, AsyncWriteExt};
///
/// fourfold::asyncio::run(async {
///     let listener = TcpListener::bind("127.0.0.1:0").await?;
///     let mut near = Io(TcpStream::connect(listener.local_addr()?).await?);
///     let mut far = Io(listener.accept().await?.0);
///     near.write_all(b"hello").await?;
///     near.shutdown().await?;
///     let mut text = String::new();
///     far.read_to_string(&mut text).await?;
///     assert_eq!(text, "hello");
///     Ok(())
/// })?;
/// # Ok::<(), fourfold::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Io<T>(pub T);

impl<T: futures_io::AsyncRead + Unpin> tokio_io::AsyncRead for Io<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        // `futures-io` knows initialised memory only.
        let room = buffer.initialize_unfilled();
        let read = ready!(Pin::new(&mut self.0).poll_read(context, room))?;
        buffer.advance(read);
        Poll::Ready(Ok(()))
    }
}

impl<T: futures_io::AsyncWrite + Unpin> tokio_io::AsyncWrite for Io<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, slices)
    }

    /// `futures-io` does not tell; where it is not, the first slice is written.
    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_close(context)
    }
}

impl<T: tokio_io::AsyncRead + Unpin> futures_io::AsyncRead for Io<T> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        ready!(Pin::new(&mut self.0).poll_read(context, &mut buffer))?;
        Poll::Ready(Ok(buffer.filled().len()))
    }
}

impl<T: tokio_io::AsyncWrite + Unpin> futures_io::AsyncWrite for Io<T> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, slices)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_close(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}
