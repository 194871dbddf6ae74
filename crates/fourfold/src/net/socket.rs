//! What all sockets share: try, and where it would block wait for the reactor.
//!
//! # Invariants
//!
//! 1. Readiness is taken back only with the event it was seen with, and only after the system
//!    said, or showed by moving less than asked, that there is no more.
//! 2. Between the call that moved something and the return there is no await: who is cancelled
//!    while waiting has moved nothing.

use std::fmt;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::task::{Context, Poll, ready};

use fourfold_kernel::driver;
use fourfold_kernel::reactor::{Direction, Handle, Interest, ReadyEvent, Registered, Registration};
use mio::event::Source;

/// Whether less than asked for means that there is no more, and that an edge will tell of more.
///
/// On Windows an event is armed by the call that would block, so that call must be made.
const LESS_MEANS_NO_MORE: bool = cfg!(any(
    target_os = "linux",
    target_os = "android",
    target_vendor = "apple",
    target_os = "freebsd",
    target_os = "netbsd",
    target_os = "openbsd",
    target_os = "dragonfly",
));

/// The reactor of the loop that is running on this thread.
pub(super) fn current_reactor() -> io::Result<Handle> {
    match driver::current() {
        Some(driver) => Ok(driver.reactor().clone()),
        None => Err(io::Error::new(
            io::ErrorKind::NotConnected,
            "no loop is running on this thread, and a socket needs one to know when it is ready; \
             make the socket in a task of a loop (for instance inside fourfold::asyncio::run)",
        )),
    }
}

/// A registered source, and how to read and write it.
#[derive(Debug)]
pub(super) struct Socket<S: Source + fmt::Debug>(Registered<S>);

impl<S: Source + fmt::Debug> Socket<S> {
    /// Registers `source` for both directions with the reactor of this thread's loop.
    pub(super) fn new(source: S) -> io::Result<Socket<S>> {
        Socket::with(source, Interest::READABLE | Interest::WRITABLE)
    }

    pub(super) fn with(source: S, interest: Interest) -> io::Result<Socket<S>> {
        Registered::new(&current_reactor()?, source, interest).map(Socket)
    }

    #[inline]
    pub(super) fn source(&self) -> &S {
        self.0.source()
    }

    pub(super) fn into_source(self) -> io::Result<S> {
        self.0.into_source()
    }

    #[inline]
    pub(super) fn registration(&self) -> &Registration {
        self.0.registration()
    }

    pub(super) async fn ready(&self, direction: Direction) -> io::Result<()> {
        self.registration().ready(direction).await.map(drop)
    }

    /// For calls that move one thing whole or not at all: accepting, datagrams.
    pub(super) async fn io<T>(
        &self,
        direction: Direction,
        mut operation: impl FnMut(&S) -> io::Result<T>,
    ) -> io::Result<T> {
        self.registration().async_io(direction, || operation(self.source())).await
    }

    /// For calls that move up to `asked` bytes: waits, tries, and learns from what was moved.
    #[inline]
    pub(super) async fn transfer(
        &self,
        direction: Direction,
        asked: usize,
        mut operation: impl FnMut(&S) -> io::Result<usize>,
    ) -> io::Result<usize> {
        loop {
            let event = self.registration().ready(direction).await?;
            if let Some(done) = self.attempt(event, asked, &mut operation) {
                return done;
            }
        }
    }

    #[inline]
    pub(super) fn poll_transfer(
        &self,
        direction: Direction,
        context: &mut Context<'_>,
        asked: usize,
        mut operation: impl FnMut(&S) -> io::Result<usize>,
    ) -> Poll<io::Result<usize>> {
        loop {
            let event = ready!(self.registration().poll_ready(direction, context))?;
            if let Some(done) = self.attempt(event, asked, &mut operation) {
                return Poll::Ready(done);
            }
        }
    }

