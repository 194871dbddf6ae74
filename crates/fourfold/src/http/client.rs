//! The general client: requests, redirects, connections that are used again.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};

use super::connection::Connection;
use super::deadline::Deadline;
use super::dial::Dial;
use super::exchange::address;
use super::failure::HeadLimits;
use super::pool::{Host, Pool};
use super::request_body::RequestBody;
use super::secure::Security;
use super::{ExchangeError, FailureKind, Response, Stage, Transport, Url};
use crate::{Error, Result};

/// Sends requests and keeps connections for the next ones.
///
/// Cheap to clone; clones share their connections. It may be used from any thread; a connection is
/// used again only on the loop that made it.
///
/// # Cancellation
///
/// Dropping a request or a response that is under way closes its connection. Nothing runs on.
#[derive(Clone)]
pub struct Client(Arc<Shared>);

struct Shared {
    settings: ClientBuilder,
    pool: Arc<Pool>,
}

/// What a [`Client`] is made of; returned by [`Client::builder`].
#[derive(Clone, Debug)]
#[must_use = "nothing is made before build"]
pub struct ClientBuilder {
    timeout: Option<Duration>,
    redirects: usize,
    user_agent: String,
    max_header_bytes: usize,
    max_body_bytes: u64,
    idle_per_host: usize,
    security: Security,
    dial: Dial,
}

impl Default for ClientBuilder {
    fn default() -> ClientBuilder {
        ClientBuilder {
            timeout: None,
            redirects: 0,
            user_agent: concat!("fourfold/", env!("CARGO_PKG_VERSION")).to_owned(),
            max_header_bytes: 64 << 10,
            max_body_bytes: u64::MAX,
            idle_per_host: 8,
            security: Security::default(),
            dial: Dial::default(),
        }
    }
}

impl ClientBuilder {
    /// How long a request may take, redirects and body included. No limit unless set.
    pub fn timeout(mut self, timeout: Duration) -> ClientBuilder {
        self.timeout = Some(timeout);
        self
    }

    /// Offers HTTP/2 where there is TLS to agree on it; needs the feature `http2`.
    pub fn http2(mut self, offer: bool) -> ClientBuilder {
        self.security.http2 = offer;
        self
    }

    /// **Accepts any certificate of anyone.** For tests, and for hosts known to be broken.
    pub fn insecure(mut self) -> ClientBuilder {
        self.security.insecure = true;
        self
    }

    /// Trusts as this connector does, instead of as the platform does.
    #[cfg(feature = "tls")]
    pub fn connector(mut self, connector: crate::tls::Connector) -> ClientBuilder {
        self.security.connector = Some(connector);
        self
    }

    /// Follows so many redirects, and fails at the next one. None are followed unless set: the
    /// response that redirects is what the caller gets.
    pub fn redirects(mut self, limit: usize) -> ClientBuilder {
        self.redirects = limit;
        self
    }

    /// What the program calls itself.
    pub fn user_agent(mut self, name: impl Into<String>) -> ClientBuilder {
        self.user_agent = name.into();
        self
    }

    /// The largest head of a response, in bytes; 64 KiB unless set.
    pub fn max_header_bytes(mut self, limit: usize) -> ClientBuilder {
        self.max_header_bytes = limit;
        self
    }

    /// The largest body of a response, in bytes. No limit unless set.
    pub fn max_body_bytes(mut self, limit: u64) -> ClientBuilder {
        self.max_body_bytes = limit;
        self
    }

    /// How many idle connections are kept for each host; 8 unless set, none with 0.
    pub fn idle_per_host(mut self, count: usize) -> ClientBuilder {
        self.idle_per_host = count;
        self
    }

    /// Makes connections in this way instead of over TCP to the address's host and port: through a
    /// proxy, over a Unix socket, in memory. TLS is made over what it gives.
    pub fn connect_by<F, Fut, IO>(mut self, connect: F) -> ClientBuilder
    where
        F: Fn(&Url) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = io::Result<IO>> + Send + 'static,
        IO: Transport,
    {
        self.dial = Dial::by(connect);
        self
    }

