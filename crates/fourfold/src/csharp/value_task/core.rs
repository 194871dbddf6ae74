//! The part that sources have in common: a result for one use after another.
//!
//! ```text
//!            set                     get_result
//!   Pending ─────► Done (a result) ────────────► Taken
//!      │                 │
//!      │ abandon         │ abandon gives the result back
//!      ▼                 ▼
//!   Abandoned          Taken                       reset: Pending, with the next version
//! ```
//!
//! # Invariants
//!
//! 1. A continuation is stored only while it is Pending, and taken by whoever ends that; so it is called
//!    once.
//! 2. Nothing foreign runs under the lock: wakers are cloned before, and wakers, values and errors dropped after.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use fourfold_kernel::lock::Lock;

use super::super::cell::Place;
use super::super::continuation::{Call, Continuation};
use super::source::{AwaitState, ValueTaskSourceOnCompletedFlags, ValueTaskSourceStatus};
use crate::csharp::exceptions::InvalidOperationException;
use crate::{Error, Result};

/// The state of a [`ValueTaskSource`](super::ValueTaskSource): a result, who waits for it, and which
/// use this is.
///
/// What waits goes on inside of [`set_result`](ManualResetValueTaskSourceCore::set_result), if that is the right
/// place, or is queued if it is to
/// [run asynchronously](ManualResetValueTaskSourceCore::set_run_continuations_asynchronously).
///
/// The original: [`ManualResetValueTaskSourceCore<TResult>`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.sources.manualresetvaluetasksourcecore-1).
/// There the result may be asked for several times until the reset; here it is moved out.
pub struct ManualResetValueTaskSourceCore<T> {
    state: Lock<State<T>>,
    asynchronously: AtomicBool,
}

struct State<T> {
    version: u64,
    phase: Phase<T>,
    continuation: Option<Continuation>,
}

enum Phase<T> {
    Pending,
    Done(Result<T>),
    Taken,
    Abandoned,
}

#[cold]
fn misuse() -> Error {
    InvalidOperationException::default().into()
}

impl<T: Send> ManualResetValueTaskSourceCore<T> {
    /// One that has not ended.
    pub fn new() -> ManualResetValueTaskSourceCore<T> {
        let state = State { version: 0, phase: Phase::Pending, continuation: None };
        ManualResetValueTaskSourceCore {
            state: Lock::new(state),
            asynchronously: AtomicBool::new(false),
        }
    }

    /// The token of this use.
    pub fn version(&self) -> u64 {
        self.state.lock().version
    }

    /// Whether what waits never goes on inside of the call that sets the result.
    pub fn run_continuations_asynchronously(&self) -> bool {
        self.asynchronously.load(Ordering::Relaxed)
    }

    /// Sets whether what waits never goes on inside of the call that sets the result.
    pub fn set_run_continuations_asynchronously(&self, asynchronously: bool) {
        self.asynchronously.store(asynchronously, Ordering::Relaxed);
    }

    /// Begins the next use. Tokens of this one are stale from here on; who still waits for it is not
    /// told.
    pub fn reset(&self) {
        let former = {
            let mut state = self.state.lock();
            let version = state.version + 1;
            let fresh = State { version, phase: Phase::Pending, continuation: None };
            std::mem::replace(&mut *state, fresh)
        };
        drop(former);
    }

    /// Gives it its result.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] if it has ended.
    pub fn set_result(&self, value: T) -> Result<()> {
        self.end(Ok(value)).map_err(|_| misuse())
    }

    /// Lets it fail. A cancellation counts as one.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] if it has ended.
    pub fn set_exception(&self, error: impl Into<Error>) -> Result<()> {
        self.end(Err(error.into())).map_err(|_| misuse())
    }

    /// Ends it; gives the result back where it has ended, or nobody is to have it.
    pub(crate) fn end(&self, result: Result<T>) -> std::result::Result<(), Result<T>> {
        let mut state = self.state.lock();
        if !matches!(state.phase, Phase::Pending) {
            return Err(result);
        }
        state.phase = Phase::Done(result);
        let continuation = state.continuation.take();
        drop(state);
        if let Some(continuation) = continuation {
            continuation.tell(!self.run_continuations_asynchronously());
        }
        Ok(())
    }

