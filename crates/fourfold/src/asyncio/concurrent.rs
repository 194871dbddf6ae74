//! Results that threads wait for: the futures of executors, and of coroutines sent from threads.
//!
//! Invariants, under the lock:
//!
//! 1. `Pending` → `Running` → `Done`, or `Pending` → `Done`; never back. Only what is pending can be
//!    cancelled.
//! 2. Callbacks are taken when it becomes done, and called outside the lock, in the order added.

use std::fmt;
use std::future::IntoFuture;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use fourfold_kernel::trace::{self, TaskId};

use super::errors::InvalidState;
use crate::interop::requested;
use crate::{Error, Result};

/// A result that another thread produces, or waits for.
///
/// Executors give it, and [`run_coroutine_threadsafe`](super::run_coroutine_threadsafe). It can be used on any thread; clones refer
/// to the same result. Where a loop runs, await it, or a future of the loop that ends with it,
/// [`wrap_future`](super::wrap_future): its other methods block.
///
/// The original is
/// [`concurrent.futures.Future`](https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Future).
pub struct ConcurrentFuture<T: Send + 'static>(Arc<Shared<T>>);

struct Shared<T: Send + 'static> {
    state: Mutex<State<T>>,
    changed: Condvar,
    /// The task that produces it, if one does.
    task: OnceLock<TaskId>,
}

struct State<T: Send + 'static> {
    phase: Phase<T>,
    callbacks: Vec<Callback<T>>,
}

type Callback<T> = Box<dyn FnOnce(&ConcurrentFuture<T>) + Send>;

enum Phase<T> {
    Pending,
    Running,
    Done(Result<T>),
    Taken,
}

impl<T: Send + 'static> Default for ConcurrentFuture<T> {
    fn default() -> Self {
        ConcurrentFuture::new()
    }
}

impl<T: Send + 'static> ConcurrentFuture<T> {
    /// A future that belongs to no executor: whoever has it settles it.
    pub fn new() -> ConcurrentFuture<T> {
        let state = State { phase: Phase::Pending, callbacks: Vec::new() };
        ConcurrentFuture(Arc::new(Shared {
            state: Mutex::new(state),
            changed: Condvar::new(),
            task: OnceLock::new(),
        }))
    }

    /// Says which task produces it.
    pub(crate) fn comes_from(&self, task: Option<TaskId>) {
        if let Some(task) = task {
            // Only one ever does.
            let _ = self.0.task.set(task);
        }
    }

    /// The task that produces it, if that is known by now.
    pub(crate) fn task(&self) -> Option<TaskId> {
        self.0.task.get().copied()
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing of the user's runs under the lock but `T::clone`, which changes nothing here.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The work begins. `false`: it was cancelled, so it must not.
    pub(crate) fn start(&self) -> bool {
        let mut state = self.lock();
        let pending = matches!(state.phase, Phase::Pending);
        if pending {
            state.phase = Phase::Running;
        }
        pending
    }

    /// Sets the result and calls the done callbacks, on this thread.
    ///
    /// # Errors
    ///
    /// [`InvalidState`] where it is done already.
    pub fn set_result(&self, result: T) -> Result<()> {
        self.settle(Ok(result))
    }

    /// Sets an exception and calls the done callbacks, on this thread.
    ///
    /// # Errors
    ///
    /// [`InvalidState`] where it is done already.
    pub fn set_exception(&self, error: impl Into<Error>) -> Result<()> {
        self.settle(Err(error.into()))
    }

    /// Writes the outcome, unless there is one.
    pub(crate) fn finish(&self, outcome: Result<T>) {
        // There is one where it was cancelled: nobody waits for this outcome then.
        let _ = self.settle(outcome);
    }

    fn settle(&self, outcome: Result<T>) -> Result<()> {
        let callbacks = {
            let mut state = self.lock();
            match state.phase {
                Phase::Pending | Phase::Running => state.phase = Phase::Done(outcome),
                Phase::Done(_) | Phase::Taken => {
                    drop(state);
                    drop(outcome);
                    return Err(InvalidState::already_done());
                }
            }
            std::mem::take(&mut state.callbacks)
        };
        self.0.changed.notify_all();
        for callback in callbacks {
            self.call(callback);
        }
        Ok(())
    }

    fn call(&self, callback: Callback<T>) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| callback(self))) {
            let panic = Error::from_panic(payload);
            eprintln!("a done callback of a ConcurrentFuture failed: {panic}");
        }
    }

    /// Cancels what has not begun. `false`: it is running or done.
    ///
    /// A coroutine sent by [`run_coroutine_threadsafe`](super::run_coroutine_threadsafe) can be cancelled until it is done.
    pub fn cancel(&self) -> bool {
        {
            let state = self.lock();
            match &state.phase {
                Phase::Pending => {}
                Phase::Done(Err(error)) if error.is_cancelled() => return true,
                _ => return false,
            }
        }
        self.finish(Err(Error::cancelled()));
        self.cancelled()
    }

    /// Whether it was cancelled.
    pub fn cancelled(&self) -> bool {
        matches!(&self.lock().phase, Phase::Done(Err(error)) if error.is_cancelled())
    }

    /// Whether the work has begun and not ended.
    pub fn running(&self) -> bool {
        matches!(self.lock().phase, Phase::Running)
    }

    /// Whether there is an outcome.
    pub fn done(&self) -> bool {
        matches!(self.lock().phase, Phase::Done(_) | Phase::Taken)
    }

    /// Blocks until there is an outcome, for at most `timeout`.
    #[track_caller]
    fn wait(&self, timeout: Option<Duration>) -> Result<MutexGuard<'_, State<T>>> {
        let mut state = self.lock();
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        let _blocking = matches!(state.phase, Phase::Pending | Phase::Running)
            .then(|| trace::blocking("concurrent future", self.task()));
        while matches!(state.phase, Phase::Pending | Phase::Running) {
            state = match until {
                None => self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(Error::timed_out());
                    }
                    let waited = self.0.changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        Ok(state)
    }

    /// Blocks this thread until the outcome is there, for at most `timeout`, and moves it out.
    ///
    /// # Errors
    ///
    /// What the work failed with; `Cancelled`; a timeout, after which it may be asked again;
    /// [`InvalidState`] where the result was taken already.
    #[track_caller]
    pub fn take_result(&self, timeout: Option<Duration>) -> Result<T> {
        let mut state = self.wait(timeout)?;
        match std::mem::replace(&mut state.phase, Phase::Taken) {
            Phase::Done(Ok(value)) => Ok(value),
            Phase::Done(Err(error)) => {
                state.phase = Phase::Done(Err(error.clone()));
                Err(error)
            }
            _ => Err(InvalidState::new("the result was taken already")),
        }
    }

    /// Blocks as [`take_result`](ConcurrentFuture::take_result) does, and gives the failure, if it
    /// ended with one.
    ///
    /// # Errors
    ///
    /// `Cancelled` where it was cancelled; a timeout.
    #[track_caller]
    pub fn exception(&self, timeout: Option<Duration>) -> Result<Option<Error>> {
        match &self.wait(timeout)?.phase {
            Phase::Done(Err(error)) if error.is_cancelled() => Err(error.clone()),
            Phase::Done(Err(error)) => Ok(Some(error.clone())),
            _ => Ok(None),
        }
    }

    /// Calls `f` once it is done: on the thread that ends it, or at once where it is done. A panic
    /// in `f` is printed and goes no further.
    pub fn add_done_callback(&self, f: impl FnOnce(&ConcurrentFuture<T>) + Send + 'static) {
        let callback: Callback<T> = Box::new(f);
        let mut state = self.lock();
        if matches!(state.phase, Phase::Pending | Phase::Running) {
            return state.callbacks.push(callback);
        }
        drop(state);
        self.call(callback);
    }
}

