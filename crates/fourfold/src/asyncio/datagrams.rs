//! Datagram endpoints.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::os::fd::AsRawFd;
use std::panic::Location;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use fourfold_kernel::reactor::Direction;
use socket2::{Domain, Socket, Type};

use super::address::Address;
use super::connections::resolve;
use super::event_loop::Loop;
use super::flow::Flow;
use super::handles::{Callback, In};
use super::loop_core::Core;
use super::readers::{Io, Trigger};
use crate::{Error, Result};

/// Receives what happens at a datagram endpoint.
///
/// All calls are made on the loop's thread; see [`Protocol`](super::Protocol) for why they take
/// `&self`.
///
/// The original is
/// [`asyncio.DatagramProtocol`](https://docs.python.org/3/library/asyncio-protocol.html#asyncio.DatagramProtocol).
pub trait DatagramProtocol: 'static {
    /// The endpoint is there.
    fn connection_made(&self, transport: DatagramTransport) {
        let _ = transport;
    }

    /// A datagram arrived. It lies in a buffer that the whole loop shares.
    fn datagram_received(&self, data: &[u8], from: SocketAddr) {
        let _ = (data, from);
    }

    /// Sending or receiving failed, often because nobody listens at the other end. The endpoint
    /// lives on.
    fn error_received(&self, error: Error) {
        let _ = error;
    }

    /// The endpoint is closed. Called once.
    fn connection_lost(&self, error: Option<Error>) {
        let _ = error;
    }

    /// More is waiting to be sent than the high water mark allows.
    fn pause_writing(&self) {}

    /// What is waiting to be sent has fallen to the low water mark.
    fn resume_writing(&self) {}
}

impl<P: DatagramProtocol + ?Sized> DatagramProtocol for Rc<P> {
    fn connection_made(&self, transport: DatagramTransport) {
        (**self).connection_made(transport);
    }

    fn datagram_received(&self, data: &[u8], from: SocketAddr) {
        (**self).datagram_received(data, from);
    }

    fn error_received(&self, error: Error) {
        (**self).error_received(error);
    }

    fn connection_lost(&self, error: Option<Error>) {
        (**self).connection_lost(error);
    }

    fn pause_writing(&self) {
        (**self).pause_writing();
    }

    fn resume_writing(&self) {
        (**self).resume_writing();
    }
}

/// What the original counts for the header of each buffered datagram.
const HEADER: usize = 8;

/// A datagram endpoint's sending side. Clones are the same endpoint.
///
/// The original is
/// [`asyncio.DatagramTransport`](https://docs.python.org/3/library/asyncio-protocol.html#asyncio.DatagramTransport).
#[derive(Clone)]
pub struct DatagramTransport(Rc<Inner>);

struct Inner {
    core: Arc<Core>,
    this: Weak<Inner>,
    io: Rc<Io>,
    socket: RefCell<Option<Rc<Socket>>>,
    protocol: RefCell<Option<Rc<dyn DatagramProtocol>>>,
    /// Where it is connected to.
    remote: Option<SocketAddr>,
    local: Option<SocketAddr>,
    buffer: RefCell<VecDeque<(Vec<u8>, Option<SocketAddr>)>>,
    buffered: Cell<usize>,
    flow: Flow,
    closing: Cell<bool>,
    lost: Cell<bool>,
}

impl Inner {
    #[track_caller]
    fn soon(&self, f: impl FnOnce(&Inner) + 'static) {
        let Some(this) = self.this.upgrade() else { return };
        let context = In::Copy(super::context::snapshot());
        self.core.queue_call(Callback::new(move || f(&this), context, Location::caller()));
    }

    fn call(&self, f: impl FnOnce(&dyn DatagramProtocol)) {
        let protocol = self.protocol.borrow().clone();
        if let Some(protocol) = protocol {
            f(&*protocol);
        }
    }

    fn socket(&self) -> Option<Rc<Socket>> {
        self.socket.borrow().clone()
    }

    /// A burst of datagrams is several events here: each is told on a turn of its own.
    fn watch(&self, direction: Direction) {
        let (Some(this), Some(socket)) = (self.this.upgrade(), self.socket()) else { return };
        let call: Box<dyn FnMut()> = match direction {
            Direction::Read => Box::new(move || this.read_ready()),
            Direction::Write => Box::new(move || this.write_ready()),
        };
        let (fd, location) = (socket.as_raw_fd(), Location::caller());
        let set = self.io.set(&self.core, fd, direction, Trigger::Level, location, call);
        if let Err(error) = set {
            self.force_close(Some(error));
        }
    }

