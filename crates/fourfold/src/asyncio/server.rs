//! Listening sockets and the connections they accepted.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::poll_fn;
use std::io::ErrorKind;
use std::os::fd::AsRawFd;
use std::panic::Location;
use std::path::PathBuf;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use fourfold_kernel::reactor::Direction;
use socket2::Socket;

use super::address::Address;
use super::event_loop::{ExceptionContext, Loop};
use super::futures::Future;
use super::loop_core::Core;
use super::protocols::Protocol;
use super::readers::{Io, Trigger};
use super::sleep::sleep;
use super::sockets::accept;
use super::stream_transport::{Kind, StreamTransport};
use super::tasks::{How, Task};
use super::transports::Wire;
use crate::{Error, Result};

/// How long a server waits before it accepts again when the system has no descriptor left.
const ACCEPT_RETRY_DELAY: Duration = Duration::from_secs(1);

pub(crate) type Factory = dyn Fn() -> Rc<dyn Protocol>;

/// Accepts connections. Clones are the same server.
///
/// Dropping it does not close it: the loop keeps what it serves.
///
/// The original is
/// [`asyncio.Server`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.Server).
#[derive(Clone)]
pub struct Server(Rc<Inner>);

struct Inner {
    core: Arc<Core>,
    factory: Rc<Factory>,
    backlog: u32,
    /// `None` when closed.
    sockets: RefCell<Option<Vec<Rc<Listening>>>>,
    clients: RefCell<slab::Slab<Weak<dyn Wire>>>,
    /// `None` when closed and the last client is gone.
    waiters: RefCell<Option<Vec<Future<()>>>>,
    serving: Cell<bool>,
    forever: RefCell<Option<Future<()>>>,
}

struct Listening {
    socket: Socket,
    address: Address,
    /// The file of a unix socket and its number, to remove it at the end.
    file: Option<(PathBuf, u64)>,
}

impl Listening {
    fn new(socket: Socket) -> std::io::Result<Listening> {
        let address = Address::from_system(&socket.local_addr()?);
        let file = address.path().and_then(|path| Some((path.to_owned(), inode(path)?)));
        Ok(Listening { socket, address, file })
    }
}

fn inode(path: &std::path::Path) -> Option<u64> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|found| found.ino())
}

/// A connection's place among its server's clients, until it is dropped.
pub(crate) struct Membership {
    server: Server,
    key: usize,
}

impl Drop for Membership {
    fn drop(&mut self) {
        let inner = &self.server.0;
        drop(inner.clients.borrow_mut().try_remove(self.key));
        inner.wake_if_over();
    }
}

impl Inner {
    fn wake_if_over(&self) {
        if !self.clients.borrow().is_empty() || self.sockets.borrow().is_some() {
            return;
        }
        let waiters = self.waiters.take();
        for waiter in waiters.into_iter().flatten().filter(|waiter| !waiter.done()) {
            let _ = waiter.set_result(());
        }
    }
}

impl Server {
    pub(crate) fn new(
        core: &Arc<Core>,
        sockets: Vec<Socket>,
        factory: Rc<Factory>,
        backlog: u32,
    ) -> Result<Server> {
        let sockets = sockets
            .into_iter()
            .map(|socket| Listening::new(socket).map(Rc::new))
            .collect::<std::io::Result<Vec<_>>>()?;
        Ok(Server(Rc::new(Inner {
            core: core.clone(),
            factory,
            backlog,
            sockets: RefCell::new(Some(sockets)),
            clients: RefCell::default(),
            waiters: RefCell::new(Some(Vec::new())),
            serving: Cell::new(false),
            forever: RefCell::new(None),
        })))
    }

    pub(crate) fn attach(&self, client: &Rc<dyn Wire>) -> Membership {
        let key = self.0.clients.borrow_mut().insert(Rc::downgrade(client));
        Membership { server: self.clone(), key }
    }

    /// The addresses it listens at; none when it is closed.
    pub fn sockets(&self) -> Vec<Address> {
        let sockets = self.0.sockets.borrow();
        sockets.iter().flatten().map(|listening| listening.address.clone()).collect()
    }

    /// Whether it accepts connections.
    pub fn is_serving(&self) -> bool {
        self.0.serving.get()
    }

    /// Begins to accept connections, if it does not yet.
    ///
    /// # Errors
    ///
    /// Where the system refuses to listen or to watch.
    pub async fn start_serving(&self) -> Result<()> {
        self.begin()?;
        sleep(Duration::ZERO).await
    }

    fn begin(&self) -> Result<()> {
        if self.0.serving.replace(true) {
            return Ok(());
        }
        let sockets = self.0.sockets.borrow().clone().unwrap_or_default();
        for listening in sockets {
            let backlog = i32::try_from(self.0.backlog).unwrap_or(i32::MAX);
            listening.socket.listen(backlog)?;
            self.watch(listening)?;
        }
        Ok(())
    }

