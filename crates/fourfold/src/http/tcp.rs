//! HTTP over the net's sockets: the way to an address, timed and named step by step.

use std::io;
use std::net::{IpAddr, SocketAddr};

use super::{
    Exchange, ExchangeError, ExchangeOptions, FailureKind, Listener, PhasesSoFar, Stage, Url,
    clock, exchange_over,
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
    let mut phases = PhasesSoFar::default();
    let io = reach(url, &mut phases).await.map_err(|error| error.with_phases(phases))?;
    exchange_over(io, url, options, phases).await
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
    let text = format!("the name {} cannot be resolved: {error}", url.host());
    ExchangeError::new(Stage::Dns, FailureKind::Unresolvable, text)
}

impl Listener for TcpListener {
    type Io = TcpStream;

    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        TcpListener::accept(self).await
    }
}