    fn unwatch(&self, direction: Direction) {
        if let Some(socket) = self.socket() {
            self.io.remove(&self.core, socket.as_raw_fd(), direction);
        }
    }

    fn read_ready(&self) {
        let Some(socket) = self.socket().filter(|_| !self.lost.get()) else { return };
        self.io.with_read_buffer(|buffer| {
            let flags = rustix::net::RecvFlags::empty();
            match rustix::net::recvfrom(&*socket, &mut *buffer, flags) {
                Ok((received, _, from)) => {
                    let from = from.and_then(|from| SocketAddr::try_from(from).ok());
                    if let Some(from) = from.or(self.remote) {
                        self.call(|protocol| protocol.datagram_received(&buffer[..received], from));
                    }
                }
                Err(error) => {
                    let error = io::Error::from(error);
                    if !may_be_tried_again(&error) {
                        self.call(|protocol| protocol.error_received(error.into()));
                    }
                }
            }
        });
    }

    fn send(&self, data: &[u8], to: Option<SocketAddr>) -> io::Result<()> {
        let socket = self.socket().ok_or(ErrorKind::NotConnected)?;
        match to {
            Some(to) if self.remote.is_none() => socket.send_to(data, &to.into())?,
            _ => socket.send(data)?,
        };
        Ok(())
    }

    fn write_ready(&self) {
        loop {
            let Some((data, to)) = ({ self.buffer.borrow_mut().pop_front() }) else { break };
            match self.send(&data, to) {
                Err(error) if may_be_tried_again(&error) => {
                    self.buffer.borrow_mut().push_front((data, to));
                    break;
                }
                sent => {
                    self.buffered.set(self.buffered.get() - data.len() - HEADER);
                    if let Err(error) = sent {
                        return self.call(|protocol| protocol.error_received(error.into()));
                    }
                }
            }
        }
        self.flow.shrunk(self.buffered.get(), || self.call(|protocol| protocol.resume_writing()));
        if self.buffer.borrow().is_empty() {
            self.unwatch(Direction::Write);
            if self.closing.get() {
                self.lose(None);
            }
        }
    }

    fn force_close(&self, error: Option<Error>) {
        if self.lost.get() {
            return;
        }
        drop(self.buffer.take());
        self.buffered.set(0);
        self.closing.set(true);
        self.unwatch(Direction::Read);
        self.unwatch(Direction::Write);
        self.lose(error);
    }

    fn lose(&self, error: Option<Error>) {
        if self.lost.replace(true) {
            return;
        }
        self.soon(move |this| {
            let _end = End(this);
            this.call(|protocol| protocol.connection_lost(error));
        });
    }
}

/// Done also where the protocol panics.
struct End<'a>(&'a Inner);

impl Drop for End<'_> {
    fn drop(&mut self) {
        if let Some(socket) = self.0.socket.take() {
            self.0.io.release(socket.as_raw_fd());
        }
        drop(self.0.protocol.take());
    }
}

fn may_be_tried_again(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

impl DatagramTransport {
    /// Sends `data` as one datagram, at once if the system takes it; else it is buffered. `to`
    /// is left out where the endpoint has a remote address. A failure goes to
    /// [`error_received`](DatagramProtocol::error_received).
    ///
    /// # Errors
    ///
    /// Where `to` is another address than the one the endpoint is connected to.
    ///
    /// The original is
    /// [`DatagramTransport.sendto`](https://docs.python.org/3/library/asyncio-protocol.html#asyncio.DatagramTransport.sendto).
    pub fn sendto(&self, data: &[u8], to: impl Into<Option<SocketAddr>>) -> Result<()> {
        let (inner, to) = (&self.0, to.into());
        if let (Some(remote), Some(to)) = (inner.remote, to)
            && remote != to
        {
            return Err(Error::msg(format!("Invalid address: must be None or {remote}")));
        }
        if inner.lost.get() {
            return Ok(());
        }
        if inner.buffer.borrow().is_empty() {
            match inner.send(data, to) {
                Ok(()) => return Ok(()),
                Err(error) if may_be_tried_again(&error) => inner.watch(Direction::Write),
                Err(error) => {
                    inner.call(|protocol| protocol.error_received(error.into()));
                    return Ok(());
                }
            }
        }
        inner.buffer.borrow_mut().push_back((data.to_vec(), to));
        inner.buffered.set(inner.buffered.get() + data.len() + HEADER);
        inner.flow.grown(inner.buffered.get(), || inner.call(|protocol| protocol.pause_writing()));
        Ok(())
    }

    /// Sends what is buffered, then ends the endpoint. Closing again does nothing.
    pub fn close(&self) {
        if !self.0.closing.replace(true) {
            self.0.unwatch(Direction::Read);
            if self.0.buffer.borrow().is_empty() {
                self.0.lose(None);
            }
        }
    }

    /// As [`close`](DatagramTransport::close), and throws away what is buffered.
    pub fn abort(&self) {
        self.0.force_close(None);
    }

    /// Whether it is closing or closed.
    pub fn is_closing(&self) -> bool {
        self.0.closing.get()
    }

    /// How many bytes are waiting to be sent.
    pub fn get_write_buffer_size(&self) -> usize {
        self.0.buffered.get()
    }

    /// This end's own address. `get_extra_info("sockname")` in the original.
    pub fn sockname(&self) -> Option<SocketAddr> {
        self.0.local
    }

    /// Where it is connected to. `get_extra_info("peername")` in the original.
    pub fn peername(&self) -> Option<SocketAddr> {
        self.0.remote
    }
}

impl fmt::Debug for DatagramTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DatagramTransport")
            .field("sockname", &self.sockname())
            .field("peername", &self.peername())
            .field("closing", &self.is_closing())
            .finish()
    }
}

