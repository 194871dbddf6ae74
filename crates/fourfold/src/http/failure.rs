//! Why an exchange failed: at which stage, what happened, and one line of text for a person.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::time::Duration;

use super::Url;

/// How far an exchange had come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// The host's name is resolved.
    Dns,
    /// The connection is made.
    Connect,
    /// TLS shakes hands.
    Tls,
    /// The request is sent; nothing of the response has come.
    Request,
    /// The response is coming.
    Response,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind {
    /// The name has no address.
    Unresolvable,
    /// Nobody listens there.
    Refused,
    /// There is no way to that address.
    Unreachable,
    /// The peer reset the connection.
    Reset,
    /// The peer closed before it said anything.
    ClosedBeforeHead,
    /// The peer closed within the head of its response.
    ClosedWithinHead,
    /// The peer closed within the body of its response.
    ClosedWithinBody,
    /// The head of the response is larger than the limit, in bytes. On HTTP/2 this is
    /// [`Http2`](FailureKind::Http2), whose library does not tell it from other offences.
    HeadTooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The response has more headers than the limit.
    TooManyHeaders {
        /// The limit.
        limit: usize,
    },
    /// The body of the response is larger than the limit, in bytes.
    BodyTooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// What came is not HTTP.
    NotHttp,
    /// The peer reset an HTTP/2 stream, or broke HTTP/2's rules or the limit of its headers.
    Http2,
    /// The peer's certificate was not accepted.
    #[cfg(feature = "tls")]
    Certificate(crate::tls::CertificateProblem),
    /// The peer does not speak TLS.
    NotTls,
    /// TLS failed in another way.
    Tls,
    /// An `https` address, and this build has no TLS.
    TlsMissing,
    /// A time limit of the operating system or of the client passed.
    TimedOut,
    /// The request itself cannot be sent.
    BadRequest,
    /// More redirects than allowed, or one that leads nowhere.
    BadRedirect,
    /// The transport failed.
    Io(io::ErrorKind),
    /// Anything else.
    Other,
}

/// The phases that were reached before an exchange failed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhasesSoFar {
    /// Resolving the name; `None` also where there was no name to resolve.
    pub dns: Option<Duration>,
    /// Making the connection.
    pub connect: Option<Duration>,
    /// The TLS handshake; `None` also for `http`.
    pub tls: Option<Duration>,
    /// From the request to the first byte of the response.
    pub first_byte: Option<Duration>,
}

/// An exchange that failed. Displays as one line without the address it went to.
#[derive(Clone, Debug)]
pub struct ExchangeError {
    /// How far it had come.
    pub stage: Stage,
    /// What happened.
    pub kind: FailureKind,
    /// How long each finished phase took.
    pub phases: PhasesSoFar,
    text: Box<str>,
}

impl ExchangeError {
    pub(crate) fn new(stage: Stage, kind: FailureKind, text: impl Into<Box<str>>) -> ExchangeError {
        ExchangeError { stage, kind, phases: PhasesSoFar::default(), text: text.into() }
    }

    pub(crate) fn with_phases(mut self, phases: PhasesSoFar) -> ExchangeError {
        self.phases = phases;
        self
    }

    /// A transport that failed at this stage.
    pub(crate) fn from_io(stage: Stage, url: &Url, error: &io::Error) -> ExchangeError {
        use io::ErrorKind as Io;
        let peer = peer(url);
        let (kind, text) = match error.kind() {
            Io::ConnectionRefused => {
                (FailureKind::Refused, format!("connection refused by {peer}"))
            }
            Io::ConnectionReset | Io::ConnectionAborted => {
                (FailureKind::Reset, format!("{peer} reset the connection"))
            }
            Io::BrokenPipe | Io::NotConnected => {
                (FailureKind::ClosedBeforeHead, "the peer closed without an answer".to_owned())
            }
            Io::TimedOut => (FailureKind::TimedOut, format!("no answer from {peer} in time")),
            Io::HostUnreachable | Io::NetworkUnreachable | Io::AddrNotAvailable => {
                (FailureKind::Unreachable, format!("there is no way to {peer}"))
            }
            kind => (FailureKind::Io(kind), format!("the connection to {peer} failed: {error}")),
        };
        ExchangeError::new(stage, kind, text)
    }

    /// A handshake that failed.
    #[cfg(feature = "tls")]
    pub(crate) fn from_tls(url: &Url, error: &crate::tls::TlsError) -> ExchangeError {
        use crate::tls::TlsReason;
        let kind = match error.reason() {
            TlsReason::Certificate(problem) => FailureKind::Certificate(problem.clone()),
            TlsReason::NotTls => FailureKind::NotTls,
            TlsReason::Closed => FailureKind::ClosedBeforeHead,
            TlsReason::Reset => FailureKind::Reset,
            TlsReason::Transport(kind) => {
                return ExchangeError::from_io(Stage::Tls, url, &(*kind).into());
            }
            _ => FailureKind::Tls,
        };
        ExchangeError::new(Stage::Tls, kind, error.to_string())
    }

