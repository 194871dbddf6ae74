//! What a request is besides its address.

use http::{HeaderValue, Method, header};

use super::super::AbortSignal;
use super::super::errors::TypeError;
use super::{Body, Headers};
use crate::Result;
use crate::http::Client;

/// What becomes of a response that redirects.
///
/// The original is
/// [`init.redirect`](https://developer.mozilla.org/docs/Web/API/RequestInit#redirect).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Redirect {
    /// It is followed, up to twenty times.
    #[default]
    Follow,
    /// It is an error.
    Error,
    /// It is the response.
    Manual,
}

/// What [`fetch_with`](super::fetch_with) sends, and how.
///
/// What is wrong with it rejects the promise of the request, not the call that set it.
///
/// The original is [`RequestInit`](https://developer.mozilla.org/docs/Web/API/RequestInit).
#[derive(Debug)]
#[must_use = "nothing is sent before fetch_with"]
pub struct RequestInit {
    pub(super) method: String,
    pub(super) headers: Result<Headers>,
    pub(super) body: Option<Body>,
    pub(super) redirect: Redirect,
    pub(super) signal: Option<AbortSignal>,
    pub(super) dispatcher: Option<Client>,
}

impl RequestInit {
    /// A `GET` without headers of its own.
    pub fn new() -> RequestInit {
        RequestInit {
            method: "GET".to_owned(),
            headers: Ok(Headers::new()),
            body: None,
            redirect: Redirect::Follow,
            signal: None,
            dispatcher: None,
        }
    }

    /// The method. The common ones may be written small.
    pub fn method(mut self, method: impl Into<String>) -> RequestInit {
        self.method = method.into();
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> RequestInit {
        if let Ok(headers) = &mut self.headers
            && let Err(error) = headers.append(name, value)
        {
            self.headers = Err(error);
        }
        self
    }

    /// These headers, instead of those there are.
    pub fn headers(mut self, headers: Headers) -> RequestInit {
        self.headers = Ok(headers);
        self
    }

    /// The body. Text has a `Content-Type`, unless there is such a header.
    pub fn body(mut self, body: impl Into<Body>) -> RequestInit {
        self.body = Some(body.into());
        self
    }

    /// What becomes of redirects.
    pub fn redirect(mut self, redirect: Redirect) -> RequestInit {
        self.redirect = redirect;
        self
    }

    /// Aborts the request, and the reading of its response.
    pub fn signal(mut self, signal: &AbortSignal) -> RequestInit {
        self.signal = Some(signal.clone());
        self
    }

    /// Sends by this client, for trust, limits or connections of one's own, instead of the one that all
    /// requests of a loop share. It should follow no redirects by itself.
    ///
    /// The original is undici's `init.dispatcher`.
    pub fn dispatcher(mut self, client: Client) -> RequestInit {
        self.dispatcher = Some(client);
        self
    }

    /// The method as it is sent.
    pub(super) fn checked_method(&self) -> Result<Method> {
        const COMMON: [Method; 6] =
            [Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS];
        let text = &self.method;
        let is = |name: &str| text.eq_ignore_ascii_case(name);
        if is("CONNECT") || is("TRACE") || is("TRACK") {
            let text = format!("'{text}' HTTP method is unsupported.");
            return Err(TypeError::new(text).into());
        }
        if let Some(method) = COMMON.into_iter().find(|method| is(method.as_str())) {
            return Ok(method);
        }
        Method::from_bytes(text.as_bytes())
            .map_err(|_| TypeError::new(format!("'{text}' is not a valid HTTP method.")).into())
    }

    /// The headers, with what the body says of itself.
    pub(super) fn take_headers(&mut self) -> Result<http::HeaderMap> {
        let headers = std::mem::replace(&mut self.headers, Ok(Headers::new()))?;
        let mut headers = headers.into_map();
        if let Some(media_type) = self.body.as_ref().and_then(|body| body.media_type) {
            let media_type = HeaderValue::from_static(media_type);
            headers.entry(header::CONTENT_TYPE).or_insert(media_type);
        }
        Ok(headers)
    }
}

impl Default for RequestInit {
    fn default() -> RequestInit {
        RequestInit::new()
    }
}
