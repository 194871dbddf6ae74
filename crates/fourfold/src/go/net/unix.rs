//! Connections between processes of one machine.

use std::io;
use std::path::Path;

use fourfold_kernel::fiber;

use super::conn::{conn, listener};
use super::half::{Half, guarded};
use super::{entered, wait};
use crate::go::time::Time;

conn! {
    /// A connection over a Unix socket. See the [module](super).
    ///
    /// The original: [`net.UnixConn`](https://pkg.go.dev/net#UnixConn).
    UnixConn over crate::net::UnixStream
}

listener! {
    /// Accepts connections at a path. See the [module](super).
    ///
    /// The original: [`net.UnixListener`](https://pkg.go.dev/net#UnixListener).
    UnixListener over crate::net::UnixListener, accepts UnixConn
}

/// Listens at a path, which must not exist.
///
/// # Errors
///
/// Those of the system, naming the path.
pub fn listen_unix(path: impl AsRef<Path>) -> io::Result<UnixListener> {
    let _entered = entered();
    crate::net::UnixListener::bind(path).map(UnixListener::new)
}

/// Connects to a path.
///
/// # Errors
///
/// Those of the system, naming the path.
pub fn dial_unix(path: impl AsRef<Path>) -> io::Result<UnixConn> {
    wait(crate::net::UnixStream::connect(path)).map(UnixConn::new)
}

impl UnixConn {
    /// Two ends of one connection.
    ///
    /// # Errors
    ///
    /// Those of the system.
    pub fn pair() -> io::Result<(UnixConn, UnixConn)> {
        let _entered = entered();
        let (one, other) = crate::net::UnixStream::pair()?;
        Ok((UnixConn::new(one), UnixConn::new(other)))
    }
}
