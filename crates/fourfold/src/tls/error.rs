//! Why TLS failed, in words that name the host and the way out.

use std::fmt;
use std::io;

use rustls::{AlertDescription, CertificateError, InvalidMessage};

/// A TLS failure: with whom, why, and what can be done. Displays as one line.
#[derive(Clone, Debug)]
pub struct TlsError {
    host: String,
    reason: TlsReason,
}

/// Why a TLS handshake or the setting up of TLS failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TlsReason {
    /// The peer's certificate was not accepted.
    Certificate(CertificateProblem),
    /// What the peer sent is not TLS.
    NotTls,
    /// The peer refused the handshake with an alert, in TLS's words.
    Refused(String),
    /// The two sides have no version, cipher or protocol in common.
    Incompatible(String),
    /// The peer closed the connection within the handshake.
    Closed,
    /// The peer reset the connection within the handshake.
    Reset,
    /// The transport failed within the handshake.
    Transport(io::ErrorKind),
    /// The name of the host cannot be in a certificate.
    BadName,
    /// This side is not set up: no certificates of the system, a key that does not fit, bad PEM.
    Setup(String),
    /// Anything else, in the words of the TLS library.
    Other(String),
}

/// What is wrong with a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateProblem {
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYetValid,
    /// It is for other names; these.
    WrongHost(Vec<String>),
    /// Nobody this machine trusts has signed it; a self-signed one is among these.
    UnknownIssuer,
    /// It is an authority's own, meant to sign others and not for a host. What `openssl req -x509`
    /// makes is, unless it is told otherwise.
    Authority,
    /// Its issuer took it back.
    Revoked,
    /// Anything else, in the words of the TLS library.
    Other(String),
}

impl TlsError {
    pub(crate) fn new(host: impl Into<String>, reason: TlsReason) -> TlsError {
        TlsError { host: host.into(), reason }
    }

    pub(super) fn setup(text: impl fmt::Display) -> TlsError {
        TlsError::new("", TlsReason::Setup(text.to_string()))
    }

    /// What an I/O operation of the handshake with `host` failed with.
    pub(crate) fn from_io(host: &str, error: &io::Error) -> TlsError {
        let rustls = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
        let reason = match (rustls, error.kind()) {
            (Some(error), _) => reason_of(error),
            (None, io::ErrorKind::UnexpectedEof) => TlsReason::Closed,
            (None, io::ErrorKind::BrokenPipe) => TlsReason::Closed,
            (None, io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted) => {
                TlsReason::Reset
            }
            (None, kind) => TlsReason::Transport(kind),
        };
        TlsError::new(host, reason)
    }

    /// What a connection with `host` failed with.
    pub(crate) fn from_rustls(host: &str, error: &rustls::Error) -> TlsError {
        TlsError::new(host, reason_of(error))
    }

    /// The host as it was asked for; empty where there is none, as on a server.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Why.
    pub fn reason(&self) -> &TlsReason {
        &self.reason
    }

    /// What is wrong with the certificate, if that is why.
    pub fn certificate(&self) -> Option<&CertificateProblem> {
        match &self.reason {
            TlsReason::Certificate(problem) => Some(problem),
            _ => None,
        }
    }
}

fn reason_of(error: &rustls::Error) -> TlsReason {
    match error {
        rustls::Error::InvalidCertificate(error) => TlsReason::Certificate(problem_of(error)),
        // A peer that speaks TLS at all frames its records right.
        rustls::Error::InvalidMessage(
            InvalidMessage::InvalidContentType
            | InvalidMessage::UnknownProtocolVersion
            | InvalidMessage::MessageTooLarge
            | InvalidMessage::InvalidEmptyPayload,
        ) => TlsReason::NotTls,
        rustls::Error::AlertReceived(AlertDescription::CloseNotify) => TlsReason::Closed,
        rustls::Error::AlertReceived(alert) => TlsReason::Refused(format!("{alert:?}")),
        rustls::Error::PeerIncompatible(why) => TlsReason::Incompatible(format!("{why:?}")),
        rustls::Error::NoApplicationProtocol => {
            TlsReason::Incompatible("no protocol in common".to_owned())
        }
        other => TlsReason::Other(other.to_string()),
    }
}

fn problem_of(error: &CertificateError) -> CertificateProblem {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            CertificateProblem::Expired
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            CertificateProblem::NotYetValid
        }
        CertificateError::NotValidForName => CertificateProblem::WrongHost(Vec::new()),
        CertificateError::NotValidForNameContext { presented, .. } => {
            CertificateProblem::WrongHost(presented.clone())
        }
        CertificateError::UnknownIssuer => CertificateProblem::UnknownIssuer,
        CertificateError::Revoked => CertificateProblem::Revoked,
        // A type of the verifier's library, which only its name tells from others.
        CertificateError::Other(inner) if format!("{:?}", inner.0) == "CaUsedAsEndEntity" => {
            CertificateProblem::Authority
        }
        other => CertificateProblem::Other(other.to_string()),
    }
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = match self.host.as_str() {
            "" => "the peer",
            host => host,
        };
        match &self.reason {
            TlsReason::Certificate(problem) => {
                write!(f, "the certificate of {host} {problem}")
            }
            TlsReason::NotTls => {
                write!(f, "{host} does not speak TLS on this port; try http:// or another port")
            }
            TlsReason::Refused(alert) => {
                write!(f, "{host} refused the TLS handshake with the alert {alert}")
            }
            TlsReason::Incompatible(why) => {
                write!(f, "{host} and this program share no way to speak TLS: {why}")
            }
            TlsReason::Closed => {
                write!(f, "{host} closed the connection during the TLS handshake")
            }
            TlsReason::Reset => {
                write!(f, "{host} reset the connection during the TLS handshake")
            }
            TlsReason::Transport(kind) => write!(f, "the TLS handshake with {host} failed: {kind}"),
            TlsReason::BadName => write!(
                f,
                "{host:?} cannot be the name in a certificate; use a host name or an IP address"
            ),
            TlsReason::Setup(text) => write!(f, "TLS is not set up: {text}"),
            TlsReason::Other(text) => write!(f, "TLS with {host} failed: {text}"),
        }
    }
}

impl fmt::Display for CertificateProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CertificateProblem::Expired => f.write_str(
                "has expired; its owner has to renew it (or this machine's clock is wrong)",
            ),
            CertificateProblem::NotYetValid => {
                f.write_str("is not valid yet; check this machine's clock")
            }
            CertificateProblem::WrongHost(names) if names.is_empty() => {
                f.write_str("is for another name; use the name it was issued for")
            }
            CertificateProblem::WrongHost(names) => {
                write!(f, "is for another name; use one of its own: {}", names.join(", "))
            }
            CertificateProblem::UnknownIssuer => f.write_str(
                "is signed by nobody this machine trusts; add its issuer to the trusted \
                 certificates, or ask for an insecure connection",
            ),
            CertificateProblem::Authority => f.write_str(
                "is an authority's and not a host's, as many self-signed ones are; issue one for \
                 the host (CA:FALSE), or ask for an insecure connection",
            ),
            CertificateProblem::Revoked => f.write_str("was revoked by its issuer"),
            CertificateProblem::Other(text) => write!(f, "was not accepted: {text}"),
        }
    }
}

impl std::error::Error for TlsError {}
