//! The server's side.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;

use futures_io::{AsyncRead, AsyncWrite};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{Connection, ServerConfig, ServerConnection};

use super::{TlsError, TlsStream};

/// Makes the server's side of TLS connections from a certificate and its key.
///
/// Cheap to clone, usable from any thread.
#[derive(Clone)]
pub struct Acceptor {
    config: Arc<ServerConfig>,
}

impl Acceptor {
    /// From PEM texts: the certificate with those that lead to its issuer, and the private key
    /// (PKCS #8, PKCS #1 or SEC1).
    ///
    /// # Errors
    ///
    /// [`TlsReason::Setup`](super::TlsReason::Setup) if a text holds no certificate or no key, or
    /// if the two do not belong together.
    pub fn from_pem(certificates: &[u8], key: &[u8]) -> Result<Acceptor, TlsError> {
        let chain: Vec<_> = CertificateDer::pem_slice_iter(certificates)
            .collect::<Result<_, _>>()
            .map_err(|error| TlsError::setup(format!("the certificate is no PEM: {error}")))?;
        let key = PrivateKeyDer::from_pem_slice(key)
            .map_err(|error| TlsError::setup(format!("the private key is no PEM: {error}")))?;
        Acceptor::new(chain, key)
    }

    /// From DER: the certificate first, then those that lead to its issuer, and the private key.
    ///
    /// # Errors
    ///
    /// [`TlsReason::Setup`](super::TlsReason::Setup) if there is no certificate, the key is of no
    /// known form, or the two do not belong together.
    pub fn from_der(certificates: Vec<Vec<u8>>, key: Vec<u8>) -> Result<Acceptor, TlsError> {
        let chain = certificates.into_iter().map(CertificateDer::from).collect();
        let key = PrivateKeyDer::try_from(key).map_err(TlsError::setup)?;
        Acceptor::new(chain, key)
    }

    fn new(
        chain: Vec<CertificateDer<'static>>,
        key: PrivateKeyDer<'static>,
    ) -> Result<Acceptor, TlsError> {
        if chain.is_empty() {
            return Err(TlsError::setup("there is no certificate"));
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(TlsError::setup)?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(TlsError::setup)?;
        Ok(Acceptor::from_config(config))
    }

    /// From a configuration of rustls, for what the other ways do not offer.
    pub fn from_config(config: ServerConfig) -> Acceptor {
        Acceptor { config: Arc::new(config) }
    }

    /// The same acceptor, offering these protocols (ALPN), the best first.
    pub fn with_protocols(mut self, protocols: &[&[u8]]) -> Acceptor {
        let protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Arc::make_mut(&mut self.config).alpn_protocols = protocols;
        self
    }

    /// Makes the handshake with a client.
    ///
    /// # Errors
    ///
    /// A [`TlsError`] without a host.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops `io`. There is no timeout here.
    pub async fn accept<IO>(&self, io: IO) -> Result<TlsStream<IO>, TlsError>
    where
        IO: AsyncRead + AsyncWrite + Unpin,
    {
        let mut stream = TlsStream::new(io, self.connection()?);
        match poll_fn(|cx| stream.poll_handshake(cx)).await {
            Ok(()) => Ok(stream),
            Err(error) => Err(TlsError::from_io("", &error)),
        }
    }

    /// A connection that was not begun, without a transport.
    pub(crate) fn connection(&self) -> Result<Connection, TlsError> {
        let connection =
            ServerConnection::new(Arc::clone(&self.config)).map_err(TlsError::setup)?;
        Ok(Connection::Server(connection))
    }
}

impl fmt::Debug for Acceptor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Acceptor").finish_non_exhaustive()
    }
}