    /// Makes the client.
    pub fn build(self) -> Client {
        let pool = Arc::new(Pool::new(self.idle_per_host));
        Client(Arc::new(Shared { settings: self, pool }))
    }
}

impl Default for Client {
    fn default() -> Client {
        Client::new()
    }
}

impl Client {
    /// One with the settings that [`ClientBuilder`] documents.
    pub fn new() -> Client {
        Client::builder().build()
    }

    /// For other settings.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::default()
    }

    /// Gets an address, as typed or as a [`Url`].
    ///
    /// # Errors
    ///
    /// [`UrlError`](super::UrlError) for a bad address; otherwise as [`request`](Client::request).
    pub async fn get<U>(&self, url: U) -> Result<Response>
    where
        U: TryInto<Url>,
        U::Error: Into<Error>,
    {
        self.bare(Method::GET, url).await
    }

    /// Asks for the head only.
    ///
    /// # Errors
    ///
    /// As [`get`](Client::get).
    pub async fn head<U>(&self, url: U) -> Result<Response>
    where
        U: TryInto<Url>,
        U::Error: Into<Error>,
    {
        self.bare(Method::HEAD, url).await
    }

    async fn bare<U>(&self, method: Method, url: U) -> Result<Response>
    where
        U: TryInto<Url>,
        U::Error: Into<Error>,
    {
        let url = url.try_into().map_err(Into::into)?;
        let mut request = Request::new(Bytes::new());
        *request.method_mut() = method;
        self.run(request, url).await
    }

    /// Sends any request; its address must be absolute.
    ///
    /// An idle connection that turns out to be closed is replaced once, if nothing had come back
    /// and the method allows to ask twice.
    ///
    /// # Errors
    ///
    /// An [`ExchangeError`] for what happened on the way, a timeout if the client's passes. A status
    /// such as 404 is none.
    pub async fn request<B: Into<Bytes>>(&self, request: Request<B>) -> Result<Response> {
        let url = Url::try_from(request.uri())?;
        self.run(request.map(Into::into), url).await
    }

    /// As [`request`](Client::request), for a body that comes piece by piece, in chunks where it cannot
    /// tell its length.
    ///
    /// It is sent once, on a connection of its own, and redirects are not followed.
    ///
    /// # Errors
    ///
    /// As [`request`](Client::request), and where the body fails.
    pub async fn request_streaming<B>(&self, request: Request<B>) -> Result<Response>
    where
        B: hyper::body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let url = Url::try_from(request.uri())?;
        let mut deadline = Deadline::new(self.0.settings.timeout)?;
        let mut request = request.map(RequestBody::pieces);
        self.complete(request.headers_mut())?;
        let exchange = async {
            let connection = self.connect(&url).await?;
            self.send_on(connection, request, &url).await
        };
        let (response, connection) = deadline.guard(exchange).await??;
        Ok(self.respond(response, connection, deadline, url).await)
    }

    /// Gives a request the headers that each has.
    fn complete(&self, headers: &mut HeaderMap) -> Result<()> {
        let agent = HeaderValue::from_str(&self.0.settings.user_agent)
            .map_err(|_| Error::msg("the user agent holds a character that no header may hold"))?;
        headers.entry(header::USER_AGENT).or_insert(agent);
        headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("*/*"));
        Ok(())
    }

    async fn respond(
        &self,
        response: http::Response<hyper::body::Incoming>,
        connection: Connection,
        deadline: Deadline,
        url: Url,
    ) -> Response {
        let limits = (self.limits(), self.0.settings.max_body_bytes);
        let pool = Arc::clone(&self.0.pool);
        Response::new(response, connection, pool, deadline, url, limits).await
    }

    async fn run(&self, mut request: Request<Bytes>, mut url: Url) -> Result<Response> {
        let settings = &self.0.settings;
        let mut deadline = Deadline::new(settings.timeout)?;
        self.complete(request.headers_mut())?;
        let mut followed = 0;
        loop {
            let (response, connection) = deadline.guard(self.send(&request, &url)).await??;
            let target = match settings.redirects {
                0 => None,
                _ => redirection(&response, &url)?,
            };
            let Some(target) = target else {
                return Ok(self.respond(response, connection, deadline, url).await);
            };
            if followed == settings.redirects {
                let text = format!("{url} redirects once more after {followed} redirects");
                let kind = FailureKind::BadRedirect;
                return Err(ExchangeError::new(Stage::Response, kind, text).into());
            }
            followed += 1;
            redirect(&mut request, response.status(), Host::of(&url) == Host::of(&target));
            url = target;
        }
    }

    fn limits(&self) -> HeadLimits {
        HeadLimits::of_bytes(self.0.settings.max_header_bytes)
    }

    async fn send(
        &self,
        request: &Request<Bytes>,
        url: &Url,
    ) -> Result<(http::Response<hyper::body::Incoming>, Connection), ExchangeError> {
        let host = Host::of(url);
        let body = || request.clone().map(RequestBody::new);
        if let Some(connection) = self.0.pool.take(&host).await {
            match self.send_on(connection, body(), url).await {
                Err(error) if is_stale(&error) && request.method().is_idempotent() => {}
                result => return result,
            }
        }
        let connection = self.connect(url).await?;
        self.send_on(connection, body(), url).await
    }

    async fn connect(&self, url: &Url) -> Result<Connection, ExchangeError> {
        let securing = self.0.settings.security.prepare(url)?;
        let stream = self.0.settings.dial.dial(url, securing).await?;
        Connection::start(stream, self.limits()).await.map_err(|error| {
            ExchangeError::from_hyper(Stage::Request, url, &error, 0, self.limits())
        })
    }

    async fn send_on(
        &self,
        mut connection: Connection,
        mut request: Request<RequestBody>,
        url: &Url,
    ) -> Result<(http::Response<hyper::body::Incoming>, Connection), ExchangeError> {
        address(&mut request, url, connection.is_http2())?;
        connection.meter().reset();
        match connection.send(request).await {
            Ok(response) => Ok((response, connection)),
            Err(error) => {
                let received = connection.meter().received();
                let stage = Stage::Request;
                let mut error = match error {
                    Some(error) => {
                        ExchangeError::from_hyper(stage, url, &error, received, self.limits())
                    }
                    None => ExchangeError::closed(stage, received),
                };
                if received > 0 {
                    error.stage = Stage::Response;
                }
                Err(error)
            }
        }
    }
}

