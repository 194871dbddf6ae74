//! What the two sides of a TLS connection agreed on.

use rustls::{Connection, ProtocolVersion};

/// What the handshake came to. See [`Transport::tls_info`](crate::asyncio::Transport::tls_info).
///
/// The originals are `get_extra_info("ssl_object")`, `"cipher"` and `"peercert"`, and
/// [`ssl.SSLObject`](https://docs.python.org/3/library/ssl.html#ssl.SSLObject).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsInfo {
    version: &'static str,
    cipher: String,
    protocol: Option<Vec<u8>>,
    server_name: Option<String>,
    peer_certificates: Vec<Vec<u8>>,
}

impl TlsInfo {
    /// `None` before the handshake is done.
    pub(super) fn of(tls: &Connection, host: &str) -> Option<TlsInfo> {
        let version = match tls.protocol_version()? {
            ProtocolVersion::TLSv1_3 => "TLSv1.3",
            _ => "TLSv1.2",
        };
        let suite = format!("{:?}", tls.negotiated_cipher_suite()?.suite());
        let certificates = tls.peer_certificates().unwrap_or_default();
        let server_name = match tls {
            Connection::Client(_) => Some(host.to_owned()),
            Connection::Server(server) => server.server_name().map(str::to_owned),
        };
        Some(TlsInfo {
            version,
            // The registry of the protocol names them all alike.
            cipher: suite.replacen("TLS13_", "TLS_", 1),
            protocol: tls.alpn_protocol().map(<[u8]>::to_vec),
            server_name,
            peer_certificates: certificates.iter().map(|der| der.to_vec()).collect(),
        })
    }

    /// `"TLSv1.3"` or `"TLSv1.2"`.
    pub fn version(&self) -> &str {
        self.version
    }

    /// The cipher suite by its name in the protocol's registry: `"TLS_AES_256_GCM_SHA384"`.
    pub fn cipher(&self) -> &str {
        &self.cipher
    }

    /// The protocol that was agreed on (ALPN), if any was offered.
    pub fn selected_alpn_protocol(&self) -> Option<&[u8]> {
        self.protocol.as_deref()
    }

    /// The name of the server that the client asked for, if it did.
    pub fn server_hostname(&self) -> Option<&str> {
        self.server_name.as_deref()
    }

    /// The other side's certificate, then those that lead to its issuer, in DER. None of a client
    /// that was not asked for one.
    pub fn peer_certificates(&self) -> &[Vec<u8>] {
        &self.peer_certificates
    }
}
