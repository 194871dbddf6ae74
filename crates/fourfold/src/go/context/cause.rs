//! Why a context is done.

use std::error::Error as StdError;
use std::fmt;

use crate::Error;

/// Why a context is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContextError {
    /// It was cancelled.
    Canceled,
    /// Its deadline passed.
    DeadlineExceeded,
}

/// Go's `context.Canceled`.
pub const CANCELED: ContextError = ContextError::Canceled;
/// Go's `context.DeadlineExceeded`.
pub const DEADLINE_EXCEEDED: ContextError = ContextError::DeadlineExceeded;

impl fmt::Display for ContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ContextError::Canceled => "context canceled",
            ContextError::DeadlineExceeded => "context deadline exceeded",
        })
    }
}

impl StdError for ContextError {}

impl ContextError {
    /// As the error that crosses all dialects: of kind cancelled or timed out.
    pub fn into_error(self) -> Error {
        match self {
            ContextError::Canceled => Error::cancelled_with("context canceled"),
            ContextError::DeadlineExceeded => Error::timed_out_with("context deadline exceeded"),
        }
    }
}
