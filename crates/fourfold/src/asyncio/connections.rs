//! How connections and servers are made: `create_connection`, `create_server` and their kin.

use std::future::poll_fn;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use socket2::{Domain, Socket, Type};

use super::address::Address;
use super::cell::{self, WaitReason};
use super::event_loop::Loop;
use super::futures::Future;
use super::protocols::Protocol;
use super::server::{Factory, Server};
use super::stream_transport::{Kind, StreamTransport};
use super::transports::Transport;
use crate::{Error, Result};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 100;

/// What `host` and `port` stand for, from the system's resolver on a thread that may block.
pub(crate) async fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>> {
    if let Ok(address) = host.parse::<IpAddr>() {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let core = super::tasks::running_core();
    let _outside = core.outside_work();
    let host = host.to_owned();
    let lookup =
        move || std::net::ToSocketAddrs::to_socket_addrs(&(host, port)).map(Vec::from_iter);
    let found = on_a_thread(&WaitReason("getaddrinfo"), lookup).await??;
    Ok(found)
}

/// Waits for blocking work. The work goes on where the task is cancelled meanwhile.
pub(crate) async fn on_a_thread<T: Send + 'static>(
    reason: &'static WaitReason,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T> {
    let mut running = pin!(fourfold_kernel::blocking::global().run(work)?);
    poll_fn(|context| {
        if let Some(cancelled) = cell::take_throw() {
            return Poll::Ready(Err(cancelled));
        }
        match running.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(done.map_err(Error::from)),
            Poll::Pending => {
                cell::wait_in_leaf(reason);
                Poll::Pending
            }
        }
    })
    .await
}

