//! The client's side.

use std::fmt;
use std::future::poll_fn;
use std::sync::Arc;

use futures_io::{AsyncRead, AsyncWrite};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, Connection, DigitallySignedStruct, SignatureScheme};

use super::{TlsError, TlsReason, TlsStream};

/// Makes the client's side of TLS connections.
///
/// Cheap to clone, usable from any thread. Making one reads the certificates the system trusts, so
/// make one and keep it.
#[derive(Clone)]
pub struct Connector {
    config: Arc<ClientConfig>,
}

impl Connector {
    /// One that trusts what the operating system trusts and offers no protocols.
    ///
    /// # Errors
    ///
    /// [`TlsReason::Setup`] if the system's certificates cannot be read.
    pub fn new() -> Result<Connector, TlsError> {
        Connector::builder().build()
    }

    /// For anything else.
    pub fn builder() -> ConnectorBuilder {
        ConnectorBuilder::default()
    }

    /// From a configuration of rustls, for what the builder does not offer.
    pub fn from_config(config: ClientConfig) -> Connector {
        Connector { config: Arc::new(config) }
    }

    /// The same connector, with the same trust, offering these protocols (ALPN), the best first.
    pub fn with_protocols(mut self, protocols: &[&[u8]]) -> Connector {
        let protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        Arc::make_mut(&mut self.config).alpn_protocols = protocols;
        self
    }

    /// The same connector without resumed sessions: each handshake is a full one.
    pub fn without_resumption(mut self) -> Connector {
        Arc::make_mut(&mut self.config).resumption = Resumption::disabled();
        self
    }

    /// Makes the handshake with `host`, a name or an IP address, over `io`.
    ///
    /// # Errors
    ///
    /// A [`TlsError`]: a certificate that is expired, for another host or of an unknown issuer, a
    /// peer that speaks no TLS or closes, a transport that fails.
    ///
    /// # Cancellation
    ///
    /// Dropping the future drops `io`. There is no timeout here.
    pub async fn connect<IO>(&self, host: &str, io: IO) -> Result<TlsStream<IO>, TlsError>
    where
        IO: AsyncRead + AsyncWrite + Unpin,
    {
        let mut stream = TlsStream::new(io, self.connection(host)?);
        match poll_fn(|cx| stream.poll_handshake(cx)).await {
            Ok(()) => Ok(stream),
            Err(error) => Err(TlsError::from_io(host, &error)),
        }
    }

    /// A connection to `host` that was not begun, without a transport.
    pub(crate) fn connection(&self, host: &str) -> Result<Connection, TlsError> {
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| TlsError::new(host, TlsReason::BadName))?;
        let connection = ClientConnection::new(Arc::clone(&self.config), name)
            .map_err(|error| TlsError::new(host, TlsReason::Setup(error.to_string())))?;
        Ok(Connection::Client(connection))
    }
}

impl fmt::Debug for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connector").finish_non_exhaustive()
    }
}

/// Returned by [`Connector::builder`].
#[derive(Clone, Debug, Default)]
#[must_use = "nothing is made before build"]
pub struct ConnectorBuilder {
    insecure: bool,
    protocols: Vec<Vec<u8>>,
    trusted: Vec<CertificateDer<'static>>,
}

impl ConnectorBuilder {
    /// **Accepts any certificate of anyone.** Whoever sits between can read and change everything.
    /// For tests and for looking at a host whose certificate is known to be broken.
    pub fn insecure(mut self) -> ConnectorBuilder {
        self.insecure = true;
        self
    }

    /// Offers these protocols (ALPN), the best first: `&[b"h2", b"http/1.1"]`.
    pub fn protocols(mut self, protocols: &[&[u8]]) -> ConnectorBuilder {
        self.protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
        self
    }

    /// Trusts these certificates in PEM as issuers, too, as for a company's own authority.
    ///
    /// # Errors
    ///
    /// [`TlsReason::Setup`] if the text is no PEM or holds no certificate.
    pub fn trust_pem(mut self, certificates: &[u8]) -> Result<ConnectorBuilder, TlsError> {
        let before = self.trusted.len();
        for certificate in CertificateDer::pem_slice_iter(certificates) {
            self.trusted.push(certificate.map_err(TlsError::setup)?);
        }
        if self.trusted.len() == before {
            return Err(TlsError::setup("the text to trust holds no certificate"));
        }
        Ok(self)
    }

    /// Trusts this certificate in DER as an issuer, too.
    pub fn trust_der(mut self, certificate: Vec<u8>) -> ConnectorBuilder {
        self.trusted.push(certificate.into());
        self
    }

    /// Makes the connector.
    ///
    /// # Errors
    ///
    /// [`TlsReason::Setup`] if the system's certificates cannot be read or a trusted one is none.
    pub fn build(self) -> Result<Connector, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = if self.insecure {
            Arc::new(AcceptAny(Arc::clone(&provider)))
        } else {
            Arc::new(platform_verifier(self.trusted, Arc::clone(&provider))?)
        };
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(TlsError::setup)?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        config.alpn_protocols = self.protocols;
        Ok(Connector::from_config(config))
    }
}

#[cfg(not(target_os = "android"))]
fn platform_verifier(
    trusted: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<rustls_platform_verifier::Verifier, TlsError> {
    rustls_platform_verifier::Verifier::new_with_extra_roots(trusted, provider)
        .map_err(TlsError::setup)
}

#[cfg(target_os = "android")]
fn platform_verifier(
    trusted: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Result<rustls_platform_verifier::Verifier, TlsError> {
    if !trusted.is_empty() {
        return Err(TlsError::setup("Android trusts only what its settings trust"));
    }
    rustls_platform_verifier::Verifier::new(provider).map_err(TlsError::setup)
}

/// Believes every certificate. The signatures of the handshake are still checked, so that the
/// peer at least holds the key of what it shows.
#[derive(Debug)]
struct AcceptAny(Arc<CryptoProvider>);

impl ServerCertVerifier for AcceptAny {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
