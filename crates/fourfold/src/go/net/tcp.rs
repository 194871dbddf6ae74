//! TCP connections and listeners.

use std::io;
use std::net::SocketAddr;

use fourfold_kernel::fiber;

use super::conn::{conn, listener};
use super::entered;
use super::half::{Half, guarded};
use crate::go::time::Time;

conn! {
    /// A TCP connection. See the [module](super).
    ///
    /// The original: [`net.TCPConn`](https://pkg.go.dev/net#TCPConn).
    TcpConn over crate::net::TcpStream
}

listener! {
    /// Accepts TCP connections. See the [module](super).
    ///
    /// The original: [`net.TCPListener`](https://pkg.go.dev/net#TCPListener).
    TcpListener over crate::net::TcpListener, accepts TcpConn
}

impl TcpListener {
    /// Where it listens.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn addr(&self) -> io::Result<SocketAddr> {
        self.inner.listener.local_addr()
    }
}

impl TcpConn {
    /// This side's address.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.stream.local_addr()
    }

    /// The other side's address.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn remote_addr(&self) -> io::Result<SocketAddr> {
        self.inner.stream.peer_addr()
    }

    /// Whether what is written is sent at once, and not gathered into larger packets. On by
    /// default, as in Go.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn set_no_delay(&self, no_delay: bool) -> io::Result<()> {
        self.inner.stream.set_nodelay(no_delay)
    }
}
