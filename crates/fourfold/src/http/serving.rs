//! One connection of a server, from the first byte to the last.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::{Future, poll_fn};
use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::time::Duration;

use http::{Method, StatusCode, Version, header};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http1;
use hyper::service::{HttpService, service_fn};

use super::Body;
use super::clock::{Timer, has_timers};
use super::closing::Inside;
#[cfg(feature = "tls")]
use super::deadline::Deadline;
use super::failure::HeadLimits;
#[cfg(feature = "http2")]
use super::rt::LocalExecutor;
use super::transport::{Metered, Stream, Transport};
#[cfg(feature = "tls")]
use crate::tls::Acceptor;
use crate::{Error, Result};

/// What a handler is given: head and body.
pub type Request = http::Request<Incoming>;

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) header_read_timeout: Duration,
    pub(super) max_header_bytes: usize,
    pub(super) on_error: Rc<dyn Fn(&Error)>,
    #[cfg(feature = "tls")]
    pub(super) tls: Option<Acceptor>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            header_read_timeout: Duration::from_secs(30),
            max_header_bytes: 64 << 10,
            on_error: Rc::new(|_| ()),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }
}

pub(super) struct Serving<H> {
    handler: Rc<H>,
    settings: Rc<Settings>,
    from: Option<SocketAddr>,
}

impl<H, F, B> Serving<H>
where
    H: Fn(Request) -> F + 'static,
    F: Future<Output = Result<http::Response<B>>> + 'static,
    B: Into<Body> + 'static,
{
    pub(super) fn new(
        handler: Rc<H>,
        settings: Rc<Settings>,
        from: Option<SocketAddr>,
    ) -> Serving<H> {
        Serving { handler, settings, from }
    }

    /// Serves to the end of the connection, or of the request it is at once the server closes.
    pub(super) async fn run<IO: Transport>(self, io: IO, inside: &Inside) -> Result<()> {
        let Some(stream) = self.secure(io, inside).await? else { return Ok(()) };
        let (handler, on_error, from) =
            (self.handler, Rc::clone(&self.settings.on_error), self.from);
        let service = service_fn(move |mut request: Request| {
            if let Some(from) = from {
                request.extensions_mut().insert(from);
            }
            // On HTTP/1.1 hyper leaves the body out by itself.
            let only_head =
                request.method() == Method::HEAD && request.version() == Version::HTTP_2;
            let answering = handler(request);
            let on_error = Rc::clone(&on_error);
            async move {
                let response = answer(answering.await, &*on_error);
                Ok::<_, Infallible>(if only_head { without_body(response) } else { response })
            }
        });
        let result = converse(stream, service, &self.settings, inside).await;
        match result {
            Err(error) if !is_leaving(&error) => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// `None` if the server closes before the handshake is done.
    #[cfg(feature = "tls")]
    async fn secure<IO: Transport>(&self, io: IO, inside: &Inside) -> Result<Option<Stream<IO>>> {
        let Some(acceptor) = &self.settings.tls else { return Ok(Some(Stream::Plain(io))) };
        let limit = self.settings.header_read_timeout;
        let mut deadline = Deadline::new(has_timers().then_some(limit))?;
        let mut shaking = pin!(acceptor.accept(io));
        let shaken = deadline.guard(poll_fn(|cx| {
            if inside.poll_closing(cx).is_ready() {
                return std::task::Poll::Ready(None);
            }
            shaking.as_mut().poll(cx).map(Some)
        }));
        match shaken.await? {
            None => Ok(None),
            Some(stream) => Ok(Some(Stream::Tls(Box::new(stream?)))),
        }
    }

    #[cfg(not(feature = "tls"))]
    async fn secure<IO: Transport>(&self, io: IO, _inside: &Inside) -> Result<Option<Stream<IO>>> {
        Ok(Some(Stream::Plain(io)))
    }
}

/// What a handler's result is on the wire.
fn answer<B: Into<Body>>(
    result: Result<http::Response<B>>,
    on_error: &dyn Fn(&Error),
) -> http::Response<Body> {
    match result {
        Ok(response) => response.map(Into::into),
        Err(error) => {
            on_error(&error);
            let mut response = http::Response::new(Body::from("internal server error\n"));
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    }
}

/// The answer to a HEAD request: the length that there would be, and nothing of it.
fn without_body(mut response: http::Response<Body>) -> http::Response<Body> {
    if let Some(length) = response.body().size_hint().exact() {
        response.headers_mut().entry(header::CONTENT_LENGTH).or_insert(length.into());
    }
    response.map(|_| Body::empty())
}

async fn converse<IO, S>(
    stream: Stream<IO>,
    service: S,
    settings: &Settings,
    inside: &Inside,
) -> hyper::Result<()>
where
    IO: Transport,
    S: HttpService<Incoming, ResBody = Body, Error = Infallible>,
    S::Future: 'static,
{
    #[cfg(feature = "http2")]
    if stream.is_http2()
        && let Some(executor) = LocalExecutor::current()
    {
        let limit = u32::try_from(settings.max_header_bytes).unwrap_or(u32::MAX);
        let connection = hyper::server::conn::http2::Builder::new(executor)
            .timer(Timer)
            .max_header_list_size(limit)
            .serve_connection(Metered::new(stream).0, service);
        return until_closing(connection, |c| c.graceful_shutdown(), inside).await;
    }
    let limits = HeadLimits::of_bytes(settings.max_header_bytes);
    let mut builder = http1::Builder::new();
    builder.max_header_size(limits.bytes).max_headers(limits.count);
    if has_timers() {
        builder.timer(Timer).header_read_timeout(settings.header_read_timeout);
    } else {
        builder.header_read_timeout(None);
    }
    let connection = builder.serve_connection(Metered::new(stream).0, service);
    until_closing(connection, |c| c.graceful_shutdown(), inside).await
}

/// Drives a connection and tells it once when the server closes.
async fn until_closing<C: Future>(
    connection: C,
    tell: impl Fn(Pin<&mut C>),
    inside: &Inside,
) -> C::Output {
    let mut connection = pin!(connection);
    let mut told = false;
    poll_fn(|cx| {
        if !told && inside.poll_closing(cx).is_ready() {
            told = true;
            tell(connection.as_mut());
        }
        connection.as_mut().poll(cx)
    })
    .await
}

/// Whether a client just left: between requests, or without TLS's closing alert, as many do.
fn is_leaving(error: &hyper::Error) -> bool {
    let io = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    error.is_shutdown()
        || io.is_some_and(|error| {
            matches!(
                error.kind(),
                io::ErrorKind::UnexpectedEof
                    | io::ErrorKind::ConnectionReset
                    | io::ErrorKind::BrokenPipe
                    | io::ErrorKind::NotConnected
            )
        })
}
