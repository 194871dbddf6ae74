//! The response as a client reads it.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode, Version};
use hyper::body::{Body as _, Incoming};

use super::connection::Connection;
use super::deadline::Deadline;
use super::failure::HeadLimits;
use super::pool::{Host, Pool};
use super::{ExchangeError, Stage, Url};
use crate::{Error, Result};

/// A response whose head is here and whose body is read when asked for.
///
/// Dropped before the end of the body, it closes its connection; read to the end, the connection
/// goes back to its client. The client's timeout goes on until the end of the body.
pub struct Response {
    head: http::response::Parts,
    body: Incoming,
    /// `None` once the body is over.
    connection: Option<Connection>,
    pool: Arc<Pool>,
    deadline: Deadline,
    url: Url,
    limits: HeadLimits,
    max_body_bytes: u64,
    read: u64,
}

impl Response {
    pub(crate) async fn new(
        response: http::Response<Incoming>,
        connection: Connection,
        pool: Arc<Pool>,
        deadline: Deadline,
        url: Url,
        (limits, max_body_bytes): (HeadLimits, u64),
    ) -> Response {
        let (head, body) = response.into_parts();
        let connection = Some(connection);
        let mut response = Response {
            head,
            body,
            connection,
            pool,
            deadline,
            url,
            limits,
            max_body_bytes,
            read: 0,
        };
        if response.body.is_end_stream() {
            response.finish().await;
        }
        response
    }

    async fn finish(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.pool.give(Host::of(&self.url), connection).await;
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.head.status
    }

    /// The words beside the status: those that came, or, where none can come or did, the usual ones.
    pub fn reason(&self) -> Option<&str> {
        let came = self.head.extensions.get::<hyper::ext::ReasonPhrase>();
        let came = came.and_then(|reason| std::str::from_utf8(reason.as_bytes()).ok());
        came.or_else(|| self.head.status.canonical_reason())
    }

    /// The version of HTTP it came in.
    pub fn version(&self) -> Version {
        self.head.version
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.head.headers
    }

    /// The address that answered, after redirects.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The next piece of the body; `None` at its end.
    ///
    /// # Errors
    ///
    /// An [`ExchangeError`] if the peer closes or fails within the body, or the body is larger than
    /// the client's limit; a timeout if the client's passes.
    ///
    /// # Cancellation
    ///
    /// Dropping the future loses nothing: the next call goes on.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>> {
        loop {
            let Some(connection) = &mut self.connection else { return Ok(None) };
            let frame = self.deadline.guard(connection.frame(&mut self.body)).await?;
            let received = connection.meter().received();
            let frame = frame.map_err(|error| match error {
                Some(error) => ExchangeError::from_hyper(
                    Stage::Response,
                    &self.url,
                    &error,
                    received,
                    self.limits,
                ),
                None => ExchangeError::closed(Stage::Response, received),
            })?;
            let Some(frame) = frame else {
                self.finish().await;
                return Ok(None);
            };
            // Trailers are passed over.
            let Ok(data) = frame.into_data() else { continue };
            self.read += data.len() as u64;
            if self.read > self.max_body_bytes {
                self.connection = None;
                return Err(ExchangeError::body_too_large(self.max_body_bytes).into());
            }
            return Ok(Some(data));
        }
    }

    /// The whole body, or what of it was not read yet.
    ///
    /// # Errors
    ///
    /// As [`chunk`](Response::chunk).
    pub async fn bytes(mut self) -> Result<Bytes> {
        let Some(first) = self.chunk().await? else { return Ok(Bytes::new()) };
        let Some(second) = self.chunk().await? else { return Ok(first) };
        let mut all = BytesMut::from(first);
        all.extend_from_slice(&second);
        while let Some(chunk) = self.chunk().await? {
            all.extend_from_slice(&chunk);
        }
        Ok(all.freeze())
    }

    /// The whole body as text in UTF-8; what is not is replaced by U+FFFD.
    ///
    /// # Errors
    ///
    /// As [`chunk`](Response::chunk).
    pub async fn text(self) -> Result<String> {
        let bytes = self.bytes().await?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Itself, or an error if the status is 400 or more.
    ///
    /// # Errors
    ///
    /// A text with the status and the address.
    pub fn error_for_status(self) -> Result<Response> {
        let status = self.status();
        if status.is_client_error() || status.is_server_error() {
            return Err(Error::msg(format!("{} answered with {status}", self.url)));
        }
        Ok(self)
    }
}

impl std::fmt::Debug for Response {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("url", &self.url)
            .field("status", &self.head.status)
            .field("headers", &self.head.headers)
            .finish_non_exhaustive()
    }
}
