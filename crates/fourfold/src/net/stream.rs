//! What TCP and Unix streams have in common, written once.
//!
//! A macro and not a generic type, so that both show their methods in their own documentation.
//! The type it is used on has a field `socket: Socket<_>`.

/// Reading and writing: the methods, and the traits of `futures-io` and hyper.
macro_rules! byte_stream {
    ($stream:ident) => {
        impl $stream {
            /// Reads what is there, waiting until there is something. 0: the other side has sent
            /// its last byte (or `buffer` is empty).
            ///
            /// If the caller is cancelled, nothing was read.
            ///
            /// # Errors
            ///
            /// Those of the system, such as `ConnectionReset`; `NotConnected` when the loop was
            /// closed.
            pub async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
                self.socket.read(buffer).await
            }

            /// Reads until `buffer` is full.
            ///
            /// If the caller is cancelled, what was read is in `buffer` and it is not known how
            /// much: use [`read`](Self::read) where that matters.
            ///
            /// # Errors
            ///
            /// As [`read`](Self::read); `UnexpectedEof` when the end comes first.
            pub async fn read_exact(&self, mut buffer: &mut [u8]) -> io::Result<()> {
                while !buffer.is_empty() {
                    match self.read(buffer).await? {
                        0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                        read => buffer = &mut buffer[read..],
                    }
                }
                Ok(())
            }

            /// Writes what there is room for, waiting until there is some; says how much.
            ///
            /// If the caller is cancelled, nothing was written.
            ///
            /// # Errors
            ///
            /// Those of the system, such as `BrokenPipe`; `NotConnected` when the loop was closed.
            pub async fn write(&self, bytes: &[u8]) -> io::Result<usize> {
                self.socket
                    .transfer(Direction::Write, bytes.len(), |mut source| source.write(bytes))
                    .await
            }

            /// Writes several slices as one, as far as there is room.
            ///
            /// If the caller is cancelled, nothing was written.
            ///
            /// # Errors
            ///
            /// As [`write`](Self::write).
            pub async fn write_vectored(&self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
                self.socket
                    .transfer(Direction::Write, length(slices), |mut source| {
                        source.write_vectored(slices)
                    })
                    .await
            }

            /// Writes all of `bytes`.
            ///
            /// If the caller is cancelled, some may have been written and it is not known how
            /// much: use [`write`](Self::write) where that matters.
            ///
            /// # Errors
            ///
            /// As [`write`](Self::write).
            pub async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
                while !bytes.is_empty() {
                    match self.write(bytes).await? {
                        0 => return Err(io::ErrorKind::WriteZero.into()),
                        written => bytes = &bytes[written..],
                    }
                }
                Ok(())
            }

            /// Waits until a read is worth a try. If the caller is cancelled, nothing is lost.
            ///
            /// # Errors
            ///
            /// `NotConnected` when the loop was closed.
            pub async fn readable(&self) -> io::Result<()> {
                self.socket.ready(Direction::Read).await
            }

            /// Waits until a write is worth a try. If the caller is cancelled, nothing is lost.
            ///
            /// # Errors
            ///
            /// `NotConnected` when the loop was closed.
            pub async fn writable(&self) -> io::Result<()> {
                self.socket.ready(Direction::Write).await
            }

            /// Reads what is there without waiting.
            ///
            /// # Errors
            ///
            /// `WouldBlock` where nothing is known to be there; wait with
            /// [`readable`](Self::readable) then. Otherwise as [`read`](Self::read).
            pub fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
                self.socket.try_read(buffer)
            }

            /// Writes what there is room for without waiting.
            ///
            /// # Errors
            ///
            /// `WouldBlock` where no room is known; wait with [`writable`](Self::writable) then.
            /// Otherwise as [`write`](Self::write).
            pub fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
                self.socket
                    .try_transfer(Direction::Write, bytes.len(), |mut source| source.write(bytes))
            }

            /// Ends one direction or both: what was written is still sent, then the other side
            /// reads the end. Does not wait.
            ///
            /// # Errors
            ///
            /// Those of the system; `NotConnected` when the other side is gone already.
            pub fn shutdown(&self, how: Shutdown) -> io::Result<()> {
                self.socket.source().shutdown(how)
            }

            /// The reading and the writing half, borrowed.
            pub fn split(&self) -> (ReadHalf<'_, $stream>, WriteHalf<'_, $stream>) {
                (ReadHalf(self), WriteHalf(self))
            }

            /// The reading and the writing half, for two tasks to own. Dropping the writing half
            /// sends the end.
            pub fn into_split(self) -> (OwnedReadHalf<$stream>, OwnedWriteHalf<$stream>) {
                split::into_split(self)
            }
        }

        impl AsyncRead for &$stream {
            fn poll_read(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffer: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                self.socket.poll_read(context, buffer)
            }

            fn poll_read_vectored(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffers: &mut [IoSliceMut<'_>],
            ) -> Poll<io::Result<usize>> {
                self.socket.poll_read_vectored(context, buffers)
            }
        }

        impl AsyncWrite for &$stream {
            fn poll_write(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                bytes: &[u8],
            ) -> Poll<io::Result<usize>> {
                self.socket.poll_write(context, bytes)
            }

            fn poll_write_vectored(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                slices: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                self.socket.poll_write_vectored(context, slices)
            }

            fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(Ok(()))
            }

            fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(stream::end_writing(self.shutdown(Shutdown::Write)))
            }
        }

        impl AsyncRead for $stream {
            fn poll_read(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffer: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                self.socket.poll_read(context, buffer)
            }

            fn poll_read_vectored(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffers: &mut [IoSliceMut<'_>],
            ) -> Poll<io::Result<usize>> {
                self.socket.poll_read_vectored(context, buffers)
            }
        }

        impl AsyncWrite for $stream {
            fn poll_write(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                bytes: &[u8],
            ) -> Poll<io::Result<usize>> {
                self.socket.poll_write(context, bytes)
            }

            fn poll_write_vectored(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                slices: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                self.socket.poll_write_vectored(context, slices)
            }

            fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(Ok(()))
            }

            fn poll_close(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(stream::end_writing(self.shutdown(Shutdown::Write)))
            }
        }

        #[cfg(feature = "http")]
        impl hyper::rt::Read for $stream {
            fn poll_read(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                cursor: hyper::rt::ReadBufCursor<'_>,
            ) -> Poll<io::Result<()>> {
                stream::poll_read_cursor(&self.socket, context, cursor)
            }
        }

        #[cfg(feature = "http")]
        impl hyper::rt::Write for $stream {
            fn poll_write(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                bytes: &[u8],
            ) -> Poll<io::Result<usize>> {
                self.socket.poll_write(context, bytes)
            }

            fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(Ok(()))
            }

            fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
                Poll::Ready(stream::end_writing(self.shutdown(Shutdown::Write)))
            }

            fn is_write_vectored(&self) -> bool {
                true
            }

            fn poll_write_vectored(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                slices: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                self.socket.poll_write_vectored(context, slices)
            }
        }
    };
}

