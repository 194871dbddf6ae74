//! The response to a request.

use std::fmt;
use std::rc::Rc;

use bytes::Bytes;
use http::StatusCode;

use super::super::AbortSignal;
use super::super::errors::TypeError;
use super::super::{Promise, async_fn};
use super::Headers;
use super::reading::{ReadableStream, Source};
use crate::Result;

/// A response whose head is here, and whose body is read when asked for, once.
///
/// A clone is the same response, as with all that a promise hands out; what JavaScript calls `clone` is
/// [`try_clone`](Response::try_clone). Where all of a response is dropped before the end of its body, its
/// connection is closed.
///
/// The original is [`Response`](https://developer.mozilla.org/docs/Web/API/Response).
#[derive(Clone)]
pub struct Response(Rc<Inner>);

struct Inner {
    head: Rc<Head>,
    /// `None` where there can be no body.
    body: Option<ReadableStream>,
}

struct Head {
    status: StatusCode,
    status_text: String,
    headers: Headers,
    url: String,
    redirected: bool,
}

impl Response {
    pub(super) fn new(
        response: crate::http::Response,
        redirected: bool,
        signal: Option<AbortSignal>,
    ) -> Response {
        let head = Head {
            status: response.status(),
            status_text: response.reason().unwrap_or_default().to_owned(),
            headers: Headers::from_map(response.headers().clone()),
            url: response.url().to_string(),
            redirected,
        };
        let bodiless = matches!(head.status.as_u16(), 101 | 103 | 204 | 205 | 304);
        let body = (!bodiless).then(|| ReadableStream::new(Source::new(response, signal)));
        Response(Rc::new(Inner { head: Rc::new(head), body }))
    }

    /// Whether the status tells of success: 200 to 299.
    pub fn ok(&self) -> bool {
        self.0.head.status.is_success()
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.0.head.status.as_u16()
    }

    /// The words beside the status.
    pub fn status_text(&self) -> &str {
        &self.0.head.status_text
    }

    /// The headers.
    pub fn headers(&self) -> &Headers {
        &self.0.head.headers
    }

    /// The address that answered, after redirects.
    pub fn url(&self) -> &str {
        &self.0.head.url
    }

    /// Whether redirects were followed.
    pub fn redirected(&self) -> bool {
        self.0.head.redirected
    }

    /// The body as it comes; `None` where there can be none, as with status 204.
    ///
    /// The original is [`response.body`](https://developer.mozilla.org/docs/Web/API/Response/body). There a
    /// reader locks it; here the first read makes it used.
    pub fn body(&self) -> Option<ReadableStream> {
        self.0.body.clone()
    }

    /// Whether somebody has begun to read the body.
    pub fn body_used(&self) -> bool {
        self.0.body.as_ref().is_some_and(ReadableStream::is_disturbed)
    }

    /// The whole body as text in UTF-8; what is not is replaced by U+FFFD.
    ///
    /// It is rejected with a [`TypeError`] where the body was used, and where the peer ends within it; with
    /// the signal's reason where that is aborted.
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    #[track_caller]
    pub fn text(&self) -> Promise<String> {
        self.consume(|bytes| {
            let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
            Ok(String::from_utf8_lossy(bytes).into_owned())
        })
    }

    /// The whole body.
    ///
    /// As [`text`](Response::text) otherwise.
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    #[track_caller]
    pub fn array_buffer(&self) -> Promise<Bytes> {
        self.consume(Ok)
    }

    /// The whole body, read as JSON. Needs the feature `json`.
    ///
    /// As [`text`](Response::text) otherwise; where the body is no JSON, or not that of a `T`, it is
    /// rejected with a [`SyntaxError`](super::SyntaxError).
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    #[cfg(feature = "json")]
    #[track_caller]
    pub fn json<T: serde::de::DeserializeOwned + Clone + 'static>(&self) -> Promise<T> {
        self.consume(|bytes| super::json::parse(&bytes))
    }

    /// A response of its own with the same head and the same body, so that this can be read twice. What
    /// one has read is kept until the other has.
    ///
    /// # Errors
    ///
    /// A [`TypeError`] where the body was used.
    ///
    /// The original is
    /// [`response.clone()`](https://developer.mozilla.org/docs/Web/API/Response/clone).
    pub fn try_clone(&self) -> Result<Response> {
        if self.body_used() {
            let text = "Response.clone: Body has already been consumed.";
            return Err(TypeError::new(text).into());
        }
        let body = self.0.body.as_ref().map(ReadableStream::tee);
        Ok(Response(Rc::new(Inner { head: self.0.head.clone(), body })))
    }

    /// Reads the body to its end and makes something of it.
    #[track_caller]
    fn consume<T: Clone + 'static>(
        &self,
        take: impl FnOnce(Bytes) -> Result<T> + 'static,
    ) -> Promise<T> {
        let Some(body) = &self.0.body else { return Promise::try_call(|| take(Bytes::new())) };
        if body.disturb() {
            let text = "Body is unusable: Body has already been read";
            return Promise::reject(TypeError::new(text));
        }
        let body = body.clone();
        async_fn(async move { take(body.read_to_end().await?) })
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = &self.0.head;
        f.debug_struct("Response")
            .field("url", &head.url)
            .field("status", &head.status)
            .field("headers", &head.headers)
            .field("body_used", &self.body_used())
            .finish_non_exhaustive()
    }
}
