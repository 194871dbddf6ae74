//! The response to a request.

use std::fmt;
use std::sync::Arc;

use http::{HeaderMap, StatusCode, Version, header};

use super::super::exceptions::HttpRequestException;
use super::content::HttpContent;
use crate::Result;
use crate::http::{Response, Url};

/// A response, with all of its body. Cheap to clone.
///
/// The original: [`HttpResponseMessage`](https://learn.microsoft.com/dotnet/api/system.net.http.httpresponsemessage).
#[derive(Clone)]
pub struct HttpResponseMessage(Arc<Inner>);

struct Inner {
    status: StatusCode,
    version: Version,
    headers: HeaderMap,
    url: Url,
    content: HttpContent,
}

impl HttpResponseMessage {
    /// Reads the body to its end.
    pub(super) async fn read(response: Response) -> Result<HttpResponseMessage> {
        let (status, version) = (response.status(), response.version());
        let (headers, url) = (response.headers().clone(), response.url().clone());
        let mut content = HttpContent::byte_array(response.bytes().await?);
        if let Some(media_type) = headers.get(header::CONTENT_TYPE) {
            content = content.with_media_type(media_type.clone());
        }
        Ok(HttpResponseMessage(Arc::new(Inner { status, version, headers, url, content })))
    }

    /// The status.
    pub fn status_code(&self) -> StatusCode {
        self.0.status
    }

    /// Whether the status tells of success: 200 to 299.
    pub fn is_success_status_code(&self) -> bool {
        self.0.status.is_success()
    }

    /// Itself, or an error if the status does not tell of success.
    ///
    /// # Errors
    ///
    /// [`HttpRequestException`] with the status.
    pub fn ensure_success_status_code(&self) -> Result<&HttpResponseMessage> {
        if self.is_success_status_code() {
            return Ok(self);
        }
        let status = self.0.status;
        let reason = status.canonical_reason().map(|reason| format!(" ({reason})"));
        let text = format!(
            "Response status code does not indicate success: {}{}.",
            status.as_u16(),
            reason.unwrap_or_default()
        );
        Err(HttpRequestException::new(text, Some(status)).into())
    }

    /// The version of HTTP it came in.
    pub fn version(&self) -> Version {
        self.0.version
    }

    /// All headers, those of the content among them.
    pub fn headers(&self) -> &HeaderMap {
        &self.0.headers
    }

    /// The address that answered, after redirects.
    pub fn request_uri(&self) -> &Url {
        &self.0.url
    }

    /// The body.
    pub fn content(&self) -> &HttpContent {
        &self.0.content
    }
}

impl fmt::Debug for HttpResponseMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpResponseMessage")
            .field("status_code", &self.0.status)
            .field("request_uri", &self.0.url)
            .field("content", &self.0.content)
            .finish_non_exhaustive()
    }
}
