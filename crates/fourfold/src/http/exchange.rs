//! One timed exchange on a connection of its own: what a probe of a host measures.
//!
//! ```text
//!   start     resolved   connected    secured      first byte        end
//!     ├── dns ───┼─ connect ──┼─── tls ───┼─ first_byte ──┼── (body) ───┤
//!     └────────────────────────── total ──────────────────────────────┘
//! ```
//!
//! The times are the loop's: under a virtual clock they are virtual.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Version, header};

use super::connection::Connection;
use super::failure::HeadLimits;
use super::request_body::RequestBody;
use super::secure::Security;
use super::transport::{Meter, Stream, Transport};
use super::{ExchangeError, FailureKind, PhasesSoFar, Stage, Url, clock};
#[cfg(feature = "tls")]
use crate::tls::Connector;

/// What a probe asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExchangeMethod {
    /// Only the head of the response.
    #[default]
    Head,
    /// The body, too.
    Get,
}

/// How an exchange is made.
#[derive(Clone, Debug)]
pub struct ExchangeOptions {
    /// What is asked for; [`ExchangeMethod::Head`] unless set.
    pub method: ExchangeMethod,
    /// Offer HTTP/2 where there is TLS to agree on it; needs the feature `http2`. Off unless set.
    pub http2: bool,
    /// **Accept any certificate.** Off unless set.
    pub insecure: bool,
    /// The largest head of a response, in bytes; 64 KiB unless set, 8 KiB at least on HTTP/1.1.
    pub max_header_bytes: usize,
    /// How much of a body is read, in bytes; 16 MiB unless set. More is no error, but left unread.
    pub max_body_bytes: u64,
    /// What the program calls itself.
    pub user_agent: String,
    /// Trust of one's own instead of the platform's; [`insecure`](Self::insecure) is then of no
    /// effect.
    #[cfg(feature = "tls")]
    pub connector: Option<Connector>,
}

impl Default for ExchangeOptions {
    fn default() -> ExchangeOptions {
        ExchangeOptions {
            method: ExchangeMethod::Head,
            http2: false,
            insecure: false,
            max_header_bytes: 64 << 10,
            max_body_bytes: 16 << 20,
            user_agent: concat!("fourfold/", env!("CARGO_PKG_VERSION")).to_owned(),
            #[cfg(feature = "tls")]
            connector: None,
        }
    }
}

/// How long each phase took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Phases {
    /// Resolving the name; `None` for an IP address, and where the caller connected.
    pub dns: Option<Duration>,
    /// Making the connection; zero where the caller connected.
    pub connect: Duration,
    /// The TLS handshake; `None` for `http`.
    pub tls: Option<Duration>,
    /// From the request to the first byte of the response; on HTTP/2, to the end of its head.
    pub first_byte: Duration,
}

/// An exchange that got its response, whatever the status.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The status code.
    pub status: u16,
    /// The version of HTTP that was spoken.
    pub version: Version,
    /// How long each phase took.
    pub phases: Phases,
    /// From the start to the end of the body.
    pub total: Duration,
    /// How much body was read.
    pub body_bytes: u64,
    /// Whether that was all of it.
    pub body_complete: bool,
}

/// Makes one exchange on a connection that the caller made: the handshake if the address is
/// `https`, the request, the response.
///
/// `so_far` is how long the connection took to make, and counts into the total.
///
/// # Errors
///
/// An [`ExchangeError`] with the stage, what happened, and the phases that were reached. A status
/// such as 404 is none.
///
/// # Cancellation
///
/// Dropping the future at any point drops `io`; nothing runs on. There is no timeout here: a peer
/// that sends half a header and then nothing is waited for until the caller drops the future.
pub async fn exchange_over<IO: Transport>(
    io: IO,
    url: &Url,
    options: &ExchangeOptions,
    so_far: PhasesSoFar,
) -> Result<Exchange, ExchangeError> {
    let mut phases = so_far;
    let exchange = finish(io, url, options, &mut phases).await;
    exchange.map_err(|error| error.with_phases(phases))
}

/// The exchange from the connection on; what is reached is noted in `phases`.
pub(crate) async fn finish<IO: Transport>(
    io: IO,
    url: &Url,
    options: &ExchangeOptions,
    phases: &mut PhasesSoFar,
) -> Result<Exchange, ExchangeError> {
    let securing = options.security().prepare(url)?;
    let before = phases.dns.unwrap_or_default() + phases.connect.unwrap_or_default();
    let start = clock::now();
    let stream = securing.secure(url, io).await?;
    if url.is_https() {
        phases.tls = Some(since(start));
    }
    let answer = ask(stream, url, options, phases).await?;
    let connect = phases.connect.unwrap_or_default();
    let first_byte = phases.first_byte.unwrap_or_default();
    Ok(Exchange {
        status: answer.status,
        version: answer.version,
        phases: Phases { dns: phases.dns, connect, tls: phases.tls, first_byte },
        total: before + since(start),
        body_bytes: answer.body_bytes,
        body_complete: answer.body_complete,
    })
}

