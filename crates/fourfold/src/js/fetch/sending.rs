//! One request on its way: redirects, and what its failure is.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};

use super::super::AbortSignal;
use super::super::errors::TypeError;
use super::body::Kind;
use super::init::{Redirect, RequestInit};
use super::piped::{self, Piped};
use super::{Body, Response};
use crate::http::{Client, Url};
use crate::{Error, Result};

/// As often as the standard has it.
const MOST_REDIRECTS: u32 = 20;

/// A request that was found to be in order.
pub(super) struct Sending {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<Body>,
    /// The body is a stream, which can be sent once.
    streams: bool,
    redirect: Redirect,
    signal: Option<AbortSignal>,
}

impl Sending {
    pub(super) fn new(url: &str, mut init: RequestInit) -> Result<Sending> {
        let url = absolute(url)?;
        let method = init.checked_method()?;
        let headers = init.take_headers()?;
        let body = init.body.take();
        if body.is_some() && (method == Method::GET || method == Method::HEAD) {
            let text = "Request with GET/HEAD method cannot have body.";
            return Err(TypeError::new(text).into());
        }
        let streams = matches!(&body, Some(Body { kind: Kind::Pieces(_), .. }));
        let RequestInit { redirect, signal, .. } = init;
        Ok(Sending { method, url, headers, body, streams, redirect, signal })
    }

    /// Sends it; the head of the response, or why there is none.
    pub(super) async fn send(self, client: Client) -> Result<Response> {
        let Some(signal) = self.signal.clone() else { return self.exchange(client).await };
        signal.throw_if_aborted()?;
        signal.run(self.exchange(client)).await
    }

    async fn exchange(mut self, client: Client) -> Result<Response> {
        let mut followed = 0;
        loop {
            let response = self.once(&client).await?;
            let location = response.headers().get(header::LOCATION);
            let Some(location) = location.filter(|_| redirects(response.status())) else {
                return Ok(Response::new(response, followed > 0, self.signal));
            };
            match self.redirect {
                Redirect::Follow => {}
                Redirect::Error => return Err(failed(Error::msg("unexpected redirect"))),
                Redirect::Manual => return Ok(Response::new(response, followed > 0, self.signal)),
            }
            if followed == MOST_REDIRECTS {
                return Err(failed(Error::msg("redirect count exceeded")));
            }
            followed += 1;
            let location = String::from_utf8_lossy(location.as_bytes());
            let target = response.url().join(&location).map_err(|error| failed(error.into()))?;
            self.redirect_to(target, response.status())?;
        }
    }

    /// One exchange, whatever the response.
    async fn once(&mut self, client: &Client) -> Result<crate::http::Response> {
        let mut request = Request::new(());
        *request.method_mut() = self.method.clone();
        *request.uri_mut() = self.url.as_uri().clone();
        *request.headers_mut() = self.headers.clone();
        if self.body.is_none() && matches!(self.method, Method::POST | Method::PUT) {
            let none = HeaderValue::from_static("0");
            request.headers_mut().entry(header::CONTENT_LENGTH).or_insert(none);
        }
        let kind = match &mut self.body {
            None => Kind::Whole(Bytes::new()),
            Some(Body { kind: Kind::Whole(bytes), .. }) => Kind::Whole(bytes.clone()),
            Some(body) => std::mem::replace(&mut body.kind, Kind::Whole(Bytes::new())),
        };
        match kind {
            Kind::Whole(bytes) => client.request(request.map(|()| bytes)).await.map_err(failed),
            Kind::Pieces(pieces) => {
                let (pipe, piped) = Piped::new();
                let pumping = super::super::async_fn(piped::pump(pieces, pipe.clone()));
                drop::<super::super::Promise<()>>(pumping);
                let response = client.request_streaming(request.map(|()| piped)).await;
                response.map_err(|error| failed(pipe.take_failure().unwrap_or(error)))
            }
        }
    }

    /// What changes in a request that is sent on. Secrets stay with the host they were meant for.
    fn redirect_to(&mut self, target: Url, status: StatusCode) -> Result<()> {
        if self.streams && status != StatusCode::SEE_OTHER {
            let text = "a body that is a stream cannot be sent again, as this redirect asks";
            return Err(failed(Error::msg(text)));
        }
        let post = self.method == Method::POST;
        let safe = self.method == Method::GET || self.method == Method::HEAD;
        let moved = matches!(status.as_u16(), 301 | 302);
        if (moved && post) || (status == StatusCode::SEE_OTHER && !safe) {
            self.method = Method::GET;
            self.body = None;
            let content = [
                header::CONTENT_ENCODING,
                header::CONTENT_LANGUAGE,
                header::CONTENT_LOCATION,
                header::CONTENT_TYPE,
                header::CONTENT_LENGTH,
            ];
            content.iter().for_each(|name| drop(self.headers.remove(name)));
        }
        if !same_origin(&self.url, &target) {
            let secrets =
                [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE, header::HOST];
            secrets.iter().for_each(|name| drop(self.headers.remove(name)));
        }
        self.url = target;
        Ok(())
    }
}

/// What the promise of a request is rejected with.
pub(super) fn failed(cause: Error) -> Error {
    Error::from(TypeError::new("fetch failed")).caused_by(cause)
}

fn redirects(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

fn same_origin(one: &Url, other: &Url) -> bool {
    (one.scheme(), one.host(), one.port()) == (other.scheme(), other.host(), other.port())
}

/// An address that says how it is reached: what else may be left out where a person types it must be
/// there.
fn absolute(text: &str) -> Result<Url> {
    let (scheme, rest) = text.split_once("://").ok_or_else(|| unparsable(text))?;
    if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
        return Err(failed(Error::msg("unknown scheme")));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    if authority.contains('@') {
        let text =
            format!("Request cannot be constructed from a URL that includes credentials: {text}");
        return Err(TypeError::new(text).into());
    }
    Url::parse(text).map_err(|error| unparsable(text).caused_by(error.into()))
}

fn unparsable(text: &str) -> Error {
    TypeError::new(format!("Failed to parse URL from {text}")).into()
}
