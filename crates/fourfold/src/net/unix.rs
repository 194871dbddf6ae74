//! Unix sockets: streams, listeners, datagrams.

use std::io::{self, IoSlice, IoSliceMut, Write};
use std::net::Shutdown;
use std::os::unix::net::{self, SocketAddr};
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll};

use fourfold_kernel::reactor::{Direction, Interest};
use futures_io::{AsyncRead, AsyncWrite};

use super::failure::naming;
use super::socket::{Socket, length};
use super::split::{self, HalfClose, OwnedReadHalf, OwnedWriteHalf, ReadHalf, WriteHalf};
use super::stream::{self, byte_stream};

/// A Unix socket that accepts connections.
///
/// Dropping it closes it. Its path stays in the file system; whoever bound it removes it.
#[derive(Debug)]
pub struct UnixListener {
    socket: Socket<mio::net::UnixListener>,
}

impl UnixListener {
    /// Listens at `path`, which must not exist yet. Does not wait.
    ///
    /// # Errors
    ///
    /// Those of the system, naming the path; `NotConnected` where no loop is running on this
    /// thread.
    pub fn bind(path: impl AsRef<Path>) -> io::Result<UnixListener> {
        let path = path.as_ref();
        let listener = mio::net::UnixListener::bind(path)
            .map_err(|error| naming(error, format_args!("listen at {}", path.display())))?;
        UnixListener::registered(listener)
    }

    fn registered(listener: mio::net::UnixListener) -> io::Result<UnixListener> {
        Ok(UnixListener { socket: Socket::with(listener, Interest::READABLE)? })
    }

    /// Takes the next connection, waiting for it. The stream belongs to the loop of the caller.
    ///
    /// If the caller is cancelled, no connection is lost.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub async fn accept(&self) -> io::Result<(UnixStream, SocketAddr)> {
        let (stream, peer) = self.socket.io(Direction::Read, |listener| listener.accept()).await?;
        Ok((UnixStream::registered(stream)?, peer))
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.source().local_addr()
    }

    /// Takes over a listener of the standard library for the loop of this thread.
    ///
    /// # Errors
    ///
    /// Those of the system; `NotConnected` where no loop is running on this thread.
    pub fn from_std(listener: net::UnixListener) -> io::Result<UnixListener> {
        listener.set_nonblocking(true)?;
        UnixListener::registered(mio::net::UnixListener::from_std(listener))
    }

    /// Gives the listener back to the standard library, in blocking mode.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn into_std(self) -> io::Result<net::UnixListener> {
        let listener = net::UnixListener::from(self.socket.into_source()?);
        listener.set_nonblocking(false)?;
        Ok(listener)
    }
}

/// A connection between two processes of this machine.
///
/// Any thread may use it, and one task may read while another writes.
#[derive(Debug)]
pub struct UnixStream {
    socket: Socket<mio::net::UnixStream>,
}

impl UnixStream {
    /// Connects to the listener at `path`.
    ///
    /// If the caller is cancelled, the attempt is given up.
    ///
    /// # Errors
    ///
    /// Those of the system, naming the path; `WouldBlock` where the listener's queue is full:
    /// the system offers nothing to wait for then. `NotConnected` where no loop is running on
    /// this thread.
    pub async fn connect(path: impl AsRef<Path>) -> io::Result<UnixStream> {
        let path = path.as_ref();
        let failed = |error| naming(error, format_args!("connect to {}", path.display()));
        let stream = mio::net::UnixStream::connect(path).map_err(failed)?;
        let stream = UnixStream::registered(stream)?;
        stream.writable().await?;
        match stream.socket.source().take_error()? {
            Some(error) => Err(failed(error)),
            None => Ok(stream),
        }
    }

    /// Two streams that are connected with each other.
    ///
    /// # Errors
    ///
    /// Those of the system; `NotConnected` where no loop is running on this thread.
    pub fn pair() -> io::Result<(UnixStream, UnixStream)> {
        let (first, second) = mio::net::UnixStream::pair()?;
        Ok((UnixStream::registered(first)?, UnixStream::registered(second)?))
    }

