//! Datagrams.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use fourfold_kernel::fiber;

use super::half::{Half, guarded};
use super::{ToTarget, entered, wait};
use crate::go::time::Time;

/// A UDP socket. Clones are the same socket.
///
/// The original: [`net.UDPConn`](https://pkg.go.dev/net#UDPConn).
#[derive(Clone)]
pub struct UdpConn {
    inner: Arc<Inner>,
}

struct Inner {
    socket: crate::net::UdpSocket,
    read: Half,
    write: Half,
}

impl UdpConn {
    /// Takes datagrams at an address.
    ///
    /// The original: [`net.ListenUDP`](https://pkg.go.dev/net#ListenUDP).
    ///
    /// # Errors
    ///
    /// Those of the resolver and of the system, naming the address.
    pub fn listen(address: impl ToTarget) -> io::Result<UdpConn> {
        wait(crate::net::UdpSocket::bind(address)).map(UdpConn::new)
    }

    /// A socket that sends to one address and takes datagrams from there only.
    ///
    /// ```
    /// use fourfold::go::{self, net::UdpConn};
    ///
    /// let answer = go::run(|| {
    ///     let server = UdpConn::listen("127.0.0.1:0")?;
    ///     let client = UdpConn::dial(server.local_addr()?)?;
    ///     client.write(b"ping")?;
    ///     let mut buffer = [0; 16];
    ///     let (length, from) = server.read_from(&mut buffer)?;
    ///     server.write_to(&buffer[..length], from)?;
    ///     let length = client.read(&mut buffer)?;
    ///     std::io::Result::Ok(buffer[..length].to_vec())
    /// })?;
    /// assert_eq!(answer, b"ping");
    /// # std::io::Result::Ok(())
    /// ```
    ///
    /// The original: [`net.DialUDP`](https://pkg.go.dev/net#DialUDP).
    ///
    /// # Errors
    ///
    /// Those of the resolver and of the system, naming the address.
    pub fn dial(address: impl ToTarget) -> io::Result<UdpConn> {
        let target = address.to_target()?;
        let socket = wait(async {
            // A socket is of one family; the target may have addresses of both.
            let over_ipv4 = connected((Ipv4Addr::UNSPECIFIED, 0).into(), &target).await;
            match over_ipv4 {
                Ok(socket) => Ok(socket),
                Err(first) => {
                    connected((Ipv6Addr::UNSPECIFIED, 0).into(), &target).await.map_err(|_| first)
                }
            }
        })?;
        Ok(UdpConn::new(socket))
    }

    fn new(socket: crate::net::UdpSocket) -> UdpConn {
        let inner = Inner { socket, read: Half::default(), write: Half::default() };
        UdpConn { inner: Arc::new(inner) }
    }

    /// Waits for a datagram of the one address it was [dialled](UdpConn::dial) to; says how long it
    /// is.
    ///
    /// # Errors
    ///
    /// As [`read_from`](UdpConn::read_from); also what became of a datagram that was sent before.
    pub fn read(&self, buffer: &mut [u8]) -> io::Result<usize> {
        let _entered = entered();
        fiber::wait(guarded(&self.inner.read, self.inner.socket.recv(buffer)))
    }

    /// Sends a datagram to the one address it was [dialled](UdpConn::dial) to.
    ///
    /// # Errors
    ///
    /// As [`write_to`](UdpConn::write_to); also if it was not dialled.
    pub fn write(&self, datagram: &[u8]) -> io::Result<usize> {
        let _entered = entered();
        fiber::wait(guarded(&self.inner.write, self.inner.socket.send(datagram)))
    }

    /// Waits for a datagram; says how long it is and where it comes from. What does not fit into
    /// the buffer is lost.
    ///
    /// # Errors
    ///
    /// Those of the system; "use of closed network connection", "i/o timeout".
    pub fn read_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        let _entered = entered();
        fiber::wait(guarded(&self.inner.read, self.inner.socket.recv_from(buffer)))
    }

    /// As [`read_from`](UdpConn::read_from), awaited.
    ///
    /// # Errors
    ///
    /// As [`read_from`](UdpConn::read_from).
    pub async fn read_from_async(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        guarded(&self.inner.read, self.inner.socket.recv_from(buffer)).await
    }

    /// As [`write_to`](UdpConn::write_to), awaited.
    ///
    /// # Errors
    ///
    /// As [`write_to`](UdpConn::write_to).
    pub async fn write_to_async(&self, datagram: &[u8], address: SocketAddr) -> io::Result<usize> {
        guarded(&self.inner.write, self.inner.socket.send_to(datagram, address)).await
    }

    /// Sends a datagram.
    ///
    /// # Errors
    ///
    /// Those of the system; "use of closed network connection", "i/o timeout".
    pub fn write_to(&self, datagram: &[u8], address: SocketAddr) -> io::Result<usize> {
        let _entered = entered();
        fiber::wait(guarded(&self.inner.write, self.inner.socket.send_to(datagram, address)))
    }

    /// Where it takes datagrams.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.socket.local_addr()
    }

    /// The address it was [dialled](UdpConn::dial) to.
    ///
    /// # Errors
    ///
    /// Those of the system, also if there is none.
    pub fn remote_addr(&self) -> io::Result<SocketAddr> {
        self.inner.socket.peer_addr()
    }

    /// Until when reads and writes may take, also those that wait already; `None`: for ever.
    pub fn set_deadline(&self, deadline: Option<Time>) {
        self.set_read_deadline(deadline);
        self.set_write_deadline(deadline);
    }

    /// As [`set_deadline`](UdpConn::set_deadline), for reads only.
    pub fn set_read_deadline(&self, deadline: Option<Time>) {
        self.inner.read.set_deadline(deadline);
    }

    /// As [`set_deadline`](UdpConn::set_deadline), for writes only.
    pub fn set_write_deadline(&self, deadline: Option<Time>) {
        self.inner.write.set_deadline(deadline);
    }

    /// Takes and sends no more; whoever waits fails with "use of closed network connection".
    ///
    /// # Errors
    ///
    /// With just that, if it was closed already.
    pub fn close(&self) -> io::Result<()> {
        self.inner
            .read
            .check()
            .or_else(|error| if super::half::is_closed(&error) { Err(error) } else { Ok(()) })?;
        self.inner.read.close();
        self.inner.write.close();
        Ok(())
    }
}

async fn connected(
    own: SocketAddr,
    target: &crate::net::Target,
) -> io::Result<crate::net::UdpSocket> {
    let socket = crate::net::UdpSocket::bind(own).await?;
    socket.connect(target.clone()).await?;
    Ok(socket)
}

impl fmt::Debug for UdpConn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UdpConn").field("read", &self.inner.read).finish_non_exhaustive()
    }
}
