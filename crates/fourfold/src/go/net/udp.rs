//! Datagrams.

use std::fmt;
use std::io;
use std::net::SocketAddr;
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
        let socket = wait(crate::net::UdpSocket::bind(address))?;
        let inner = Inner { socket, read: Half::default(), write: Half::default() };
        Ok(UdpConn { inner: Arc::new(inner) })
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

    /// Until when reads and writes may take, also those that wait already; `None`: for ever.
    pub fn set_deadline(&self, deadline: Option<Time>) {
        self.inner.read.set_deadline(deadline);
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

impl fmt::Debug for UdpConn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UdpConn").field("read", &self.inner.read).finish_non_exhaustive()
    }
}
