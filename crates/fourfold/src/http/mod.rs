//! http
mod clock;
mod connection;
mod exchange;
mod failure;
pub mod rt;
#[cfg(feature = "http2")]
mod tasks;
mod secure;
mod transport;
mod url;
pub use clock::Timer;
pub use exchange::{Exchange, ExchangeMethod, ExchangeOptions, Phases, exchange_over};
pub use failure::{ExchangeError, FailureKind, PhasesSoFar, Stage};
pub use transport::Transport;
pub use url::{Scheme, Url, UrlError};