    fn registered(stream: mio::net::UnixStream) -> io::Result<UnixStream> {
        Ok(UnixStream { socket: Socket::new(stream)? })
    }

    /// This side's address.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.source().local_addr()
    }

    /// The other side's address.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.socket.source().peer_addr()
    }

    /// Takes over a stream of the standard library for the loop of this thread.
    ///
    /// # Errors
    ///
    /// Those of the system; `NotConnected` where no loop is running on this thread.
    pub fn from_std(stream: net::UnixStream) -> io::Result<UnixStream> {
        stream.set_nonblocking(true)?;
        UnixStream::registered(mio::net::UnixStream::from_std(stream))
    }

    /// Gives the stream back to the standard library, in blocking mode.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn into_std(self) -> io::Result<net::UnixStream> {
        let stream = net::UnixStream::from(self.socket.into_source()?);
        stream.set_nonblocking(false)?;
        Ok(stream)
    }
}

impl HalfClose for UnixStream {
    fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        UnixStream::shutdown(self, how)
    }
}

byte_stream!(UnixStream);

/// A Unix socket for datagrams, which go and come whole.
#[derive(Debug)]
pub struct UnixDatagram {
    socket: Socket<mio::net::UnixDatagram>,
}

impl UnixDatagram {
    /// Binds to `path`, which must not exist yet. Does not wait.
    ///
    /// # Errors
    ///
    /// Those of the system, naming the path; `NotConnected` where no loop is running on this
    /// thread.
    pub fn bind(path: impl AsRef<Path>) -> io::Result<UnixDatagram> {
        let path = path.as_ref();
        let socket = mio::net::UnixDatagram::bind(path).map_err(|error| {
            naming(error, format_args!("bind a datagram socket to {}", path.display()))
        })?;
        Ok(UnixDatagram { socket: Socket::new(socket)? })
    }

    /// A socket without an address: it can send, and be answered by nobody.
    ///
    /// # Errors
    ///
    /// Those of the system; `NotConnected` where no loop is running on this thread.
    pub fn unbound() -> io::Result<UnixDatagram> {
        Ok(UnixDatagram { socket: Socket::new(mio::net::UnixDatagram::unbound()?)? })
    }

    /// Two sockets that are connected with each other.
    ///
    /// # Errors
    ///
    /// Those of the system; `NotConnected` where no loop is running on this thread.
    pub fn pair() -> io::Result<(UnixDatagram, UnixDatagram)> {
        let (first, second) = mio::net::UnixDatagram::pair()?;
        let of = |socket| io::Result::Ok(UnixDatagram { socket: Socket::new(socket)? });
        Ok((of(first)?, of(second)?))
    }

    /// Has the socket send to `path` only. Does not wait.
    ///
    /// # Errors
    ///
    /// Those of the system, naming the path.
    pub fn connect(&self, path: impl AsRef<Path>) -> io::Result<()> {
        let path = path.as_ref();
        let connected = self.socket.source().connect(path);
        connected.map_err(|error| naming(error, format_args!("send to {}", path.display())))
    }

    /// Sends to the connected socket, waiting for room. If the caller is cancelled, nothing was
    /// sent.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub async fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        self.socket.io(Direction::Write, |socket| socket.send(datagram)).await
    }

    /// Sends to the socket at `path`, waiting for room. If the caller is cancelled, nothing was
    /// sent.
    ///
    /// # Errors
    ///
    /// Those of the system, naming the path.
    pub async fn send_to(&self, datagram: &[u8], path: impl AsRef<Path>) -> io::Result<usize> {
        let path = path.as_ref();
        self.socket
            .io(Direction::Write, |socket| socket.send_to(datagram, path))
            .await
            .map_err(|error| naming(error, format_args!("send to {}", path.display())))
    }

    /// Receives; what does not fit into `buffer` is lost. If the caller is cancelled, nothing was
    /// received.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.io(Direction::Read, |socket| socket.recv(buffer)).await
    }

    /// Receives, and says from where; otherwise as [`recv`](UnixDatagram::recv).
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.socket.io(Direction::Read, |socket| socket.recv_from(buffer)).await
    }

    /// This side's address.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.source().local_addr()
    }
}
