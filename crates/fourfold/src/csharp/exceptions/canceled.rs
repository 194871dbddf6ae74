//! The exception that says that something was cancelled.

use std::fmt;
use std::sync::Arc;

use super::simple::Raised;
use crate::csharp::cancellation::CancellationToken;
use crate::{Error, Kind};

/// Something was cancelled, and by which token. [Cancelled](Kind::Cancelled) for other dialects.
///
/// The originals: [`OperationCanceledException`](https://learn.microsoft.com/dotnet/api/system.operationcanceledexception)
/// and its heir `TaskCanceledException`, which is raised where the task that was awaited is cancelled
/// without an exception of its own.
#[derive(Clone, Debug)]
pub struct OperationCanceledException {
    message: Arc<str>,
    token: CancellationToken,
    of_task: bool,
}

impl OperationCanceledException {
    /// Of no token.
    pub fn new() -> OperationCanceledException {
        OperationCanceledException::with_token(CancellationToken::none())
    }

    /// Of this token.
    pub fn with_token(token: CancellationToken) -> OperationCanceledException {
        OperationCanceledException {
            message: "The operation was canceled.".into(),
            token,
            of_task: false,
        }
    }

    /// With a text of its own.
    pub fn with_message(self, message: impl Into<Arc<str>>) -> OperationCanceledException {
        OperationCanceledException { message: message.into(), ..self }
    }

    /// `TaskCanceledException`.
    pub(crate) fn of_task(token: CancellationToken) -> OperationCanceledException {
        OperationCanceledException { message: "A task was canceled.".into(), token, of_task: true }
    }

    /// Its text.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The token whose cancellation was noticed.
    pub fn cancellation_token(&self) -> &CancellationToken {
        &self.token
    }

    /// Whether the original would be a `TaskCanceledException`.
    pub fn is_task_canceled(&self) -> bool {
        self.of_task
    }

    /// What `error` holds, if it is one of these.
    pub fn of(error: &Error) -> Option<&OperationCanceledException> {
        error.downcast_ref::<Raised<OperationCanceledException>>().map(|raised| &raised.0)
    }
}

impl Default for OperationCanceledException {
    fn default() -> OperationCanceledException {
        OperationCanceledException::new()
    }
}

impl fmt::Display for OperationCanceledException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<OperationCanceledException> for Error {
    fn from(exception: OperationCanceledException) -> Error {
        Error::typed(Kind::Cancelled, Raised(exception), Vec::new())
    }
}
