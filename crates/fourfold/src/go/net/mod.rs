//! Connections that straight-line code reads and writes, as in Go's package `net`.
//!
//! A connection implements [`std::io::Read`] and [`std::io::Write`], by value and by reference, so
//! what is written for the blocking sockets of the standard library runs over it as it is: here a
//! read parks the goroutine and not the thread.
//!
//! ```
//! use std::io::{Read, Write};
//! use fourfold::go::{self, go, net};
//!
//! let answer = go::run(|| {
//!     let listener = net::listen("127.0.0.1:0")?;
//!     let address = listener.addr()?;
//!     go(move || -> std::io::Result<()> {
//!         let mut conn = listener.accept()?;
//!         let mut buffer = [0; 64];
//!         loop {
//!             match conn.read(&mut buffer)? {
//!                 0 => return Ok(()),
//!                 read => conn.write_all(&buffer[..read])?,
//!             }
//!         }
//!     });
//!     let mut conn = net::dial(address)?;
//!     conn.write_all(b"hello")?;
//!     conn.close_write()?;
//!     let mut answer = String::new();
//!     conn.read_to_string(&mut answer)?;
//!     std::io::Result::Ok(answer)
//! })?;
//! assert_eq!(answer, "hello");
//! # std::io::Result::Ok(())
//! ```
//!
//! Clones are the same connection. [`close`](TcpConn::close) wakes whoever reads, writes or accepts,
//! with the error "use of closed network connection"; dropping the last clone closes too. Deadlines
//! are moments, as in Go: one that has passed lets every read fail with "i/o timeout" until another
//! is set.
//!
//! The sockets belong to the reactor of the runtime they are made in; on a plain thread to that of
//! the default one.

mod conn;
mod half;
mod tcp;
mod udp;
#[cfg(unix)]
mod unix;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use fourfold_kernel::driver;
use fourfold_kernel::fiber;

pub use crate::net::ToTarget;
pub use half::{is_closed, is_timeout};
pub use tcp::{TcpConn, TcpListener};
pub use udp::UdpConn;
#[cfg(unix)]
pub use unix::{UnixConn, UnixListener, dial_unix, listen_unix};

use half::IoWait;

use super::context::{self, Context, ContextError};

/// Makes the default runtime's loop current on a plain thread, for as long as the guard lives.
fn entered() -> Option<driver::Enter> {
    driver::current().is_none().then(|| driver::enter(super::run::current_or_default().driver()))
}

/// Waits for something of the network by a plain call.
fn wait<T>(future: impl Future<Output = T>) -> T {
    let _entered = entered();
    fiber::wait(IoWait(future))
}

/// Listens at an address: `"127.0.0.1:0"`, a [`SocketAddr`], a name and a port.
///
/// # Errors
///
/// Those of the resolver and of the system, naming the address.
///
/// # Panics
///
/// In a future: use [`crate::net::TcpListener`] there.
pub fn listen(address: impl ToTarget) -> io::Result<TcpListener> {
    wait(crate::net::TcpListener::bind(address)).map(TcpListener::new)
}

/// Connects to an address.
///
/// The original: [`net.Dial`](https://pkg.go.dev/net#Dial).
///
/// # Errors
///
/// Those of the resolver and of the system, naming the address.
///
/// # Panics
///
/// In a future: use [`crate::net::connect`] there.
pub fn dial(address: impl ToTarget) -> io::Result<TcpConn> {
    wait(crate::net::connect(address)).map(TcpConn::new)
}

/// As [`dial`], for no longer than `timeout`.
///
/// # Errors
///
/// As [`dial`]; [`TimedOut`](io::ErrorKind::TimedOut).
pub fn dial_timeout(address: impl ToTarget, timeout: Duration) -> io::Result<TcpConn> {
    wait(crate::net::connect_timeout(address, timeout)).map(TcpConn::new)
}

/// As [`dial`], until the context is cancelled. Afterwards the context means nothing to the
/// connection.
///
/// ```
/// use fourfold::go::{self, context, net};
///
/// go::run(|| {
///     let (ctx, cancel) = context::with_cancel(&context::background());
///     let listener = net::listen("127.0.0.1:0")?;
///     net::dial_context(&ctx, listener.addr()?)?;
///     cancel.call();
///     let error = net::dial_context(&ctx, listener.addr()?).unwrap_err();
///     assert_eq!(error.to_string(), "operation was canceled");
///     std::io::Result::Ok(())
/// })?;
/// # std::io::Result::Ok(())
/// ```
///
/// The original: [`Dialer.DialContext`](https://pkg.go.dev/net#Dialer.DialContext).
///
/// # Errors
///
/// As [`dial`]; "operation was canceled"; "i/o timeout" ([`is_timeout`]) after the context's
/// deadline.
pub fn dial_context(context: &Context, address: impl ToTarget) -> io::Result<TcpConn> {
    let ended = |reason| match reason {
        ContextError::Canceled => io::Error::other("operation was canceled"),
        ContextError::DeadlineExceeded => half::timed_out(),
    };
    if let Some(reason) = context.err() {
        return Err(ended(reason));
    }
    match wait(context.run(crate::net::connect(address))) {
        Ok(connected) => connected.map(TcpConn::new),
        Err(_) => Err(ended(context.err().unwrap_or(context::CANCELED))),
    }
}

/// The addresses of a host. The system's resolver blocks; it does so on a thread of its own.
///
/// The original: [`net.LookupHost`](https://pkg.go.dev/net#LookupHost).
///
/// # Errors
///
/// Those of the resolver, naming the host.
pub fn lookup_host(host: &str) -> io::Result<Vec<std::net::IpAddr>> {
    let found = wait(crate::net::lookup_host(host, 0))?;
    Ok(found.iter().map(SocketAddr::ip).collect())
}
