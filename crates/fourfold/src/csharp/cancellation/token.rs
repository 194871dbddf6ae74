//! What is passed along: tokens, and the callbacks registered with them.

use std::fmt;
use std::sync::{Arc, OnceLock};

use super::super::ambient;
use super::super::execution_context::Flow;
use super::super::wait_handle::WaitHandle;
use super::state::{Callback, CallbackResult, State};
use crate::csharp::exceptions::OperationCanceledException;
use crate::{Error, Result};

/// Says whether a piece of work is to stop. Copies are the same token.
///
/// The original: [`CancellationToken`](https://learn.microsoft.com/dotnet/api/system.threading.cancellationtoken).
#[derive(Clone, Default)]
pub struct CancellationToken(pub(super) Option<Arc<State>>);

impl CancellationToken {
    /// One that is never cancelled.
    pub const fn none() -> CancellationToken {
        CancellationToken(None)
    }

    /// One that is cancelled already, or never.
    pub fn new(canceled: bool) -> CancellationToken {
        static CANCELED: OnceLock<Arc<State>> = OnceLock::new();
        let state = || CANCELED.get_or_init(|| Arc::new(State::canceled())).clone();
        CancellationToken(canceled.then(state))
    }

    /// Whether it was cancelled.
    #[inline]
    pub fn is_cancellation_requested(&self) -> bool {
        self.0.as_ref().is_some_and(|state| state.is_canceled())
    }

    /// Whether it ever can be.
    pub fn can_be_canceled(&self) -> bool {
        self.0.as_ref().is_some_and(|state| state.is_canceled() || !state.is_disposed())
    }

    /// The error to end with, if it was cancelled.
    ///
    /// # Errors
    ///
    /// [`OperationCanceledException`] with this token.
    #[inline]
    pub fn throw_if_cancellation_requested(&self) -> Result<()> {
        if self.is_cancellation_requested() { Err(self.error()) } else { Ok(()) }
    }

    #[cold]
    pub(super) fn error(&self) -> Error {
        OperationCanceledException::with_token(self.clone()).into()
    }

    /// Has `callback` called when it is cancelled: by whoever cancels, before `cancel` returns, those
    /// that were registered last first. Where it was cancelled already, it is called here and now.
    /// A failure, be it an error or a panic, is raised by `cancel`, after all others were called.
    ///
    /// Dropping the registration takes the callback out, and waits for it where another thread is
    /// calling it; [`forget`](CancellationTokenRegistration::forget) leaves it registered.
    ///
    /// # Panics
    ///
    /// If it is called here and fails.
    pub fn register<R: CallbackResult>(
        &self,
        callback: impl FnOnce() -> R + Send + 'static,
    ) -> CancellationTokenRegistration {
        self.add(callback, Some(Flow::capture()), false)
    }

    /// As [`register`](CancellationToken::register), but the callback is called on the
    /// [synchronization context](crate::csharp::SynchronizationContext) that is current here, by `send`.
    pub fn register_on_context<R: CallbackResult>(
        &self,
        callback: impl FnOnce() -> R + Send + 'static,
    ) -> CancellationTokenRegistration {
        self.add(callback, Some(Flow::capture()), true)
    }

    /// As [`register`](CancellationToken::register), but the callback does not get the values that are
    /// current here.
    ///
    /// The original: `UnsafeRegister`. Nothing is unsafe about it.
    pub fn unsafe_register<R: CallbackResult>(
        &self,
        callback: impl FnOnce() -> R + Send + 'static,
    ) -> CancellationTokenRegistration {
        self.add(callback, None, false)
    }

    fn add<R: CallbackResult>(
        &self,
        callback: impl FnOnce() -> R + Send + 'static,
        flow: Option<Flow>,
        on_context: bool,
    ) -> CancellationTokenRegistration {
        let none = CancellationTokenRegistration { state: None, number: 0 };
        let Some(state) = &self.0 else { return none };
        let context = if on_context { ambient::context() } else { None };
        let call = Box::new(move || callback().into_result());
        match state.add(Callback { call, flow, context }) {
            Ok(number) => CancellationTokenRegistration { state: Some(state.clone()), number },
            Err(callback) => match callback.run() {
                Ok(()) => none,
                Err(error) => panic!("a callback on a cancelled token failed: {error}"),
            },
        }
    }

    /// Something to block on until it is cancelled.
    pub fn wait_handle(&self) -> WaitHandle {
        match &self.0 {
            Some(state) => WaitHandle::new(state.clone()),
            None => WaitHandle::never(),
        }
    }
}

impl PartialEq for CancellationToken {
    fn eq(&self, other: &CancellationToken) -> bool {
        match (&self.0, &other.0) {
            (None, None) => true,
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl Eq for CancellationToken {}

impl fmt::Debug for CancellationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancellationToken")
            .field("can_be_canceled", &self.can_be_canceled())
            .field("is_cancellation_requested", &self.is_cancellation_requested())
            .finish()
    }
}

/// A callback that waits for a cancellation. Dropping it takes the callback out, as `Dispose` does.
///
/// The original: [`CancellationTokenRegistration`](https://learn.microsoft.com/dotnet/api/system.threading.cancellationtokenregistration).
#[must_use = "the callback is registered only while this lives; `forget` leaves it registered"]
pub struct CancellationTokenRegistration {
    state: Option<Arc<State>>,
    number: u64,
}

impl CancellationTokenRegistration {
    /// Takes the callback out without waiting for one that is being called. Whether it was there.
    pub fn unregister(mut self) -> bool {
        self.state.take().is_some_and(|state| state.remove(self.number))
    }

    /// Leaves the callback registered for as long as its source lives.
    pub fn forget(mut self) {
        self.state = None;
    }

    /// The token it is registered with.
    pub fn token(&self) -> CancellationToken {
        CancellationToken(self.state.clone())
    }
}

impl Drop for CancellationTokenRegistration {
    /// Waits, and may block its thread, where the callback is being called on another.
    fn drop(&mut self) {
        if let Some(state) = self.state.take()
            && !state.remove(self.number)
        {
            state.wait_for(self.number);
        }
    }
}

impl fmt::Debug for CancellationTokenRegistration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CancellationTokenRegistration").field("number", &self.number).finish()
    }
}