struct Answer {
    status: u16,
    version: Version,
    body_bytes: u64,
    body_complete: bool,
}

async fn ask<IO: Transport>(
    stream: Stream<IO>,
    url: &Url,
    options: &ExchangeOptions,
    phases: &mut PhasesSoFar,
) -> Result<Answer, ExchangeError> {
    let limits = HeadLimits::of_bytes(options.max_header_bytes);
    let sent = clock::now();
    let mut connection = Connection::start(stream, limits)
        .await
        .map_err(|error| ExchangeError::from_hyper(Stage::Request, url, &error, 0, limits))?;
    let request = request(url, options, connection.is_http2())?;
    let sending = if connection.is_http2() {
        // The first bytes are the peer's settings, which answer nothing.
        let sending = connection.send(request).await;
        phases.first_byte = sending.is_ok().then(|| since(sent));
        sending
    } else {
        let noting = NoteFirstByte { meter: connection.shared_meter(), sent, phases };
        let sending = connection.send(request).await;
        drop(noting);
        sending
    };
    let failed = |error: Option<hyper::Error>, stage, received| match error {
        Some(error) => ExchangeError::from_hyper(stage, url, &error, received, limits),
        None => ExchangeError::closed(stage, received),
    };
    let response = sending.map_err(|error| {
        let mut error = failed(error, Stage::Request, connection.meter().received());
        if phases.first_byte.is_some() {
            error.stage = Stage::Response;
        }
        error
    })?;
    let (head, mut body) = response.into_parts();
    let mut answer = Answer {
        status: head.status.as_u16(),
        version: head.version,
        body_bytes: 0,
        body_complete: true,
    };
    if options.method == ExchangeMethod::Head {
        // Whatever a peer might send after it, all that was asked for is here.
        return Ok(answer);
    }
    loop {
        let frame = connection.frame(&mut body).await;
        let frame =
            frame.map_err(|error| failed(error, Stage::Response, connection.meter().received()))?;
        let Some(frame) = frame else { return Ok(answer) };
        answer.body_bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
        if answer.body_bytes > options.max_body_bytes {
            answer.body_bytes = options.max_body_bytes;
            answer.body_complete = false;
            return Ok(answer);
        }
    }
}

/// Notes when the first byte came as it is dropped, be it because nobody waits any longer for the
/// rest of a head that began.
struct NoteFirstByte<'a> {
    meter: Arc<Meter>,
    sent: Duration,
    phases: &'a mut PhasesSoFar,
}

impl Drop for NoteFirstByte<'_> {
    fn drop(&mut self) {
        let first = self.meter.first_byte_at();
        self.phases.first_byte = first.map(|first| first.saturating_sub(self.sent));
    }
}

fn request(
    url: &Url,
    options: &ExchangeOptions,
    http2: bool,
) -> Result<Request<RequestBody>, ExchangeError> {
    let method = match options.method {
        ExchangeMethod::Head => Method::HEAD,
        ExchangeMethod::Get => Method::GET,
    };
    let user_agent = HeaderValue::from_str(&options.user_agent).map_err(|_| {
        let text = "the user agent holds a character that no header may hold";
        ExchangeError::new(Stage::Request, FailureKind::BadRequest, text)
    })?;
    let mut request = Request::new(RequestBody::new(Bytes::new()));
    *request.method_mut() = method;
    request.headers_mut().insert(header::USER_AGENT, user_agent);
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("*/*"));
    if !http2 {
        // One exchange and no more: the peer need not keep the connection.
        request.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    address(&mut request, url, http2)?;
    Ok(request)
}

/// Puts the address where each version of HTTP has it.
pub(crate) fn address<B>(
    request: &mut Request<B>,
    url: &Url,
    http2: bool,
) -> Result<(), ExchangeError> {
    let bad = |_| {
        let text = format!("the address {url} fits in no request");
        ExchangeError::new(Stage::Request, FailureKind::BadRequest, text)
    };
    if http2 {
        *request.uri_mut() = url.as_uri().clone();
        request.headers_mut().remove(header::HOST);
        return Ok(());
    }
    *request.uri_mut() =
        url.path_and_query().parse().map_err(|error| bad(http::Error::from(error)))?;
    if !request.headers().contains_key(header::HOST) {
        let host = HeaderValue::try_from(url.authority())
            .map_err(|error| bad(http::Error::from(error)))?;
        request.headers_mut().insert(header::HOST, host);
    }
    Ok(())
}

impl ExchangeOptions {
    fn security(&self) -> Security {
        Security {
            insecure: self.insecure,
            http2: self.http2,
            fresh: true,
            #[cfg(feature = "tls")]
            connector: self.connector.clone(),
        }
    }
}

fn since(start: Duration) -> Duration {
    clock::now().saturating_sub(start)
}