impl<T: Clone + Send + 'static> ConcurrentFuture<T> {
    /// Blocks this thread until the outcome is there, for at most `timeout`, and gives a clone.
    ///
    /// Do not block a loop's own thread with it, least of all for work of that same loop.
    ///
    /// # Errors
    ///
    /// As for [`take_result`](ConcurrentFuture::take_result).
    #[track_caller]
    pub fn result(&self, timeout: Option<Duration>) -> Result<T> {
        match &self.wait(timeout)?.phase {
            Phase::Done(outcome) => outcome.clone(),
            _ => Err(InvalidState::new("the result was taken already")),
        }
    }
}

/// Awaits the outcome, in any dialect, and takes it, as [`take_result`](ConcurrentFuture::take_result) does. An
/// asyncio task that is cancelled meanwhile cancels this, and fails with `Cancelled`.
impl<T: Send + 'static> IntoFuture for ConcurrentFuture<T> {
    type Output = Result<T>;
    type IntoFuture = Taking<T>;

    fn into_future(self) -> Taking<T> {
        Taking { future: self, waker: None }
    }
}

/// The future that awaiting a [`ConcurrentFuture`] is.
#[derive(Debug)]
#[must_use = "futures do nothing until they are awaited"]
pub struct Taking<T: Send + 'static> {
    future: ConcurrentFuture<T>,
    /// Whom the callback wakes; none before there is a callback.
    waker: Option<Arc<Mutex<Waker>>>,
}

impl<T: Send + 'static> std::future::Future for Taking<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        if self.future.done() {
            return Poll::Ready(self.future.take_result(None));
        }
        if let Some(reason) = requested() {
            self.future.cancel();
            return Poll::Ready(Err(reason));
        }
        match &self.waker {
            Some(waker) => {
                let mut waker = waker.lock().unwrap_or_else(PoisonError::into_inner);
                waker.clone_from(context.waker());
            }
            None => {
                let waker = Arc::new(Mutex::new(context.waker().clone()));
                self.waker = Some(waker.clone());
                self.future.add_done_callback(move |_| {
                    // Not under the lock: what is woken may poll this, here and now.
                    let waker = waker.lock().unwrap_or_else(PoisonError::into_inner).clone();
                    waker.wake();
                });
            }
        }
        // It may have ended while the waker was exchanged.
        if self.future.done() {
            return Poll::Ready(self.future.take_result(None));
        }
        trace::waiting_here("concurrent future", self.future.task());
        Poll::Pending
    }
}

impl<T: Send + 'static> Clone for ConcurrentFuture<T> {
    fn clone(&self) -> Self {
        ConcurrentFuture(self.0.clone())
    }
}

impl<T: Send + 'static> fmt::Debug for ConcurrentFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match &self.lock().phase {
            Phase::Pending => "pending",
            Phase::Running => "running",
            Phase::Done(Ok(_)) => "finished result",
            Phase::Done(Err(error)) if error.is_cancelled() => "cancelled",
            Phase::Done(Err(_)) => "finished exception",
            Phase::Taken => "finished result taken",
        };
        write!(f, "<ConcurrentFuture {phase}>")
    }
}
