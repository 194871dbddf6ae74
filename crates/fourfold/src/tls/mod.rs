//! TLS over any asynchronous stream of bytes, by rustls.
//!
//! ```text
//!   Connector ──connect(host, io)──► TlsStream<IO> ◄──accept(io)── Acceptor
//!   (platform's trust, ALPN)        (futures-io, hyper)          (certificate and key)
//! ```
//!
//! * [`Connector`] is the client's side: it checks certificates with the verifier of the operating
//!   system, or not at all if one asks for [`insecure`](ConnectorBuilder::insecure).
//! * [`Acceptor`] is the server's side.
//! * [`TlsStream`] is what both give.
//! * [`TlsError`] says who failed, why, and what can be done.
//!
//! Nothing here needs a loop: whatever polls the transport drives it. Dropping a handshake that is
//! under way, or a stream, drops the transport.

mod accept;
mod connect;
mod error;
mod stream;

pub use accept::Acceptor;
pub use connect::{Connector, ConnectorBuilder};
pub use error::{CertificateProblem, TlsError, TlsReason};
pub use stream::TlsStream;
