//! HTTP by hyper, on whatever loop is running.
//!
//! ```text
//!              Url ──► dial ──► secure ──► Connection ──► Response       a client's way
//!                     (net)     (tls)      (hyper + its driving future)
//!
//!   Listener ──accept──► task: secure ──► hyper ──► handler ──► Body     a server's way
//! ```
//!
//! * [`exchange`] makes one timed exchange on a connection of its own: what a probe measures;
//!   [`exchange_noting`] tells how far it came where it is given up, [`exchange_over`] makes it on a
//!   transport that is there.
//! * [`Client`] is for everything else: redirects, time limits, connections that are kept.
//! * [`Server`] and [`serve`] answer requests with an `async` function.
//! * [`Url`] reads addresses as people type them.
//! * [`rt`] and [`Timer`] are hyper's runtime traits on our loops, for using hyper directly.
//!
//! A client spawns nothing. The future that moves the bytes of a connection is polled by whoever
//! waits for them, so dropping a request closes its socket, and the same client works in every
//! dialect. A server starts one task of its loop for each connection.
//!
//! What fails is an [`ExchangeError`]: the [`Stage`], the [`FailureKind`], and one line of text.

mod body;
mod client;
mod clock;
mod closing;
mod connection;
mod deadline;
mod dial;
mod exchange;
mod failure;
mod pool;
mod request_body;
mod response;
pub mod rt;
mod secure;
mod server;
mod serving;
#[cfg(feature = "http2")]
mod tasks;
mod tcp;
mod transport;
mod url;

pub use body::Body;
pub use client::{Client, ClientBuilder};
pub use clock::Timer;
pub use exchange::{Exchange, ExchangeMethod, ExchangeOptions, Phases, exchange_over};
pub use failure::{ExchangeError, FailureKind, PhasesSoFar, Stage};
pub use response::Response;
pub use server::{Listener, Server, serve, serve_connection};
pub use serving::Request;
pub use tcp::{exchange, exchange_noting};
pub use transport::Transport;
pub use url::{Scheme, Url, UrlError};
