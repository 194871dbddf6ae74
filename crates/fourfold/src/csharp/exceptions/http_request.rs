//! The exception of a request that failed.

use std::fmt;
use std::sync::Arc;

use http::StatusCode;

use super::simple::Raised;
use crate::{Error, Kind};

/// A request got no answer, or one that does not tell of success. What happened on the way, an
/// [`ExchangeError`](crate::http::ExchangeError) most often, is the [cause](Error::cause) of the error.
///
/// The original: [`HttpRequestException`](https://learn.microsoft.com/dotnet/api/system.net.http.httprequestexception).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequestException {
    message: Arc<str>,
    status: Option<StatusCode>,
}

impl HttpRequestException {
    /// With a text of its own, and the status of the answer, if there was one.
    pub fn new(message: impl Into<Arc<str>>, status: Option<StatusCode>) -> HttpRequestException {
        HttpRequestException { message: message.into(), status }
    }

    /// Its text.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The status of the answer; `None` if there was none.
    pub fn status_code(&self) -> Option<StatusCode> {
        self.status
    }

    /// What `error` holds, if it is one of these.
    pub fn of(error: &Error) -> Option<&HttpRequestException> {
        error.downcast_ref::<Raised<HttpRequestException>>().map(|raised| &raised.0)
    }
}

impl fmt::Display for HttpRequestException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<HttpRequestException> for Error {
    fn from(exception: HttpRequestException) -> Error {
        Error::typed(Kind::Failed, Raised(exception), Vec::new())
    }
}
