//! TLS over a connection of this dialect.
//!
//! ```text
//!   app protocol ◄─ data_received ─┐            ┌─ data_received ◄─ raw transport ◄─ socket
//!                                  ├ TlsProtocol┤
//!   app ─ Transport::write ───────►┘  (Session) └─ Transport::write ► raw transport ─► socket
//! ```
//!
//! [`TlsProtocol`](protocol::TlsProtocol) stands between two others: to the connection below it is
//! the protocol, to the user's protocol it is the transport. [`Session`](session::Session) is
//! rustls with its buffers and does no I/O.
//!
//! * `options.rs`: what may be chosen, [`Tls`].
//! * `session.rs`: bytes in, bytes out.
//! * `protocol.rs`: the states, from the handshake to the shutdown, which is in a file below it.
//! * `transport.rs`: what the user's side calls.
//! * `connections.rs`: how these connections are made.
//! * `info.rs`: what both sides agreed on.

mod connections;
mod info;
mod options;
mod protocol;
mod session;
mod transport;

pub use connections::{open_connection_tls, start_server_tls};
pub use info::TlsInfo;
pub use options::{Tls, TlsSide};