/// Whether an idle connection had been closed by its peer when it was used again.
fn is_stale(error: &ExchangeError) -> bool {
    error.stage == Stage::Request
        && matches!(error.kind, FailureKind::ClosedBeforeHead | FailureKind::Reset)
}

/// Where a response leads, if it does.
fn redirection<B>(response: &http::Response<B>, url: &Url) -> Result<Option<Url>> {
    let leads = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let Some(location) = response.headers().get(header::LOCATION).filter(|_| leads) else {
        return Ok(None);
    };
    let text = String::from_utf8_lossy(location.as_bytes());
    match url.join(&text) {
        Ok(target) => Ok(Some(target)),
        Err(error) => {
            let text = format!("{url} redirects to where nothing can be requested: {error}");
            Err(ExchangeError::new(Stage::Response, FailureKind::BadRedirect, text).into())
        }
    }
}

/// What changes in a request that is sent on. Secrets stay with the host they were meant for.
fn redirect(request: &mut Request<Bytes>, status: StatusCode, same_host: bool) {
    let method = request.method();
    let safe = method == Method::GET || method == Method::HEAD;
    let asks_anew = status == StatusCode::SEE_OTHER
        || (method == Method::POST && matches!(status.as_u16(), 301 | 302));
    if !safe && asks_anew {
        *request.method_mut() = Method::GET;
        *request.body_mut() = Bytes::new();
        let content = [
            header::CONTENT_LENGTH,
            header::CONTENT_TYPE,
            header::CONTENT_ENCODING,
            header::TRANSFER_ENCODING,
        ];
        remove(request.headers_mut(), &content);
    }
    if !same_host {
        let secrets =
            [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION, header::HOST];
        remove(request.headers_mut(), &secrets);
    }
}

fn remove(headers: &mut HeaderMap, names: &[header::HeaderName]) {
    for name in names {
        headers.remove(name);
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Client").field(&self.0.settings).finish()
    }
}