pub(crate) fn stream_socket(domain: Domain) -> io::Result<Socket> {
    let socket = Socket::new(domain, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

impl Loop {
    /// Connects to `host`, a name or an address, and `port`, and attaches the protocol that
    /// `factory` makes. The addresses of a name are tried one after the other.
    ///
    /// If the task is cancelled here the connection is closed.
    ///
    /// # Errors
    ///
    /// Where the name has no address, or none of them answers: the error of the only one, or a
    /// text with all of them.
    ///
    /// The original is
    /// [`loop.create_connection`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_connection).
    ///
    /// ```
    /// use std::rc::Rc;
    /// use fourfold::asyncio::{self, Future, Protocol, Transport};
    ///
    /// struct Hello;
    /// impl Protocol for Hello {
    ///     fn connection_made(&self, transport: Transport) {
    ///         transport.write(b"hello");
    ///         transport.close();
    ///     }
    /// }
    ///
    /// struct Greeted(Future<Vec<u8>>);
    /// impl Protocol for Greeted {
    ///     fn data_received(&self, data: &[u8]) {
    ///         let _ = self.0.set_result(data.to_vec());
    ///     }
    /// }
    ///
    /// let got = asyncio::run(async {
    ///     let event_loop = asyncio::get_running_loop()?;
    ///     let server = event_loop.create_server(|| Hello, "127.0.0.1", 0).await?;
    ///     let port = server.sockets()[0].port().unwrap();
    ///     let got = event_loop.create_future();
    ///     let greeted = Greeted(got.clone());
    ///     event_loop.create_connection(|| greeted, "127.0.0.1", port).await?;
    ///     got.await
    /// });
    /// assert_eq!(got.unwrap(), b"hello");
    /// ```
    pub async fn create_connection<P: Protocol>(
        &self,
        factory: impl FnOnce() -> P,
        host: &str,
        port: u16,
    ) -> Result<(Transport, Rc<P>)> {
        let socket = self.connect(host, port).await?;
        self.attach(factory, socket.into()).await
    }

    /// As [`create_connection`](Loop::create_connection), on a socket that is connected already.
    /// It becomes non-blocking.
    ///
    /// # Errors
    ///
    /// Those of the system. `create_connection(sock=…)` in the original.
    pub async fn create_connection_on<P: Protocol>(
        &self,
        factory: impl FnOnce() -> P,
        socket: impl Into<OwnedFd>,
    ) -> Result<(Transport, Rc<P>)> {
        let socket = Socket::from(socket.into());
        socket.set_nonblocking(true)?;
        self.attach(factory, socket.into()).await
    }

    /// Connects to the unix socket at `path`; otherwise as
    /// [`create_connection`](Loop::create_connection).
    ///
    /// # Errors
    ///
    /// Where nobody listens there.
    ///
    /// The original is
    /// [`loop.create_unix_connection`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_unix_connection).
    pub async fn create_unix_connection<P: Protocol>(
        &self,
        factory: impl FnOnce() -> P,
        path: impl AsRef<Path>,
    ) -> Result<(Transport, Rc<P>)> {
        let socket = stream_socket(Domain::UNIX)?;
        self.sock_connect(&socket, path.as_ref()).await?;
        self.attach(factory, socket.into()).await
    }

    pub(super) async fn connect(&self, host: &str, port: u16) -> Result<Socket> {
        let addresses = resolve(host, port).await?;
        self.connect_first(&addresses).await
    }

    async fn connect_first(&self, addresses: &[SocketAddr]) -> Result<Socket> {
        let mut failures: Vec<Error> = Vec::new();
        for address in addresses {
            let socket = stream_socket(Domain::for_address(*address))?;
            match self.sock_connect(&socket, *address).await {
                Ok(()) => return Ok(socket),
                Err(error) if error.is_cancelled() => return Err(error),
                Err(error) => failures.push(error),
            }
        }
        let first = failures.first().map(Error::to_string);
        if failures.iter().all(|failure| Some(failure.to_string()) == first) {
            return Err(failures
                .into_iter()
                .next()
                .unwrap_or_else(|| Error::msg("getaddrinfo() returned empty list")));
        }
        let all: Vec<_> = failures.iter().map(Error::to_string).collect();
        Err(Error::msg(format!("Multiple exceptions: {}", all.join(", "))))
    }

    async fn attach<P: Protocol>(
        &self,
        factory: impl FnOnce() -> P,
        file: OwnedFd,
    ) -> Result<(Transport, Rc<P>)> {
        let protocol = Rc::new(factory());
        let waiter = self.create_future();
        let transport = StreamTransport::start(
            self.core(),
            file,
            Kind::Socket,
            protocol.clone(),
            Some(waiter.clone()),
            None,
            None,
        );
        self.until_made(&transport, waiter).await?;
        Ok((transport, protocol))
    }

    /// Waits until `connection_made` was called.
    pub(crate) async fn until_made(&self, transport: &Transport, waiter: Future<()>) -> Result<()> {
        let made = waiter.await;
        if made.is_err() {
            transport.close();
        }
        made
    }

    /// Listens at `host` and `port` and serves each connection with a protocol that `factory`
    /// makes. An empty `host` stands for all interfaces, port 0 for any free one.
    ///
    /// # Errors
    ///
    /// Where the name has no address, or one of them cannot be listened at.
    ///
    /// The original is
    /// [`loop.create_server`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_server).
    pub async fn create_server<P: Protocol>(
        &self,
        factory: impl Fn() -> P + 'static,
        host: &str,
        port: u16,
    ) -> Result<Server> {
        self.serve_inet(Rc::new(move || Rc::new(factory())), host, port).await
    }

    pub(crate) async fn serve_inet(
        &self,
        factory: Rc<Factory>,
        host: &str,
        port: u16,
    ) -> Result<Server> {
        let addresses = if host.is_empty() {
            let all = [IpAddr::from(Ipv4Addr::UNSPECIFIED), Ipv6Addr::UNSPECIFIED.into()];
            all.map(|address| SocketAddr::new(address, port)).to_vec()
        } else {
            resolve(host, port).await?
        };
        let mut sockets = Vec::new();
        for address in addresses {
            let socket = match stream_socket(Domain::for_address(address)) {
                Ok(socket) => socket,
                // A system without IPv6.
                Err(_) if host.is_empty() && address.is_ipv6() => continue,
                Err(error) => return Err(error.into()),
            };
            socket.set_reuse_address(true)?;
            if address.is_ipv6() {
                socket.set_only_v6(true)?;
            }
            socket.bind(&address.into()).map_err(|error| cannot_bind(&address.into(), error))?;
            sockets.push(socket);
        }
        self.serve(factory, sockets).await
    }

    /// Listens at the unix socket `path`, which is made anew; otherwise as
    /// [`create_server`](Loop::create_server).
    ///
    /// # Errors
    ///
    /// Where `path` is in use or cannot be made.
    ///
    /// The original is
    /// [`loop.create_unix_server`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_unix_server).
    pub async fn create_unix_server<P: Protocol>(
        &self,
        factory: impl Fn() -> P + 'static,
        path: impl AsRef<Path>,
    ) -> Result<Server> {
        self.serve_unix(Rc::new(move || Rc::new(factory())), path.as_ref()).await
    }

    pub(crate) async fn serve_unix(&self, factory: Rc<Factory>, path: &Path) -> Result<Server> {
        use std::os::unix::fs::FileTypeExt;
        let left_over = std::fs::metadata(path).is_ok_and(|found| found.file_type().is_socket());
        if left_over {
            std::fs::remove_file(path)?;
        }
        let socket = stream_socket(Domain::UNIX)?;
        let address = Address::from(path);
        socket.bind(&address.to_system()?).map_err(|error| cannot_bind(&address, error))?;
        self.serve(factory, vec![socket]).await
    }

    /// Serves on sockets that are bound already. `create_server(sock=…)` in the original.
    ///
    /// # Errors
    ///
    /// Where the system refuses to listen.
    pub async fn create_server_on<P: Protocol>(
        &self,
        factory: impl Fn() -> P + 'static,
        socket: impl Into<OwnedFd>,
    ) -> Result<Server> {
        let socket = Socket::from(socket.into());
        socket.set_nonblocking(true)?;
        self.serve(Rc::new(move || Rc::new(factory())), vec![socket]).await
    }

    async fn serve(&self, factory: Rc<Factory>, sockets: Vec<Socket>) -> Result<Server> {
        let server = Server::new(self.core(), sockets, factory, BACKLOG)?;
        server.start_serving().await?;
        Ok(server)
    }
}

fn cannot_bind(address: &Address, error: io::Error) -> Error {
    let text = format!("error while attempting to bind on address {address}: {error}");
    Error::from(io::Error::new(error.kind(), text))
}