    pub(super) fn try_transfer(
        &self,
        direction: Direction,
        asked: usize,
        mut operation: impl FnMut(&S) -> io::Result<usize>,
    ) -> io::Result<usize> {
        let would_block = || Err(io::ErrorKind::WouldBlock.into());
        match self.registration().readiness(direction)? {
            Some(event) => self.attempt(event, asked, &mut operation).unwrap_or_else(would_block),
            None => would_block(),
        }
    }

    /// `None`: it would block, and the readiness was taken back.
    #[inline]
    fn attempt(
        &self,
        event: ReadyEvent,
        asked: usize,
        operation: &mut impl FnMut(&S) -> io::Result<usize>,
    ) -> Option<io::Result<usize>> {
        loop {
            match operation(self.source()) {
                // 0 is the end, which stays to be read again.
                Ok(moved) => {
                    if LESS_MEANS_NO_MORE && 0 < moved && moved < asked {
                        self.registration().clear_readiness(event);
                    }
                    return Some(Ok(moved));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.registration().clear_readiness(event);
                    return None;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// The bytes that vectored buffers have room for.
pub(super) fn length(buffers: &[impl std::ops::Deref<Target = [u8]>]) -> usize {
    buffers.iter().map(|buffer| buffer.len()).sum()
}

/// A source of bytes.
pub(super) trait Bytes: Source + fmt::Debug {
    /// Whether a read that moved less than asked has emptied the source. A Unix socket also stops
    /// short before bytes that came with other credentials or file descriptors; those who were
    /// told "empty" would then wait for an edge that is past.
    const SHORT_READ_EMPTIES: bool;

    /// What a read says to have asked for, so that a short one is told apart or not.
    fn asked(length: usize) -> usize {
        if Self::SHORT_READ_EMPTIES { length } else { 0 }
    }
}

impl Bytes for mio::net::TcpStream {
    const SHORT_READ_EMPTIES: bool = true;
}

#[cfg(unix)]
impl Bytes for mio::net::UnixStream {
    const SHORT_READ_EMPTIES: bool = false;
}

impl<S: Bytes> Socket<S>
where
    for<'a> &'a S: Read + Write,
{
    pub(super) async fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let asked = S::asked(buffer.len());
        self.transfer(Direction::Read, asked, |mut source| source.read(buffer)).await
    }

    pub(super) fn try_read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let asked = S::asked(buffer.len());
        self.try_transfer(Direction::Read, asked, |mut source| source.read(buffer))
    }

    pub(super) fn poll_read(
        &self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let asked = S::asked(buffer.len());
        self.poll_transfer(Direction::Read, context, asked, |mut source| source.read(buffer))
    }

    pub(super) fn poll_read_vectored(
        &self,
        context: &mut Context<'_>,
        buffers: &mut [IoSliceMut<'_>],
    ) -> Poll<io::Result<usize>> {
        let asked = S::asked(length(buffers));
        self.poll_transfer(Direction::Read, context, asked, |mut source| {
            source.read_vectored(buffers)
        })
    }

    pub(super) fn poll_write(
        &self,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.poll_transfer(Direction::Write, context, bytes.len(), |mut source| source.write(bytes))
    }

    pub(super) fn poll_write_vectored(
        &self,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.poll_transfer(Direction::Write, context, length(slices), |mut source| {
            source.write_vectored(slices)
        })
    }
}

/// Receiving into memory that is not initialised.
#[cfg(feature = "http")]
pub(super) trait Receive {
    /// Fills the front of `room` and says how much of it.
    fn receive(&self, room: &mut [std::mem::MaybeUninit<u8>]) -> io::Result<usize>;
}

#[cfg(feature = "http")]
impl Receive for mio::net::TcpStream {
    fn receive(&self, room: &mut [std::mem::MaybeUninit<u8>]) -> io::Result<usize> {
        // Through mio, which arms the next event where the system wants that.
        self.try_io(|| socket2::SockRef::from(self).recv(room))
    }
}

#[cfg(all(feature = "http", unix))]
impl Receive for mio::net::UnixStream {
    fn receive(&self, room: &mut [std::mem::MaybeUninit<u8>]) -> io::Result<usize> {
        self.try_io(|| socket2::SockRef::from(self).recv(room))
    }
}
