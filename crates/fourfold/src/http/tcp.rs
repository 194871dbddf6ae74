//! HTTP over the net's sockets: the way to an address, timed and named step by step.

use std::io;
use std::net::{IpAddr, SocketAddr};

use super::exchange::finish;
use super::{
    Exchange, ExchangeError, ExchangeOptions, FailureKind, Listener, PhasesSoFar, Stage, Url, clock,
};
use crate::net::{TcpListener, TcpStream, lookup_host};

/// Makes one exchange with the host of an address, on a connection of its own: the name is
/// resolved, the connection and TLS are made, the request is sent, the response is read.
///
/// # Errors
///
/// An [`ExchangeError`] with the stage, what happened, and the phases that were reached. A status
/// such as 404 is none.
///
/// # Cancellation
///
/// Dropping the future at any point closes the socket; nothing runs on but a look-up of the name
/// that had begun. There is no timeout here: a peer that sends half a header and then nothing is
/// waited for until the caller drops the future.
///
/// # Threads
///
/// It needs a running loop on the thread where it is polled first.
pub async fn exchange(url: &Url, options: &ExchangeOptions) -> Result<Exchange, ExchangeError> {
    exchange_noting(url, options, &mut PhasesSoFar::default()).await
}

/// As [`exchange`], noting each phase in `phases` as it is reached: where the future is dropped, at
/// a timeout for example, they tell how far it had come.
///
/// # Errors
///
/// As [`exchange`].
///
/// # Cancellation
///
/// As [`exchange`]; the phases that were reached stay noted.
///
/// ```
/// use std::time::Duration;
/// use fourfold::asyncio::{self, Cancellable};
/// use fourfold::http::{ExchangeOptions, PhasesSoFar, Url, exchange_noting};
///
/// asyncio::run(async {
///     let mute = std::net::TcpListener::bind("127.0.0.1:0")?;
///     let url = Url::parse(&mute.local_addr()?.to_string())?;
///     let (options, mut phases) = (ExchangeOptions::default(), PhasesSoFar::default());
///     let asking = exchange_noting(&url, &options, &mut phases).cancellable();
///     assert!(asyncio::timeout(Duration::from_millis(50), asking).await.is_err());
///     assert!(phases.connect.is_some() && phases.first_byte.is_none());
///     Ok(())
/// })
/// .unwrap();
/// ```
pub async fn exchange_noting(
    url: &Url,
    options: &ExchangeOptions,
    phases: &mut PhasesSoFar,
) -> Result<Exchange, ExchangeError> {
    *phases = PhasesSoFar::default();
    let exchange = match reach(url, phases).await {
        Ok(io) => finish(io, url, options, phases).await,
        Err(error) => Err(error),
    };
    exchange.map_err(|error| error.with_phases(*phases))
}

/// Connects to the host and port of an address.
pub(crate) async fn reach(url: &Url, phases: &mut PhasesSoFar) -> Result<TcpStream, ExchangeError> {
    let start = clock::now();
    let addresses = match url.host().parse::<IpAddr>() {
        Ok(ip) => vec![SocketAddr::new(ip, url.port())],
        Err(_) => {
            let found = lookup_host(url.host(), url.port()).await;
            let found = found.map_err(|error| unresolvable(url, &error))?;
            phases.dns = Some(clock::now().saturating_sub(start));
            found
        }
    };
    let start = clock::now();
    let connected = TcpStream::connect(addresses).await;
    let io = connected.map_err(|error| ExchangeError::from_io(Stage::Connect, url, &error))?;
    // A request is written at once and waited for; there is nothing to gather.
    let _ = io.set_nodelay(true);
    phases.connect = Some(clock::now().saturating_sub(start));
    Ok(io)
}

fn unresolvable(url: &Url, error: &io::Error) -> ExchangeError {
    // The net's own text names the host once more; its cause is the resolver's word.
    let cause = error.get_ref().and_then(|named| named.source());
    let why = cause.map_or_else(|| error.to_string(), ToString::to_string);
    let why = why.trim_start_matches("failed to lookup address information: ");
    let text = format!("the name {} cannot be resolved: {why}", url.host());
    ExchangeError::new(Stage::Dns, FailureKind::Unresolvable, text)
}

impl Listener for TcpListener {
    type Io = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        TcpListener::accept(self).await
    }
}