impl Loop {
    /// Makes a datagram endpoint, bound to `local` and connected to `remote`, each a host and a
    /// port, and attaches the protocol that `factory` makes.
    ///
    /// # Errors
    ///
    /// Where neither address is given, a name has no address, or the system refuses.
    ///
    /// The original is
    /// [`loop.create_datagram_endpoint`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_datagram_endpoint).
    ///
    /// ```
    /// use fourfold::asyncio::{self, DatagramProtocol};
    ///
    /// struct Ignore;
    /// impl DatagramProtocol for Ignore {}
    ///
    /// asyncio::run(async {
    ///     let event_loop = asyncio::get_running_loop()?;
    ///     let (transport, _) =
    ///         event_loop.create_datagram_endpoint(|| Ignore, ("127.0.0.1", 0), None).await?;
    ///     transport.sendto(b"to myself", transport.sockname())
    /// })
    /// .unwrap();
    /// ```
    pub async fn create_datagram_endpoint<P: DatagramProtocol>(
        &self,
        factory: impl FnOnce() -> P,
        local: impl Into<Option<(&str, u16)>>,
        remote: impl Into<Option<(&str, u16)>>,
    ) -> Result<(DatagramTransport, Rc<P>)> {
        let (local, remote) = (first(local.into()).await?, first(remote.into()).await?);
        let Some(family) = remote.or(local) else {
            return Err(Error::msg("unexpected address family: give a local or a remote address"));
        };
        let socket = Socket::new(Domain::for_address(family), Type::DGRAM, None)?;
        socket.set_nonblocking(true)?;
        if let Some(local) = local {
            socket.bind(&local.into())?;
        }
        if let Some(remote) = remote {
            socket.connect(&remote.into())?;
        }
        let core = self.core();
        let io = Io::of(core);
        io.claim(socket.as_raw_fd());
        let protocol = Rc::new(factory());
        let inner = Rc::new_cyclic(|this| Inner {
            core: core.clone(),
            this: this.clone(),
            io,
            remote,
            local: socket.local_addr().ok().and_then(|it| Address::from_system(&it).inet()),
            socket: RefCell::new(Some(Rc::new(socket))),
            protocol: RefCell::new(Some(protocol.clone())),
            buffer: RefCell::default(),
            buffered: Cell::new(0),
            flow: Flow::new(),
            closing: Cell::new(false),
            lost: Cell::new(false),
        });
        let transport = DatagramTransport(inner.clone());
        let (waiter, made) = (self.create_future(), transport.clone());
        let set = waiter.clone();
        inner.soon(move |this| this.call(|protocol| protocol.connection_made(made)));
        inner.soon(|this| {
            if !this.closing.get() {
                this.watch(Direction::Read);
            }
        });
        inner.soon(move |_| {
            if !set.done() {
                let _ = set.set_result(());
            }
        });
        let made = waiter.await;
        if made.is_err() {
            transport.close();
        }
        made.map(|()| (transport, protocol))
    }
}

async fn first(address: Option<(&str, u16)>) -> Result<Option<SocketAddr>> {
    match address {
        None => Ok(None),
        Some((host, port)) => Ok(resolve(host, port).await?.first().copied()),
    }
}