    /// What hyper failed with. `received` is how many bytes had come.
    pub(crate) fn from_hyper(
        stage: Stage,
        url: &Url,
        error: &hyper::Error,
        received: u64,
        limits: HeadLimits,
    ) -> ExchangeError {
        if let Some(error) = find::<io::Error>(error) {
            if error.kind() == io::ErrorKind::UnexpectedEof {
                return ExchangeError::closed(stage, received);
            }
            return ExchangeError::from_io(stage, url, error);
        }
        if error.is_parse_too_large() {
            return ExchangeError::head_too_large(received, limits);
        }
        if error.is_incomplete_message() {
            return ExchangeError::closed(stage, received);
        }
        if error.is_user() {
            let text = format!("the request cannot be sent: {error}");
            return ExchangeError::new(stage, FailureKind::BadRequest, text);
        }
        if is_h2(error) {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            let text = format!("HTTP/2 failed: {cause}");
            return ExchangeError::new(stage, FailureKind::Http2, text);
        }
        // Bytes that came before they were asked for end up as neither: a mail or SSH server's
        // greeting, for example.
        let greeted = received > 0 && stage == Stage::Request;
        if error.is_parse() || greeted {
            let text = "answered with something that is not HTTP";
            return ExchangeError::new(stage, FailureKind::NotHttp, text);
        }
        if error.is_canceled() || error.is_closed() {
            return ExchangeError::closed(stage, received);
        }
        let text = match error.source() {
            Some(cause) => format!("{error}: {cause}"),
            None => error.to_string(),
        };
        ExchangeError::new(stage, FailureKind::Other, text)
    }

    pub(crate) fn closed(stage: Stage, received: u64) -> ExchangeError {
        let (kind, text) = match (stage, received) {
            (Stage::Response, _) => {
                (FailureKind::ClosedWithinBody, "the peer closed before the end of the body")
            }
            (_, 0) => (FailureKind::ClosedBeforeHead, "the peer closed without an answer"),
            _ => (FailureKind::ClosedWithinHead, "the peer closed after half a header"),
        };
        ExchangeError::new(stage, kind, text)
    }

    fn head_too_large(received: u64, limits: HeadLimits) -> ExchangeError {
        let within = u64::try_from(limits.bytes).is_ok_and(|limit| received < limit);
        let (kind, text) = if within {
            let limit = limits.count;
            (FailureKind::TooManyHeaders { limit }, format!("more than {limit} headers"))
        } else {
            let limit = limits.bytes;
            let text = format!("headers larger than {}", size(limit as u64));
            (FailureKind::HeadTooLarge { limit }, text)
        };
        ExchangeError::new(Stage::Response, kind, text)
    }

    pub(crate) fn body_too_large(limit: u64) -> ExchangeError {
        let text = format!("a body larger than {}", size(limit));
        ExchangeError::new(Stage::Response, FailureKind::BodyTooLarge { limit }, text)
    }
}

impl fmt::Display for ExchangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for ExchangeError {}

/// How much head a response may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeadLimits {
    pub(crate) bytes: usize,
    pub(crate) count: usize,
}

impl HeadLimits {
    /// The headers' number follows from their size: one is seldom shorter than 32 bytes.
    pub(crate) fn of_bytes(bytes: usize) -> HeadLimits {
        HeadLimits { bytes, count: (bytes / 32).clamp(100, 4096) }
    }
}

fn peer(url: &Url) -> String {
    match url.host() {
        host if host.contains(':') => format!("[{host}]:{}", url.port()),
        host => format!("{host}:{}", url.port()),
    }
}

/// A number of bytes as a person reads it.
fn size(bytes: u64) -> String {
    match bytes {
        _ if bytes >= 1 << 20 && bytes.is_multiple_of(1 << 20) => format!("{} MiB", bytes >> 20),
        _ if bytes >= 1 << 10 && bytes.is_multiple_of(1 << 10) => format!("{} KiB", bytes >> 10),
        _ => format!("{bytes} bytes"),
    }
}

fn find<'a, E: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// h2's own errors have no type that is reachable through hyper; their text is all there is.
fn is_h2(error: &hyper::Error) -> bool {
    error.source().is_some_and(|cause| {
        let text = cause.to_string();
        text.contains("stream error") || text.contains("connection error")
    })
}
