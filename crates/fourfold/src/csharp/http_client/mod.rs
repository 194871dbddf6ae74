//! An HTTP client whose requests are tasks.
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | [`HttpClient`]: its settings and its requests |
//! | `sending.rs` | one request: its limits, and what its failure is |
//! | `message.rs` | [`HttpResponseMessage`] |
//! | `content.rs` | [`HttpContent`], the body of either |

mod content;
mod message;
mod sending;

use std::fmt;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, header};

use super::cancellation::{CancellationToken, CancellationTokenSource};
use super::exceptions::{ArgumentOutOfRangeException, InvalidOperationException};
use super::task::Task;
use crate::http::{Client, Url};
use crate::{Error, Result};
pub use content::HttpContent;
pub use message::HttpResponseMessage;
use sending::Sending;

/// The original's: how long a request may take, how often it is redirected, how large a body may be.
const TIMEOUT: Duration = Duration::from_secs(100);
const REDIRECTS: usize = 50;
const MOST_CONTENT: u64 = i32::MAX as u64;

/// Sends requests and keeps connections for the next ones.
///
/// A request is on its way when the call returns; its task is done when all of the response is here. What
/// the client does by itself it does on the pool, whatever context is current.
///
/// ```
/// # use std::io::{Read, Write};
/// use fourfold::csharp::{self, HttpClient, HttpRequestException};
///
/// # let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
/// # let address = listener.local_addr().unwrap();
/// # std::thread::spawn(move || {
/// #     for stream in listener.incoming().take(2) {
/// #         let mut stream = stream.unwrap();
/// #         let read = stream.read(&mut [0; 4096]).unwrap();
/// #         let answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
/// #         stream.write_all(answer.as_bytes()).unwrap();
/// #     }
/// # });
/// let page = format!("http://{address}/");
/// csharp::run(async move {
///     let client = HttpClient::new();
///     let response = client.get_async(&page).await?;
///     response.ensure_success_status_code()?;
///     assert_eq!(response.content().read_as_string_async().await?, "hello");
///     assert_eq!(client.get_string_async(&page).await?, "hello");
///     Ok(())
/// })?;
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// # Errors
///
/// The tasks fail with an [`HttpRequestException`](super::HttpRequestException). A status such as 404 is
/// none, except where only the content is asked for. An address that is not absolute, where there is no
/// base address, is an [`InvalidOperationException`].
///
/// # Cancellation
///
/// By a token, by the [timeout](HttpClient::set_timeout), and by
/// [`cancel_pending_requests`](HttpClient::cancel_pending_requests); it closes the connection of the
/// request. Each is an [`OperationCanceledException`](super::OperationCanceledException); that of the
/// timeout has a [`TimeoutException`](super::TimeoutException) as its [cause](Error::cause). Dropping a
/// task lets its request go on.
///
/// # Threads
///
/// It may be used from any thread. Its connections belong to the pool they were made on.
///
/// The original: [`HttpClient`](https://learn.microsoft.com/dotnet/api/system.net.http.httpclient). There the
/// redirect after the 50th is the response; here it is an error.
pub struct HttpClient {
    handler: Client,
    headers: HeaderMap,
    base_address: Option<Url>,
    timeout: Option<Duration>,
    /// Cancels what is under way.
    pending: Mutex<CancellationTokenSource>,
}

impl HttpClient {
    /// One that follows redirects and has no default headers.
    pub fn new() -> HttpClient {
        let handler = Client::builder().redirects(REDIRECTS).max_body_bytes(MOST_CONTENT);
        HttpClient::with_handler(handler.build())
    }

    /// One that sends by this client.
    pub fn with_handler(handler: Client) -> HttpClient {
        HttpClient {
            handler,
            headers: HeaderMap::new(),
            base_address: None,
            timeout: Some(TIMEOUT),
            pending: Mutex::default(),
        }
    }

    /// How long a request may take, content included: 100 seconds unless set.
    pub fn timeout(&self) -> Option<Duration> {
        self.timeout
    }

    /// Sets how long a request may take; `None` for any time.
    ///
    /// # Errors
    ///
    /// [`ArgumentOutOfRangeException`] for zero.
    pub fn set_timeout(&mut self, timeout: Option<Duration>) -> Result<()> {
        if timeout.is_some_and(|timeout| timeout.is_zero()) {
            return Err(ArgumentOutOfRangeException::default().into());
        }
        self.timeout = timeout;
        Ok(())
    }

    /// What addresses that are not absolute are relative to.
    pub fn base_address(&self) -> Option<&Url> {
        self.base_address.as_ref()
    }

    /// Sets what addresses that are not absolute are relative to.
    ///
    /// # Errors
    ///
    /// [`UrlError`](crate::http::UrlError) for what is no address.
    pub fn set_base_address(&mut self, address: &str) -> Result<()> {
        self.base_address = Some(Url::parse(address)?);
        Ok(())
    }

    /// The headers that each request gets, unless it has them.
    pub fn default_request_headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// As [`default_request_headers`](HttpClient::default_request_headers), to be changed.
    pub fn default_request_headers_mut(&mut self) -> &mut HeaderMap {
        &mut self.headers
    }

    /// Sends a request.
    #[track_caller]
    pub fn send_async<B: Into<Bytes>>(
        &self,
        request: Request<B>,
        token: CancellationToken,
    ) -> Task<HttpResponseMessage> {
        let request = self.prepare(request.map(Into::into));
        self.sending(request, token, Location::caller(), Ok)
    }

    /// Asks for an address.
    #[track_caller]
    pub fn get_async(&self, address: &str) -> Task<HttpResponseMessage> {
        self.get_async_with(address, CancellationToken::none())
    }

