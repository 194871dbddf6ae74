//! Sockets, for code in the manner of any of the dialects.
//!
//! ```text
//!   TcpStream::connect("example.org:80")          TcpListener::bind("127.0.0.1:0")
//!     │ addr      what may name an address              │
//!     │ resolve   names, on the blocking threads        │
//!     │ connect   several addresses, staggered          │
//!     ▼                                                 ▼
//!   TcpStream, UnixStream (stream)    UdpSocket, UnixDatagram    listeners
//!     └──────────────────────────┬───────────────────────────────┘
//!                                ▼
//!            socket: try, and where it would block wait for the reactor
//! ```
//!
//! A socket belongs to the loop that was running on the thread where it was made; it gets its
//! readiness from there, whichever thread uses it. Where no loop is running it cannot be made,
//! and the error says so. When the loop is closed its sockets fail.
//!
//! The methods take `&self`: one task may read while another writes. Where several wait to read
//! by the methods (`read`, `accept`, `recv`) all are woken in turn; of those who poll through
//! [`futures_io::AsyncRead`] the last one is.

mod addr;
mod connect;
mod failure;
mod options;
mod resolve;
mod socket;
mod split;
mod stream;
mod tcp;
mod udp;
#[cfg(unix)]
mod unix;

pub use addr::{Target, ToTarget};
pub use connect::{ConnectTimes, connect, connect_timed, connect_timeout};
pub use resolve::lookup_host;
pub use split::{OwnedReadHalf, OwnedWriteHalf, ReadHalf, WriteHalf};
pub use tcp::{Incoming, TcpListener, TcpStream};
pub use udp::UdpSocket;
#[cfg(unix)]
pub use unix::{UnixDatagram, UnixListener, UnixStream};
