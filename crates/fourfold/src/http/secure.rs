//! The step from a bare transport to one HTTP can start on: TLS where the address asks for it.

use super::transport::{Stream, Transport};
use super::{ExchangeError, Url};
#[cfg(not(feature = "tls"))]
use super::{FailureKind, Stage};
#[cfg(feature = "tls")]
use crate::tls::{Connector, TlsError};

/// How `https` is made secure, or not.
#[derive(Clone, Debug, Default)]
pub(crate) struct Security {
    /// Accept any certificate.
    pub(crate) insecure: bool,
    /// Offer HTTP/2.
    pub(crate) http2: bool,
    /// Resume no session, so that each handshake costs what the first one does.
    #[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "there is no TLS"))]
    pub(crate) fresh: bool,
    /// The caller's own trust instead of the platform's.
    #[cfg(feature = "tls")]
    pub(crate) connector: Option<Connector>,
}

/// What is left to do before the transport is ready; made before time is taken, because the first
/// one reads the certificates of the system.
pub(crate) enum Securing {
    Plain,
    #[cfg(feature = "tls")]
    Tls(Connector),
}

impl Security {
    /// Gets ready for connections to this address.
    pub(crate) fn prepare(&self, url: &Url) -> Result<Securing, ExchangeError> {
        if !url.is_https() {
            return Ok(Securing::Plain);
        }
        self.prepare_tls(url)
    }

    #[cfg(not(feature = "tls"))]
    fn prepare_tls(&self, _url: &Url) -> Result<Securing, ExchangeError> {
        let text = "https needs TLS, which this build lacks; enable the feature `tls`";
        Err(ExchangeError::new(Stage::Tls, FailureKind::TlsMissing, text))
    }

    #[cfg(feature = "tls")]
    fn prepare_tls(&self, url: &Url) -> Result<Securing, ExchangeError> {
        let connector = match &self.connector {
            Some(connector) => Ok(connector.clone()),
            None if self.insecure => insecure(),
            None => platform(),
        };
        let connector = connector.map_err(|error| ExchangeError::from_tls(url, &error))?;
        let protocols: &[&[u8]] = if self.http2 && cfg!(feature = "http2") {
            &[b"h2", b"http/1.1"]
        } else {
            &[b"http/1.1"]
        };
        let connector = connector.with_protocols(protocols);
        Ok(Securing::Tls(if self.fresh { connector.without_resumption() } else { connector }))
    }
}

/// The platform's trust, read once for the life of the program.
#[cfg(feature = "tls")]
fn platform() -> Result<Connector, TlsError> {
    static PLATFORM: std::sync::OnceLock<Result<Connector, TlsError>> = std::sync::OnceLock::new();
    PLATFORM.get_or_init(Connector::new).clone()
}

#[cfg(feature = "tls")]
fn insecure() -> Result<Connector, TlsError> {
    static INSECURE: std::sync::OnceLock<Result<Connector, TlsError>> = std::sync::OnceLock::new();
    INSECURE.get_or_init(|| Connector::builder().insecure().build()).clone()
}

impl Securing {
    /// Makes the handshake, if there is one to make.
    #[cfg_attr(not(feature = "tls"), expect(unused_variables, reason = "there is no TLS"))]
    pub(crate) async fn secure<IO: Transport>(
        self,
        url: &Url,
        io: IO,
    ) -> Result<Stream<IO>, ExchangeError> {
        match self {
            Securing::Plain => Ok(Stream::Plain(io)),
            #[cfg(feature = "tls")]
            Securing::Tls(connector) => match connector.connect(url.host(), io).await {
                Ok(stream) => Ok(Stream::Tls(Box::new(stream))),
                Err(error) => Err(ExchangeError::from_tls(url, &error)),
            },
        }
    }
}
