//! UDP.

use std::io;
use std::net::SocketAddr;

use fourfold_kernel::reactor::Direction;

use super::addr::ToTarget;
use super::failure::naming;
use super::resolve;
use super::socket::Socket;

/// A UDP socket. Datagrams go and come whole, or not at all.
///
/// Any thread may use it, and one task may receive while another sends.
#[derive(Debug)]
pub struct UdpSocket {
    socket: Socket<mio::net::UdpSocket>,
}

impl UdpSocket {
    /// Binds to the first address of `target` where that is possible. Port 0 takes a free one.
    ///
    /// If the caller is cancelled, nothing is bound.
    ///
    /// # Errors
    ///
    /// Those of the resolver and of the system, naming the address; `NotConnected` where no loop
    /// is running on this thread.
    pub async fn bind(target: impl ToTarget) -> io::Result<UdpSocket> {
        let bind = |address: SocketAddr| {
            mio::net::UdpSocket::bind(address)
                .map_err(|error| naming(error, format_args!("bind a UDP socket to {address}")))
        };
        let socket = resolve::first(target.to_target()?, bind).await?;
        Ok(UdpSocket { socket: Socket::new(socket)? })
    }

    /// Has the socket send to, and receive from, the first possible address of `target` only.
    ///
    /// If the caller is cancelled, the socket is as it was.
    ///
    /// # Errors
    ///
    /// Those of the resolver and of the system, naming the address.
    pub async fn connect(&self, target: impl ToTarget) -> io::Result<()> {
        let connect = |address: SocketAddr| {
            let connected = self.socket.source().connect(address);
            connected.map_err(|error| naming(error, format_args!("send to {address}")))
        };
        resolve::first(target.to_target()?, connect).await
    }

    /// Sends to the connected address, waiting for room.
    ///
    /// If the caller is cancelled, nothing was sent.
    ///
    /// # Errors
    ///
    /// Those of the system; also those an earlier datagram has met with.
    pub async fn send(&self, datagram: &[u8]) -> io::Result<usize> {
        self.socket.io(Direction::Write, |socket| socket.send(datagram)).await
    }

    /// Sends to the first address of `target`, waiting for room.
    ///
    /// If the caller is cancelled, nothing was sent.
    ///
    /// # Errors
    ///
    /// Those of the resolver and of the system, naming the address.
    pub async fn send_to(&self, datagram: &[u8], target: impl ToTarget) -> io::Result<usize> {
        let address = resolve::addresses(target.to_target()?).await?[0];
        self.socket
            .io(Direction::Write, |socket| socket.send_to(datagram, address))
            .await
            .map_err(|error| naming(error, format_args!("send to {address}")))
    }

    /// Receives from the connected address. What does not fit into `buffer` is lost.
    ///
    /// If the caller is cancelled, nothing was received.
    ///
    /// # Errors
    ///
    /// Those of the system; `ConnectionRefused` where an earlier datagram found no receiver.
    pub async fn recv(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.socket.io(Direction::Read, |socket| socket.recv(buffer)).await
    }

    /// Receives, and says from where. What does not fit into `buffer` is lost.
    ///
    /// If the caller is cancelled, nothing was received.
    ///
    /// # Errors
    ///
    /// As [`recv`](UdpSocket::recv).
    pub async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.socket.io(Direction::Read, |socket| socket.recv_from(buffer)).await
    }

    /// Reads the next datagram and leaves it there.
    ///
    /// If the caller is cancelled, nothing is lost.
    ///
    /// # Errors
    ///
    /// As [`recv`](UdpSocket::recv).
    pub async fn peek_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        self.socket.io(Direction::Read, |socket| socket.peek_from(buffer)).await
    }

    /// Receives a datagram that is there, without waiting.
    ///
    /// # Errors
    ///
    /// `WouldBlock` where none is known to be there; otherwise as [`recv`](UdpSocket::recv).
    pub fn try_recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        let socket = self.socket.source();
        self.socket.registration().try_io(Direction::Read, || socket.recv_from(buffer))
    }

    /// Sends to `address` without waiting.
    ///
    /// # Errors
    ///
    /// `WouldBlock` where no room is known; otherwise those of the system.
    pub fn try_send_to(&self, datagram: &[u8], address: SocketAddr) -> io::Result<usize> {
        let socket = self.socket.source();
        self.socket.registration().try_io(Direction::Write, || socket.send_to(datagram, address))
    }

    /// Waits until receiving is worth a try. If the caller is cancelled, nothing is lost.
    ///
    /// # Errors
    ///
    /// `NotConnected` when the loop was closed.
    pub async fn readable(&self) -> io::Result<()> {
        self.socket.ready(Direction::Read).await
    }

    /// Waits until sending is worth a try. If the caller is cancelled, nothing is lost.
    ///
    /// # Errors
    ///
    /// `NotConnected` when the loop was closed.
    pub async fn writable(&self) -> io::Result<()> {
        self.socket.ready(Direction::Write).await
    }

    /// This side's address.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.source().local_addr()
    }

    /// The connected address.
    ///
    /// # Errors
    ///
    /// Those of the system; `NotConnected` where there is none.
    pub fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.socket.source().peer_addr()
    }

    /// Whether datagrams may be sent to broadcast addresses. Off at first.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn set_broadcast(&self, broadcast: bool) -> io::Result<()> {
        self.socket.source().set_broadcast(broadcast)
    }

    /// How many routers a datagram may pass (IPv4).
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn set_ttl(&self, ttl: u32) -> io::Result<()> {
        self.socket.source().set_ttl(ttl)
    }

    /// Takes over a socket of the standard library for the loop of this thread.
    ///
    /// # Errors
    ///
    /// Those of the system; `NotConnected` where no loop is running on this thread.
    pub fn from_std(socket: std::net::UdpSocket) -> io::Result<UdpSocket> {
        socket.set_nonblocking(true)?;
        Ok(UdpSocket { socket: Socket::new(mio::net::UdpSocket::from_std(socket))? })
    }

    /// Gives the socket back to the standard library, in blocking mode.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn into_std(self) -> io::Result<std::net::UdpSocket> {
        let socket = std::net::UdpSocket::from(self.socket.into_source()?);
        socket.set_nonblocking(false)?;
        Ok(socket)
    }
}
