//! Sources and tokens as other dialects see them.

use super::source::CancellationTokenSource;
use super::token::{CancellationToken, CancellationTokenRegistration};
use crate::Error;
use crate::interop::{Source, Target};

/// The reason is an [`OperationCanceledException`](crate::csharp::OperationCanceledException) of the token.
impl Source for CancellationToken {
    type Registration = CancellationTokenRegistration;

    fn on_cancel(&self, f: impl FnOnce(&Error) + Send + 'static) -> CancellationTokenRegistration {
        let token = self.clone();
        self.unsafe_register(move || f(&token.error()))
    }
}

/// Cancels, and prints what callbacks fail with: whoever asks from another dialect has no use for it. The
/// reason is not passed on, since a token has none.
impl Target for CancellationTokenSource {
    fn request_cancel(&self, _: &Error) {
        if let Err(error) = self.cancel() {
            eprintln!("callbacks of a cancellation token failed: {error}");
        }
    }
}