    /// As [`get_async`](HttpClient::get_async), with a token.
    #[track_caller]
    pub fn get_async_with(
        &self,
        address: &str,
        token: CancellationToken,
    ) -> Task<HttpResponseMessage> {
        let request = self.request(Method::GET, address, None);
        self.sending(request, token, Location::caller(), Ok)
    }

    /// Asks for the content of an address, as text. Its task fails unless the status tells of success.
    #[track_caller]
    pub fn get_string_async(&self, address: &str) -> Task<String> {
        self.get_string_async_with(address, CancellationToken::none())
    }

    /// As [`get_string_async`](HttpClient::get_string_async), with a token.
    #[track_caller]
    pub fn get_string_async_with(&self, address: &str, token: CancellationToken) -> Task<String> {
        let request = self.request(Method::GET, address, None);
        self.sending(request, token, Location::caller(), |response| {
            Ok(response.ensure_success_status_code()?.content().text())
        })
    }

    /// Asks for the content of an address. Its task fails unless the status tells of success.
    #[track_caller]
    pub fn get_byte_array_async(&self, address: &str) -> Task<Bytes> {
        self.get_byte_array_async_with(address, CancellationToken::none())
    }

    /// As [`get_byte_array_async`](HttpClient::get_byte_array_async), with a token.
    #[track_caller]
    pub fn get_byte_array_async_with(
        &self,
        address: &str,
        token: CancellationToken,
    ) -> Task<Bytes> {
        let request = self.request(Method::GET, address, None);
        self.sending(request, token, Location::caller(), |response| {
            Ok(response.ensure_success_status_code()?.content().bytes().clone())
        })
    }

    /// Sends content to an address.
    #[track_caller]
    pub fn post_async(&self, address: &str, content: HttpContent) -> Task<HttpResponseMessage> {
        self.post_async_with(address, content, CancellationToken::none())
    }

    /// As [`post_async`](HttpClient::post_async), with a token.
    #[track_caller]
    pub fn post_async_with(
        &self,
        address: &str,
        content: HttpContent,
        token: CancellationToken,
    ) -> Task<HttpResponseMessage> {
        let request = self.request(Method::POST, address, Some(content));
        self.sending(request, token, Location::caller(), Ok)
    }

    /// Puts content at an address.
    #[track_caller]
    pub fn put_async(
        &self,
        address: &str,
        content: HttpContent,
        token: CancellationToken,
    ) -> Task<HttpResponseMessage> {
        let request = self.request(Method::PUT, address, Some(content));
        self.sending(request, token, Location::caller(), Ok)
    }

    /// Asks to delete what is at an address.
    #[track_caller]
    pub fn delete_async(
        &self,
        address: &str,
        token: CancellationToken,
    ) -> Task<HttpResponseMessage> {
        let request = self.request(Method::DELETE, address, None);
        self.sending(request, token, Location::caller(), Ok)
    }

    /// Cancels what is under way. The client can be used on.
    pub fn cancel_pending_requests(&self) {
        let former = std::mem::take(&mut *self.pending());
        // Nothing is registered but what ends requests, and that does not fail.
        drop(former.cancel());
    }

    fn pending(&self) -> MutexGuard<'_, CancellationTokenSource> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request of this kind.
    fn request(
        &self,
        method: Method,
        address: &str,
        content: Option<HttpContent>,
    ) -> Result<Request<Bytes>> {
        let content = content.unwrap_or_default();
        let mut request = Request::new(content.bytes().clone());
        if let Some(media_type) = content.media_type() {
            request.headers_mut().insert(header::CONTENT_TYPE, media_type.clone());
        }
        *request.method_mut() = method;
        let absolute = address.contains("://");
        let address = match &self.base_address {
            Some(base) if !absolute => base.join(address)?,
            _ if absolute => Url::parse(address)?,
            _ => return Err(not_absolute()),
        };
        *request.uri_mut() = address.as_uri().clone();
        self.prepare(request)
    }

    /// Gives a request what it lacks: the default headers, and the base address.
    fn prepare(&self, mut request: Request<Bytes>) -> Result<Request<Bytes>> {
        let uri = request.uri();
        if uri.authority().is_none() {
            let base = self.base_address.as_ref().ok_or_else(not_absolute)?;
            let absolute = base.join(&uri.to_string())?;
            *request.uri_mut() = absolute.as_uri().clone();
        }
        for name in self.headers.keys() {
            if !request.headers().contains_key(name) {
                for value in self.headers.get_all(name) {
                    request.headers_mut().append(name, value.clone());
                }
            }
        }
        Ok(request)
    }

    /// Sends what could be prepared, and makes of the response what was asked for.
    fn sending<T: Send + Sync + 'static>(
        &self,
        request: Result<Request<Bytes>>,
        token: CancellationToken,
        location: &'static Location<'static>,
        take: fn(HttpResponseMessage) -> Result<T>,
    ) -> Task<T> {
        let request = match request {
            Ok(request) => request,
            Err(error) => return Task::from_exception(error),
        };
        let pending = self.pending().token();
        let sending = Sending {
            handler: self.handler.clone(),
            request,
            timeout: self.timeout,
            token,
            pending,
        };
        Task::async_method_at(async move { take(sending.send().await?) }, location)
    }
}

fn not_absolute() -> Error {
    let text = "An invalid request URI was provided. Either the request URI must be an absolute URI or \
                BaseAddress must be set.";
    InvalidOperationException::new(text).into()
}

impl Default for HttpClient {
    fn default() -> HttpClient {
        HttpClient::new()
    }
}

impl Drop for HttpClient {
    /// As `Dispose` does, it cancels what is under way.
    fn drop(&mut self) {
        self.cancel_pending_requests();
    }
}

impl fmt::Debug for HttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpClient")
            .field("base_address", &self.base_address)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
