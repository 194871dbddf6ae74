//! TCP: listeners and streams.

use std::io::{self, IoSlice, IoSliceMut, Write};
use std::net::{Shutdown, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll};

use fourfold_kernel::reactor::{Direction, Interest};
use futures_io::{AsyncRead, AsyncWrite};
use socket2::SockRef;

use super::addr::ToTarget;
use super::failure::naming;
use super::options::tcp_options;
use super::socket::{Socket, length};
use super::split::{self, HalfClose, OwnedReadHalf, OwnedWriteHalf, ReadHalf, WriteHalf};
use super::stream::{self, byte_stream};
use super::{connect, resolve};

/// A TCP socket that accepts connections.
///
/// Dropping it closes it; connections it accepted live on.
#[derive(Debug)]
pub struct TcpListener {
    socket: Socket<mio::net::TcpListener>,
}

impl TcpListener {
    /// Listens at the first address of `target` where that is possible. Port 0 takes a free one;
    /// [`local_addr`](TcpListener::local_addr) tells which.
    ///
    /// On Unix an address whose former connections still linger can be bound again at once. As many
    /// connections may wait to be accepted as the system allows.
    ///
    /// If the caller is cancelled, nothing listens.
    ///
    /// # Errors
    ///
    /// Those of the resolver and of the system, naming the address; `NotConnected` where no loop
    /// is running on this thread.
    pub async fn bind(target: impl ToTarget) -> io::Result<TcpListener> {
        let listen = |address: SocketAddr| {
            mio::net::TcpListener::bind(address)
                .and_then(queueing)
                .map_err(|error| naming(error, format_args!("listen at {address}")))
        };
        let listener = resolve::first(target.to_target()?, listen).await?;
        TcpListener::registered(listener)
    }

    fn registered(listener: mio::net::TcpListener) -> io::Result<TcpListener> {
        Ok(TcpListener { socket: Socket::with(listener, Interest::READABLE)? })
    }

    /// Takes the next connection, waiting for it, and says where it comes from. The stream
    /// belongs to the loop of the caller.
    ///
    /// If the caller is cancelled, no connection is lost.
    ///
    /// # Errors
    ///
    /// Those of the system. Of these, too many open files and a connection that was reset before
    /// it was taken are no reason to stop accepting.
    pub async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        // No await behind the accept: a connection taken is a connection returned.
        let (stream, peer) = self.socket.io(Direction::Read, |listener| listener.accept()).await?;
        Ok((TcpStream::registered(stream)?, peer))
    }

    /// The connections one after the other, without end.
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming { listener: self }
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
    pub fn from_std(listener: std::net::TcpListener) -> io::Result<TcpListener> {
        listener.set_nonblocking(true)?;
        TcpListener::registered(mio::net::TcpListener::from_std(listener))
    }

    /// Gives the listener back to the standard library, in blocking mode.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn into_std(self) -> io::Result<std::net::TcpListener> {
        let listener = std::net::TcpListener::from(self.socket.into_source()?);
        listener.set_nonblocking(false)?;
        Ok(listener)
    }
}

/// The same listener with the longest queue: every system lowers it to what it allows. With the 128
/// that mio asks for, most of a crowd that dials at once has to try again a second later.
fn queueing(listener: mio::net::TcpListener) -> io::Result<mio::net::TcpListener> {
    SockRef::from(&listener).listen(i32::MAX)?;
    Ok(listener)
}

/// The connections of a listener; made by [`TcpListener::incoming`].
#[derive(Debug)]
pub struct Incoming<'a> {
    listener: &'a TcpListener,
}

impl Incoming<'_> {
    /// The next connection. It is cancelled and fails as [`TcpListener::accept`].
    ///
    /// # Errors
    ///
    /// As [`TcpListener::accept`].
    pub async fn next(&mut self) -> io::Result<TcpStream> {
        self.listener.accept().await.map(|(stream, _)| stream)
    }
}

/// A TCP connection.
///
/// Any thread may use it, and one task may read while another writes. Dropping it closes the
/// connection; what was written is still sent, unless [`set_linger`](TcpStream::set_linger) says
/// otherwise.
#[derive(Debug)]
pub struct TcpStream {
    socket: Socket<mio::net::TcpStream>,
}

impl TcpStream {
    /// Connects to `target`; where it has several addresses, as
    /// [`connect`](super::connect()) does.
    ///
    /// If the caller is cancelled, the attempt is given up.
    ///
    /// # Errors
    ///
    /// As [`connect`](super::connect()).
    pub async fn connect(target: impl ToTarget) -> io::Result<TcpStream> {
        connect::connect(target).await
    }

    /// Connects to one address.
    pub(super) async fn connect_to(address: SocketAddr) -> io::Result<TcpStream> {
        let stream = TcpStream::registered(mio::net::TcpStream::connect(address)?)?;
        // Writable says that the attempt is over; which way, the socket's error says.
        stream
            .socket
            .io(Direction::Write, |source| {
                if let Some(error) = source.take_error()? {
                    return Err(error);
                }
                match source.peer_addr() {
                    // It was not over after all.
                    Err(error) if error.kind() == io::ErrorKind::NotConnected => {
                        Err(io::ErrorKind::WouldBlock.into())
                    }
                    connected => connected.map(drop),
                }
            })
            .await?;
        Ok(stream)
    }

    fn registered(stream: mio::net::TcpStream) -> io::Result<TcpStream> {
        Ok(TcpStream { socket: Socket::new(stream)? })
    }

    /// Reads what is there and leaves it there, waiting until there is something.
    ///
    /// If the caller is cancelled, nothing is lost.
    ///
    /// # Errors
    ///
    /// As [`read`](TcpStream::read).
    pub async fn peek(&self, buffer: &mut [u8]) -> io::Result<usize> {
        // Not as a read: what was peeked at is still there.
        self.socket.io(Direction::Read, |source| source.peek(buffer)).await
    }

    /// Takes over a stream of the standard library for the loop of this thread.
    ///
    /// # Errors
    ///
    /// Those of the system; `NotConnected` where no loop is running on this thread.
    pub fn from_std(stream: std::net::TcpStream) -> io::Result<TcpStream> {
        stream.set_nonblocking(true)?;
        TcpStream::registered(mio::net::TcpStream::from_std(stream))
    }

    /// Gives the stream back to the standard library, in blocking mode.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn into_std(self) -> io::Result<std::net::TcpStream> {
        let stream = std::net::TcpStream::from(self.socket.into_source()?);
        stream.set_nonblocking(false)?;
        Ok(stream)
    }
}

impl HalfClose for TcpStream {
    fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        TcpStream::shutdown(self, how)
    }
}

tcp_options!(TcpStream);
byte_stream!(TcpStream);
