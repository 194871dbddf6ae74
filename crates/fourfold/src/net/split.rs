//! The two halves of a stream, for two tasks.

use std::io::{self, IoSlice, IoSliceMut};
use std::net::Shutdown;
use std::ops::Deref;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_io::{AsyncRead, AsyncWrite};

/// The reading half of a borrowed stream.
#[derive(Debug)]
pub struct ReadHalf<'a, S>(pub(super) &'a S);

/// The writing half of a borrowed stream. Dropping it ends nothing.
#[derive(Debug)]
pub struct WriteHalf<'a, S>(pub(super) &'a S);

/// The reading half of a stream. The stream is closed when both halves are dropped.
#[derive(Debug)]
pub struct OwnedReadHalf<S>(Arc<S>);

/// The writing half of a stream. Dropping it sends the end; the other half reads on.
#[derive(Debug)]
pub struct OwnedWriteHalf<S: HalfClose> {
    stream: Arc<S>,
    end_on_drop: bool,
}

/// A stream whose writing can end before its reading. Implemented by the streams in here.
pub trait HalfClose {
    /// Ends one direction or both.
    ///
    /// # Errors
    ///
    /// Those of the system.
    fn shutdown(&self, how: Shutdown) -> io::Result<()>;
}

pub(super) fn into_split<S: HalfClose>(stream: S) -> (OwnedReadHalf<S>, OwnedWriteHalf<S>) {
    let stream = Arc::new(stream);
    (OwnedReadHalf(stream.clone()), OwnedWriteHalf { stream, end_on_drop: true })
}

impl<S: HalfClose> OwnedReadHalf<S> {
    /// Makes one stream of the two halves again.
    ///
    /// # Errors
    ///
    /// Where they are halves of two streams; both come back.
    pub fn reunite(
        self,
        mut other: OwnedWriteHalf<S>,
    ) -> Result<S, (OwnedReadHalf<S>, OwnedWriteHalf<S>)> {
        if !Arc::ptr_eq(&self.0, &other.stream) {
            return Err((self, other));
        }
        other.end_on_drop = false;
        drop(other);
        let Ok(stream) = Arc::try_unwrap(self.0) else {
            unreachable!("only the two halves hold the stream");
        };
        Ok(stream)
    }
}

impl<S: HalfClose> Drop for OwnedWriteHalf<S> {
    fn drop(&mut self) {
        if self.end_on_drop {
            // The connection may be gone already, and nobody is left to tell.
            let _ = self.stream.shutdown(Shutdown::Write);
        }
    }
}

macro_rules! halves {
    ($([$($generics:tt)*] $half:ty, $stream:ident => $get:expr;)*) => {$(
        /// All methods of the stream; reading is what they are for.
        impl<$($generics)*> Deref for $half {
            type Target = S;

            fn deref(&self) -> &S {
                let $stream = self;
                $get
            }
        }
    )*};
}
halves! {
    ['a, S] ReadHalf<'a, S>, half => half.0;
    ['a, S] WriteHalf<'a, S>, half => half.0;
    [S] OwnedReadHalf<S>, half => &half.0;
    [S: HalfClose] OwnedWriteHalf<S>, half => &half.stream;
}

macro_rules! reading {
    ($([$($generics:tt)*] $half:ty;)*) => {$(
        impl<$($generics)*> AsyncRead for $half
        where
            for<'s> &'s S: AsyncRead,
        {
            fn poll_read(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffer: &mut [u8],
            ) -> Poll<io::Result<usize>> {
                Pin::new(&mut &**self).poll_read(context, buffer)
            }

            fn poll_read_vectored(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffers: &mut [IoSliceMut<'_>],
            ) -> Poll<io::Result<usize>> {
                Pin::new(&mut &**self).poll_read_vectored(context, buffers)
            }
        }
    )*};
}
reading! {
    ['a, S] ReadHalf<'a, S>;
    [S] OwnedReadHalf<S>;
}

macro_rules! writing {
    ($([$($generics:tt)*] $half:ty;)*) => {$(
        impl<$($generics)*> AsyncWrite for $half
        where
            for<'s> &'s S: AsyncWrite,
        {
            fn poll_write(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                bytes: &[u8],
            ) -> Poll<io::Result<usize>> {
                Pin::new(&mut &**self).poll_write(context, bytes)
            }

            fn poll_write_vectored(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                slices: &[IoSlice<'_>],
            ) -> Poll<io::Result<usize>> {
                Pin::new(&mut &**self).poll_write_vectored(context, slices)
            }

            fn poll_flush(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
            ) -> Poll<io::Result<()>> {
                Pin::new(&mut &**self).poll_flush(context)
            }

            fn poll_close(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
            ) -> Poll<io::Result<()>> {
                Pin::new(&mut &**self).poll_close(context)
            }
        }
    )*};
}
writing! {
    ['a, S] WriteHalf<'a, S>;
    [S: HalfClose] OwnedWriteHalf<S>;
}
