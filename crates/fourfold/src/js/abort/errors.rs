//! What aborted work fails with.

use std::fmt;

use crate::{Error, Kind};

/// The reason of a signal that was aborted without one, or by a timeout.
///
/// It is an error of the kind [`Cancelled`](Kind::Cancelled) where its name is `AbortError`, and of
/// the kind [`TimedOut`](Kind::TimedOut) where it is `TimeoutError`.
///
/// The original is
/// [`DOMException`](https://nodejs.org/api/globals.html#class-domexception).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DomException {
    name: Name,
    message: &'static str,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Name {
    Abort,
    Timeout,
}

impl DomException {
    pub(super) fn abort_error() -> Reason {
        Reason(DomException { name: Name::Abort, message: "This operation was aborted" })
    }

    pub(super) fn timeout_error() -> Reason {
        let message = "The operation was aborted due to timeout";
        Reason(DomException { name: Name::Timeout, message })
    }

    /// `AbortError` or `TimeoutError`.
    pub fn name(&self) -> &'static str {
        match self.name {
            Name::Abort => "AbortError",
            Name::Timeout => "TimeoutError",
        }
    }

    /// The number that the name had before there were names: 20 or 23.
    pub fn code(&self) -> u16 {
        match self.name {
            Name::Abort => 20,
            Name::Timeout => 23,
        }
    }

    /// What it says.
    pub fn message(&self) -> &'static str {
        self.message
    }
}

impl fmt::Display for DomException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message)
    }
}

impl std::error::Error for DomException {}

/// A [`DomException`] that becomes an error of its kind, which the conversion that all standard errors
/// have would not do.
pub(super) struct Reason(DomException);

impl From<Reason> for Error {
    fn from(reason: Reason) -> Error {
        let kind = match reason.0.name {
            Name::Abort => Kind::Cancelled,
            Name::Timeout => Kind::TimedOut,
        };
        Error::typed(kind, reason.0, Vec::new())
    }
}

/// What a function of Node fails with whose signal was aborted. Its cause is the signal's reason.
///
/// It is an error of the kind [`Cancelled`](Kind::Cancelled). The original is the `AbortError` of
/// [`ABORT_ERR`](https://nodejs.org/api/errors.html#abort_err).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbortError(());

impl AbortError {
    pub(super) fn caused_by(reason: &Error) -> Error {
        Error::typed(Kind::Cancelled, AbortError(()), Vec::new()).caused_by(reason.clone())
    }

    /// `AbortError`.
    pub fn name(&self) -> &'static str {
        "AbortError"
    }

    /// `ABORT_ERR`.
    pub fn code(&self) -> &'static str {
        "ABORT_ERR"
    }
}

impl fmt::Display for AbortError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("The operation was aborted")
    }
}

impl std::error::Error for AbortError {}