    /// How it stands.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] for the token of another use.
    #[inline]
    pub fn get_status(&self, token: u64) -> Result<ValueTaskSourceStatus> {
        let state = self.state.lock();
        if state.version != token {
            return Err(misuse());
        }
        Ok(match &state.phase {
            Phase::Pending => ValueTaskSourceStatus::Pending,
            Phase::Done(Err(error)) if error.is_cancelled() => ValueTaskSourceStatus::Canceled,
            Phase::Done(Err(_)) => ValueTaskSourceStatus::Faulted,
            Phase::Done(Ok(_)) | Phase::Taken | Phase::Abandoned => {
                ValueTaskSourceStatus::Succeeded
            }
        })
    }

    /// Moves the result out.
    ///
    /// # Errors
    ///
    /// What it was set to fail with; [`InvalidOperationException`] for the token of another use, before
    /// the end, and the second time.
    #[inline]
    pub fn get_result(&self, token: u64) -> Result<T> {
        let mut state = self.state.lock();
        if state.version != token || !matches!(state.phase, Phase::Done(_)) {
            return Err(misuse());
        }
        match std::mem::replace(&mut state.phase, Phase::Taken) {
            Phase::Done(result) => result,
            _ => unreachable!("looked at above"),
        }
    }

    /// Has `continuation` called at the end, or soon where that has been.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] for the token of another use, and where somebody waits already.
    pub fn on_completed(
        &self,
        continuation: Box<dyn FnOnce() + Send>,
        token: u64,
        flags: ValueTaskSourceOnCompletedFlags,
    ) -> Result<()> {
        let place = if flags.has(ValueTaskSourceOnCompletedFlags::USE_SCHEDULING_CONTEXT) {
            Place::current()
        } else {
            Place::Pool
        };
        let flows = flags.has(ValueTaskSourceOnCompletedFlags::FLOW_EXECUTION_CONTEXT);
        let call = Call::new(continuation, place, flows);
        let mut state = self.state.lock();
        if state.version != token || state.continuation.is_some() {
            drop(state);
            drop(call);
            return Err(misuse());
        }
        if matches!(state.phase, Phase::Pending) {
            state.continuation = Some(Continuation::Call(Box::new(call)));
        } else {
            drop(state);
            call.run(false);
        }
        Ok(())
    }

    /// What an await polls, for
    /// [`poll_completed`](super::ValueTaskSource::poll_completed) of the source.
    pub fn poll_completed(
        &self,
        token: u64,
        await_state: &mut AwaitState,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        let waker = context.waker().clone();
        let mut state = self.state.lock();
        if state.version != token {
            return Poll::Ready(Err(misuse()));
        }
        if !matches!(state.phase, Phase::Pending) {
            return Poll::Ready(Ok(()));
        }
        if state.continuation.is_some() && !await_state.registered {
            return Poll::Ready(Err(misuse()));
        }
        let former = state.continuation.replace(Continuation::Await(waker));
        drop(state);
        drop(former);
        await_state.registered = true;
        Poll::Pending
    }

    /// Nobody is to have the result of this use: gives it back if it is there. If it is not, setting it will fail.
    /// For [`abandoned`](super::ValueTaskSource::abandoned) of the source.
    pub fn abandon(&self, token: u64) -> Option<Result<T>> {
        let mut state = self.state.lock();
        if state.version != token {
            return None;
        }
        let next = match state.phase {
            Phase::Pending => Phase::Abandoned,
            Phase::Done(_) => Phase::Taken,
            Phase::Taken | Phase::Abandoned => return None,
        };
        let former = std::mem::replace(&mut state.phase, next);
        let continuation = state.continuation.take();
        drop(state);
        drop(continuation);
        match former {
            Phase::Done(result) => Some(result),
            _ => None,
        }
    }
}

impl<T: Send> Default for ManualResetValueTaskSourceCore<T> {
    fn default() -> ManualResetValueTaskSourceCore<T> {
        ManualResetValueTaskSourceCore::new()
    }
}

impl<T: Send> fmt::Debug for ManualResetValueTaskSourceCore<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let version = self.version();
        f.debug_struct("ManualResetValueTaskSourceCore")
            .field("version", &version)
            .field("status", &self.get_status(version).ok())
            .finish()
    }
}