    fn watch(&self, listening: Rc<Listening>) -> Result<()> {
        let (core, fd) = (self.0.core.clone(), listening.socket.as_raw_fd());
        let server = self.clone();
        let call = Box::new(move || server.accept_ready(&listening));
        let io = Io::of(&core);
        io.set(&core, fd, Direction::Read, Trigger::Level, Location::caller(), call)?;
        Ok(())
    }

    /// Several may have come at once, so it accepts until none is left, within bounds.
    fn accept_ready(&self, listening: &Rc<Listening>) {
        for _ in 0..self.0.backlog {
            match accept(&listening.socket) {
                Ok((socket, peer)) => {
                    let coroutine = self.clone().accepted(socket, peer);
                    drop(Task::start(&self.0.core, coroutine, How::default(), Location::caller()));
                }
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock
                    | ErrorKind::Interrupted
                    | ErrorKind::ConnectionAborted => return,
                    _ => return self.no_room(listening, error.into()),
                },
            }
        }
    }

    /// The system would go on telling of the connection it has no room for.
    fn no_room(&self, listening: &Rc<Listening>, error: Error) {
        let core = &self.0.core;
        let message = "socket.accept() out of system resource";
        core.report(ExceptionContext::new(message, Some(error)));
        Io::of(core).remove(core, listening.socket.as_raw_fd(), Direction::Read);
        let (server, listening) = (self.clone(), listening.clone());
        Loop::from_core(core.clone()).call_later(ACCEPT_RETRY_DELAY, move || {
            if server.is_serving()
                && let Err(error) = server.watch(listening)
            {
                let message = "the server cannot accept any more";
                server.0.core.report(ExceptionContext::new(message, Some(error)));
            }
        });
    }

    async fn accepted(self, socket: Socket, peer: Address) -> Result<()> {
        let protocol = (self.0.factory)();
        let waiter = Future::new(&self.0.core);
        let transport = StreamTransport::start(
            &self.0.core,
            socket.into(),
            Kind::Socket,
            protocol,
            Some(waiter.clone()),
            Some(&self),
            Some(peer),
        );
        if waiter.await.is_err() {
            transport.close();
        }
        Ok(())
    }

    /// Accepts no more and closes the listening sockets; the file of a unix socket is removed.
    /// Connections that were accepted go on. Closing again does nothing.
    pub fn close(&self) {
        let inner = &self.0;
        let Some(sockets) = inner.sockets.take() else { return };
        let io = Io::of(&inner.core);
        for listening in sockets {
            io.release(listening.socket.as_raw_fd());
            if let Some((path, number)) = &listening.file
                && inode(path) == Some(*number)
            {
                // It may have been removed meanwhile; then there is nothing to do.
                let _ = std::fs::remove_file(path);
            }
        }
        inner.serving.set(false);
        let forever = inner.forever.take();
        if let Some(forever) = forever {
            forever.cancel();
        }
        inner.wake_if_over();
    }

    /// Closes all connections that were accepted and are left.
    pub fn close_clients(&self) {
        self.clients().iter().for_each(|client| client.close());
    }

    /// Aborts all connections that were accepted and are left.
    pub fn abort_clients(&self) {
        self.clients().iter().for_each(|client| client.force_close(None));
    }

    fn clients(&self) -> Vec<Rc<dyn Wire>> {
        self.0.clients.borrow().iter().filter_map(|(_, client)| client.upgrade()).collect()
    }

    /// Waits until the server is closed and its last connection is lost.
    ///
    /// # Errors
    ///
    /// `Cancelled` when the task is cancelled meanwhile.
    pub async fn wait_closed(&self) -> Result<()> {
        let waiter = match &mut *self.0.waiters.borrow_mut() {
            None => return Ok(()),
            Some(waiters) => {
                let waiter = Future::<()>::new(&self.0.core);
                waiters.push(waiter.clone());
                waiter
            }
        };
        waiter.await
    }

    /// Accepts connections until the task is cancelled; closes the server then, waits until it is
    /// closed, and ends as cancelled.
    ///
    /// # Errors
    ///
    /// `Cancelled` in the end, also when [`close`](Server::close) ends it; where the server is
    /// closed already, or served by another task.
    pub async fn serve_forever(&self) -> Result<()> {
        let inner = &self.0;
        if inner.forever.borrow().is_some() {
            return Err(Error::msg(format!(
                "server {self:?} is already being awaited on serve_forever()"
            )));
        }
        if inner.sockets.borrow().is_none() {
            return Err(Error::msg(format!("server {self:?} is closed")));
        }
        self.begin()?;
        let mut future = Future::<()>::new(&inner.core);
        inner.forever.replace(Some(future.clone()));
        let ended = poll_fn(|context| future.poll_wait(context)).await;
        let ended = ended.and_then(|()| future.result());
        inner.forever.replace(None);
        if ended.is_err() {
            self.close();
            // What happens meanwhile does not hide why this ends.
            let _ = self.wait_closed().await;
        }
        ended
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("sockets", &self.sockets()).finish_non_exhaustive()
    }
}