pub(super) use byte_stream;

use std::io;

/// The other side being gone already is no failure to end towards it.
pub(super) fn end_writing(ended: io::Result<()>) -> io::Result<()> {
    match ended {
        Err(error) if error.kind() == io::ErrorKind::NotConnected => Ok(()),
        ended => ended,
    }
}

#[cfg(feature = "http")]
mod cursor {
    use std::io;
    use std::task::{Context, Poll, ready};

    use fourfold_kernel::reactor::Direction;
    use hyper::rt::ReadBufCursor;

    use crate::net::socket::{Bytes, Receive, Socket};

    /// Reads right into hyper's buffer, which need not be initialised for it.
    pub(in crate::net) fn poll_read_cursor<S: Bytes + Receive>(
        socket: &Socket<S>,
        context: &mut Context<'_>,
        mut cursor: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // SAFETY: the slice only goes to `receive`, which never un-initialises any of it.
        let room = unsafe { cursor.as_mut() };
        let asked = S::asked(room.len());
        let read =
            ready!(socket.poll_transfer(Direction::Read, context, asked, |source| {
                source.receive(room)
            }))?;
        // SAFETY: `receive` says how many bytes at the front of `room`, the front of the cursor's
        // unfilled part, the system has written.
        unsafe { cursor.advance(read) };
        Poll::Ready(Ok(()))
    }
}

#[cfg(feature = "http")]
pub(super) use cursor::poll_read_cursor;
