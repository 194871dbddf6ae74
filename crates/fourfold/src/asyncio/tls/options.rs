//! What may be chosen when a connection is to be encrypted.

use std::time::Duration;

use rustls::Connection;

use crate::tls::{Acceptor, Connector, TlsError, TlsReason};
use crate::{Error, Result};

const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(60);
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(30);

/// How a connection is encrypted: a [`Connector`] on the client's side, an [`Acceptor`] on the
/// server's, and what else may be chosen. Where one is asked for, a connector or an acceptor alone
/// will do.
///
/// In the original these are the parameters `ssl`, `server_side`, `server_hostname`,
/// `ssl_handshake_timeout` and `ssl_shutdown_timeout` of
/// [`loop.create_connection`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.create_connection).
///
/// ```no_run
/// use std::time::Duration;
/// use fourfold::asyncio::{self, Tls};
/// use fourfold::tls::Connector;
///
/// # fn main() -> fourfold::Result<()> {
/// let connector = Connector::new()?;
/// asyncio::run(async move {
///     let tls = Tls::from(&connector).handshake_timeout(Duration::from_secs(5));
///     let (reader, writer) = asyncio::open_connection_tls("example.org", 443, tls).await?;
///     writer.write(b"GET / HTTP/1.0\r\nHost: example.org\r\n\r\n");
///     println!("{}", String::from_utf8_lossy(&reader.readline().await?));
///     Ok(())
/// })
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Tls<S> {
    side: S,
    server_hostname: Option<String>,
    pub(super) handshake_timeout: Duration,
    pub(super) shutdown_timeout: Duration,
}

impl<S: TlsSide> From<S> for Tls<S> {
    fn from(side: S) -> Tls<S> {
        Tls {
            side,
            server_hostname: None,
            handshake_timeout: HANDSHAKE_TIMEOUT,
            shutdown_timeout: SHUTDOWN_TIMEOUT,
        }
    }
}

impl<S: TlsSide> From<&S> for Tls<S> {
    fn from(side: &S) -> Tls<S> {
        Tls::from(side.clone())
    }
}

impl<S: TlsSide> Tls<S> {
    /// How long the handshake may take; 60 seconds if nothing is said. Then the connection is
    /// lost with a `ConnectionAborted`.
    pub fn handshake_timeout(mut self, timeout: Duration) -> Tls<S> {
        self.handshake_timeout = timeout;
        self
    }

    /// How long a closed connection waits for the other side to close it, too; 30 seconds if
    /// nothing is said. Then it is lost with a timeout.
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Tls<S> {
        self.shutdown_timeout = timeout;
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        let timeouts = [
            ("ssl_handshake_timeout", self.handshake_timeout),
            ("ssl_shutdown_timeout", self.shutdown_timeout),
        ];
        match timeouts.iter().find(|(_, timeout)| timeout.is_zero()) {
            Some((name, _)) => {
                Err(Error::msg(format!("{name} should be a positive number, got 0")))
            }
            None => Ok(()),
        }
    }

    /// The host to name in errors, and a connection that is not begun.
    pub(super) fn connection(&self) -> Result<(String, Connection)> {
        self.check()?;
        let host = self.server_hostname.as_deref();
        Ok((host.unwrap_or_default().to_owned(), self.side.connection(host)?))
    }
}

impl Tls<Connector> {
    /// The name that the server's certificate has to be for. Where a connection is opened it is
    /// the host if nothing is said; where one is upgraded it has to be said.
    pub fn server_hostname(mut self, name: impl Into<String>) -> Tls<Connector> {
        self.server_hostname = Some(name.into());
        self
    }

    pub(super) fn or_hostname(mut self, name: &str) -> Tls<Connector> {
        self.server_hostname.get_or_insert_with(|| name.to_owned());
        self
    }
}

/// One of the two sides of TLS: [`Connector`] or [`Acceptor`].
pub trait TlsSide: sealed::Sealed + Clone + 'static {}

impl TlsSide for Connector {}
impl TlsSide for Acceptor {}

mod sealed {
    use super::{Acceptor, Connection, Connector, TlsError, TlsReason};

    pub trait Sealed {
        fn connection(&self, host: Option<&str>) -> Result<Connection, TlsError>;
    }

    impl Sealed for Connector {
        fn connection(&self, host: Option<&str>) -> Result<Connection, TlsError> {
            let host = host.ok_or_else(|| {
                let text = "a client has to know whose certificate to expect; give the name by \
                            Tls::server_hostname";
                TlsError::new("", TlsReason::Setup(text.to_owned()))
            })?;
            self.connection(host)
        }
    }

    impl Sealed for Acceptor {
        fn connection(&self, _host: Option<&str>) -> Result<Connection, TlsError> {
            self.connection()
        }
    }
}
