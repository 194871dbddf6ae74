//! Coroutines on plain sockets: `sock_recv`, `sock_sendall` and their kin.
//!
//! Each does what selector loops do: it tries at once; where that would block, it makes a future
//! and leaves a callback for the socket's readiness. Seen in a trace, a receive that has to wait
//! is seven steps:
//!
//! ```text
//!   poll ─► ready ─► data moved ─► result set ─► task called back ─► coroutine resumed ─► data read
//!   (turn n)                                     (queued)            (turn n + 1)
//! ```

use std::future::poll_fn;
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, RawFd};
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

use fourfold_kernel::reactor::Direction;
use fourfold_kernel::trace;
use rustix::fs::OFlags;
use rustix::net::RecvFlags;
use socket2::{SockRef, Socket};

use super::address::Address;
use super::event_loop::Loop;
use super::futures::Future;
use super::loop_core::Core;
use super::readers::{Io, IoHandle, Trigger};
use crate::{Error, Result};

/// What would have to wait comes as `None`.
fn at_once<T>(outcome: io::Result<T>) -> Result<Option<T>> {
    match outcome {
        Ok(value) => Ok(Some(value)),
        Err(error) if must_wait(&error) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn must_wait(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// Takes the callback away when the coroutine is dropped before it is done.
struct Waiting<T: 'static> {
    core: Arc<Core>,
    fd: RawFd,
    direction: Direction,
    handle: Rc<IoHandle>,
    future: Future<T>,
}

impl<T> Drop for Waiting<T> {
    fn drop(&mut self) {
        if !self.future.done() {
            remove(&self.core, self.fd, self.direction, &self.handle);
            self.future.cancel();
        }
    }
}

/// Ends the watch, unless it was replaced or removed meanwhile.
fn remove(core: &Core, fd: RawFd, direction: Direction, handle: &IoHandle) {
    if !core.is_closed() && !handle.cancelled() {
        Io::of(core).remove(core, fd, direction);
    }
}

impl Loop {
    fn check_non_blocking(&self, socket: BorrowedFd<'_>) -> Result<()> {
        if self.get_debug()
            && !rustix::fs::fcntl_getfl(socket).map_err(io::Error::from)?.contains(OFlags::NONBLOCK)
        {
            return Err(Error::msg("the socket must be non-blocking"));
        }
        Ok(())
    }

    /// Does `operation` when `socket` is ready for it, as often as it takes.
    async fn when_ready<T: 'static>(
        &self,
        socket: BorrowedFd<'_>,
        direction: Direction,
        mut operation: impl FnMut(&Socket) -> io::Result<Option<T>> + 'static,
    ) -> Result<T> {
        let core = self.core().clone();
        let fd = socket.as_raw_fd();
        let io = Io::of(&core);
        io.refuse_transports(fd)?;
        // The callback may outlive this borrow of the socket, if the coroutine is leaked.
        let own = Socket::from(socket.try_clone_to_owned()?);
        let future = self.create_future::<T>();
        let setter = future.clone();
        let call = Box::new(move || {
            if setter.done() {
                return;
            }
            let outcome = match operation(&own) {
                Ok(Some(value)) => Ok(value),
                Ok(None) => return,
                Err(error) if must_wait(&error) => return,
                Err(error) => Err(error),
            };
            trace::instant("data moved", format_args!("{direction:?} {fd}"));
            trace::instant("result set", format_args!("{direction:?} {fd}"));
            // It is not done, as was looked at above.
            let _ = match outcome {
                Ok(value) => setter.set_result(value),
                Err(error) => setter.set_exception(error),
            };
        });
        let handle = io.set(&core, fd, direction, Trigger::Edge, Location::caller(), call)?;
        let done = (core.clone(), handle.clone());
        future.add_done_callback(move |_| remove(&done.0, fd, direction, &done.1));
        let mut waiting = Waiting { core, fd, direction, handle, future };
        poll_fn(|context| waiting.future.poll_wait(context)).await?;
        let result = waiting.future.take_result();
        trace::instant("data read", format_args!("{direction:?} {fd}"));
        result
    }

    /// Receives at most `limit` bytes; none at the end of the stream.
    ///
    /// The socket must be non-blocking. If the task is cancelled nothing was received.
    ///
    /// # Errors
    ///
    /// Those of the socket; in debug mode, a socket that blocks; a socket that a transport uses.
    ///
    /// The original is
    /// [`loop.sock_recv`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.sock_recv).
    ///
    /// ```
    /// use std::os::unix::net::UnixStream;
    /// use fourfold::asyncio;
    ///
    /// let got = asyncio::run(async {
    ///     let event_loop = asyncio::get_running_loop()?;
    ///     let (a, b) = UnixStream::pair()?;
    ///     a.set_nonblocking(true)?;
    ///     b.set_nonblocking(true)?;
    ///     event_loop.sock_sendall(&a, b"hello").await?;
    ///     event_loop.sock_recv(&b, 100).await
    /// });
    /// assert_eq!(got.unwrap(), b"hello");
    /// ```
    pub async fn sock_recv(&self, socket: &impl AsFd, limit: usize) -> Result<Vec<u8>> {
        let socket = socket.as_fd();
        self.check_non_blocking(socket)?;
        if let Some(data) = at_once(receive(&SockRef::from(&socket), limit))? {
            return Ok(data);
        }
        self.when_ready(socket, Direction::Read, move |socket| receive(socket, limit).map(Some))
            .await
    }

    /// Receives into `buffer` and tells how many bytes; 0 at the end of the stream. Otherwise as
    /// [`sock_recv`](Loop::sock_recv).
    ///
    /// # Errors
    ///
    /// As [`sock_recv`](Loop::sock_recv).
    ///
    /// The original is
    /// [`loop.sock_recv_into`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.sock_recv_into).
    pub async fn sock_recv_into(&self, socket: &impl AsFd, buffer: &mut [u8]) -> Result<usize> {
        let data = self.sock_recv(socket, buffer.len()).await?;
        buffer[..data.len()].copy_from_slice(&data);
        Ok(data.len())
    }

    /// Receives one datagram, of which at most `limit` bytes, and says where it came from.
    /// Otherwise as [`sock_recv`](Loop::sock_recv).
    ///
    /// # Errors
    ///
    /// As [`sock_recv`](Loop::sock_recv).
    ///
    /// The original is
    /// [`loop.sock_recvfrom`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.sock_recvfrom).
    pub async fn sock_recvfrom(
        &self,
        socket: &impl AsFd,
        limit: usize,
    ) -> Result<(Vec<u8>, Address)> {
        let socket = socket.as_fd();
        self.check_non_blocking(socket)?;
        if let Some(datagram) = at_once(receive_from(&SockRef::from(&socket), limit))? {
            return Ok(datagram);
        }
        let operation = move |socket: &Socket| receive_from(socket, limit).map(Some);
        self.when_ready(socket, Direction::Read, operation).await
    }

    /// Sends all of `data`. After an error, or when the task is cancelled, nobody knows how much
    /// of it went out.
    ///
    /// # Errors
    ///
    /// As [`sock_recv`](Loop::sock_recv).
    ///
    /// The original is
    /// [`loop.sock_sendall`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.sock_sendall).
    pub async fn sock_sendall(&self, socket: &impl AsFd, data: &[u8]) -> Result<()> {
        let socket = socket.as_fd();
        self.check_non_blocking(socket)?;
        let sent = at_once(send(&SockRef::from(&socket), data))?.unwrap_or(0);
        if sent == data.len() {
            return Ok(());
        }
        let (left, mut sent) = (data[sent..].to_vec(), 0);
        let operation = move |socket: &Socket| loop {
            // Until it would block: only then does the next event come.
            sent += send(socket, &left[sent..])?;
            if sent == left.len() {
                return Ok(Some(()));
            }
        };
        self.when_ready(socket, Direction::Write, operation).await
    }

    /// Sends `data` as one datagram to `address` and tells how many bytes went out.
    ///
    /// # Errors
    ///
    /// As [`sock_recv`](Loop::sock_recv).
    ///
    /// The original is
    /// [`loop.sock_sendto`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.sock_sendto).
    pub async fn sock_sendto(
        &self,
        socket: &impl AsFd,
        data: &[u8],
        address: impl Into<Address>,
    ) -> Result<usize> {
        let socket = socket.as_fd();
        self.check_non_blocking(socket)?;
        let address = address.into().to_system()?;
        if let Some(sent) = at_once(SockRef::from(&socket).send_to(data, &address))? {
            return Ok(sent);
        }
        let data = data.to_vec();
        let operation = move |socket: &Socket| socket.send_to(&data, &address).map(Some);
        self.when_ready(socket, Direction::Write, operation).await
    }

    /// Connects `socket` to `address`, which has no name to be resolved. If the task is cancelled
    /// the socket may go on connecting; close it.
    ///
    /// # Errors
    ///
    /// As [`sock_recv`](Loop::sock_recv); a connection that is refused, among them.
    ///
    /// The original is
    /// [`loop.sock_connect`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.sock_connect).
    pub async fn sock_connect(
        &self,
        socket: &impl AsFd,
        address: impl Into<Address>,
    ) -> Result<()> {
        let socket = socket.as_fd();
        self.check_non_blocking(socket)?;
        let address = address.into().to_system()?;
        match SockRef::from(&socket).connect(&address) {
            Ok(()) => return Ok(()),
            Err(error) if must_wait(&error) => {}
            Err(error) if error.raw_os_error() == Some(IN_PROGRESS) => {}
            Err(error) => return Err(error.into()),
        }
        let operation = |socket: &Socket| match socket.take_error()? {
            Some(error) => Err(error),
            None => Ok(Some(())),
        };
        self.when_ready(socket, Direction::Write, operation).await
    }

    /// Accepts a connection: its socket, non-blocking, and who is at the other end. Make a
    /// standard one of it with `into()`. If the task is cancelled nothing was accepted.
    ///
    /// # Errors
    ///
    /// As [`sock_recv`](Loop::sock_recv).
    ///
    /// The original is
    /// [`loop.sock_accept`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.sock_accept).
    pub async fn sock_accept(&self, socket: &impl AsFd) -> Result<(Socket, Address)> {
        let socket = socket.as_fd();
        self.check_non_blocking(socket)?;
        if let Some(accepted) = at_once(accept(&SockRef::from(&socket)))? {
            return Ok(accepted);
        }
        self.when_ready(socket, Direction::Read, |socket| accept(socket).map(Some)).await
    }
}

const IN_PROGRESS: i32 = rustix::io::Errno::INPROGRESS.raw_os_error();

/// Without the signal that a closed other side would raise in programs that do not ignore it.
#[cfg(any(target_os = "linux", target_os = "android", target_os = "freebsd"))]
pub(crate) const NO_SIGNAL: i32 = rustix::net::SendFlags::NOSIGNAL.bits() as i32;
/// Rust's programs ignore the signal that a closed other side raises.
#[cfg(not(any(target_os = "linux", target_os = "android", target_os = "freebsd")))]
pub(crate) const NO_SIGNAL: i32 = 0;

fn send(socket: &Socket, data: &[u8]) -> io::Result<usize> {
    socket.send_with_flags(data, NO_SIGNAL)
}

fn receive(socket: &Socket, limit: usize) -> io::Result<Vec<u8>> {
    let mut data = Vec::with_capacity(limit);
    rustix::io::retry_on_intr(|| {
        rustix::net::recv(socket, rustix::buffer::spare_capacity(&mut data), RecvFlags::empty())
    })?;
    Ok(data)
}

fn receive_from(socket: &Socket, limit: usize) -> io::Result<(Vec<u8>, Address)> {
    let mut data = vec![0; limit];
    let (received, _, from) = rustix::net::recvfrom(socket, &mut data[..], RecvFlags::empty())?;
    data.truncate(received);
    let from = from.and_then(|from| std::net::SocketAddr::try_from(from).ok());
    Ok((data, from.map_or(Address::Unnamed, Address::Inet)))
}

pub(crate) fn accept(socket: &Socket) -> io::Result<(Socket, Address)> {
    let (accepted, from) = socket.accept()?;
    accepted.set_nonblocking(true)?;
    Ok((accepted, Address::from_system(&from)))
}
