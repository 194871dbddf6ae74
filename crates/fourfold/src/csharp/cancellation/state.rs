//! What a source and its tokens share.
//!
//! # Invariants
//!
//! 1. `canceled` is set before the first callback is taken, and a callback is added under the lock only
//!    while it is not set. So each is either run by whoever cancels, or by whoever registers it.
//! 2. A callback is in the list, or being run, or gone. It is run once, outside of the lock.
//! 3. Whoever takes a callback out that is being run waits for its end, unless on the thread that runs
//!    it, which would wait for itself.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fourfold_kernel::pool;
use fourfold_kernel::thread;

use super::super::execution_context::Flow;
use super::super::synchronization_context::{SendOrPostCallback, SynchronizationContext};
use super::super::wait_handle::Signal;
use crate::csharp::exceptions::AggregateException;
use crate::{Error, Result};

/// What a callback may return: nothing, or a failure, which is what it would throw.
pub trait CallbackResult: sealed::Sealed {
    /// As a result.
    #[doc(hidden)]
    fn into_result(self) -> Result<()>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for () {}
    impl Sealed for crate::Result<()> {}
}

impl CallbackResult for () {
    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

impl CallbackResult for Result<()> {
    fn into_result(self) -> Result<()> {
        self
    }
}

pub(super) struct Callback {
    pub(super) call: Box<dyn FnOnce() -> Result<()> + Send>,
    /// The values it is called with; `None` for whatever the thread has.
    pub(super) flow: Option<Flow>,
    /// Where it is called, if not by whoever cancels.
    pub(super) context: Option<Arc<dyn SynchronizationContext>>,
}

impl Callback {
    /// Calls it; a panic is a failure.
    pub(super) fn run(self) -> Result<()> {
        let Callback { call, flow, context } = self;
        let guarded = move || {
            let _flow = flow.map(Flow::enter);
            let called = catch_unwind(AssertUnwindSafe(call));
            called.unwrap_or_else(|payload| Err(Error::from_panic(payload)))
        };
        let Some(context) = context else { return guarded() };
        let result = Arc::new(Mutex::new(Ok(())));
        let slot = result.clone();
        context.send(SendOrPostCallback::new(move || {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = guarded();
        }));
        std::mem::replace(&mut *result.lock().unwrap_or_else(PoisonError::into_inner), Ok(()))
    }
}

#[derive(Default)]
pub(super) struct State {
    canceled: AtomicBool,
    /// The callbacks that were there are run.
    notified: AtomicBool,
    disposed: AtomicBool,
    callbacks: Mutex<Callbacks>,
    changed: Condvar,
}

#[derive(Default)]
struct Callbacks {
    /// By number, which grows: the last registered is the last here.
    waiting: BTreeMap<u64, Callback>,
    next: u64,
    /// Which one is being run, and by which thread.
    running: Option<(u64, thread::Token)>,
}

impl State {
    /// One that is cancelled from the start.
    pub(super) fn canceled() -> State {
        let state = State::default();
        state.canceled.store(true, Ordering::Relaxed);
        state.notified.store(true, Ordering::Relaxed);
        state
    }

    fn lock(&self) -> MutexGuard<'_, Callbacks> {
        self.callbacks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn is_canceled(&self) -> bool {
        self.canceled.load(Ordering::Acquire)
    }

    pub(super) fn is_disposed(&self) -> bool {
        self.disposed.load(Ordering::Acquire)
    }

    /// No cancelling from here on; what waits for it is forgotten.
    pub(super) fn dispose(&self) {
        self.disposed.store(true, Ordering::Release);
        let waiting = std::mem::take(&mut self.lock().waiting);
        drop(waiting);
    }

    /// Forgets all callbacks, if it is not cancelled.
    pub(super) fn reset(&self) -> bool {
        let mut callbacks = self.lock();
        if self.is_canceled() || self.is_disposed() {
            return false;
        }
        let waiting = std::mem::take(&mut callbacks.waiting);
        drop(callbacks);
        drop(waiting);
        true
    }

    /// Adds a callback; gives it back where it is to be run at once.
    pub(super) fn add(&self, callback: Callback) -> std::result::Result<u64, Callback> {
        let mut callbacks = self.lock();
        if self.is_canceled() {
            return Err(callback);
        }
        let number = callbacks.next;
        callbacks.next += 1;
        callbacks.waiting.insert(number, callback);
        Ok(number)
    }

    /// Takes a callback out. False if it has been run or is being run.
    pub(super) fn remove(&self, number: u64) -> bool {
        let removed = self.lock().waiting.remove(&number);
        removed.is_some()
    }

    /// Waits for the end of a callback that another thread runs.
    pub(super) fn wait_for(&self, number: u64) {
        let this = thread::token();
        let elsewhere = |callbacks: &Callbacks| {
            callbacks.running.is_some_and(|(running, by)| running == number && by != this)
        };
        let mut callbacks = self.lock();
        if !elsewhere(&callbacks) {
            return;
        }
        pool::while_blocked(|| {
            while elsewhere(&callbacks) {
                callbacks = match self.changed.wait(callbacks) {
                    Ok(callbacks) => callbacks,
                    Err(poisoned) => poisoned.into_inner(),
                };
            }
        });
    }

    /// Cancels, and runs all callbacks, the last registered first; they see that it is cancelled. False
    /// if it is already.
    ///
    /// # Errors
    ///
    /// All failures; with `first_only`, the first, and the callbacks behind it are not run.
    pub(super) fn cancel(&self, first_only: bool) -> Result<bool> {
        {
            let _callbacks = self.lock();
            if self.canceled.swap(true, Ordering::AcqRel) {
                return Ok(false);
            }
        }
        self.changed.notify_all();
        let mut failures = Vec::new();
        let result = loop {
            let next = {
                let mut callbacks = self.lock();
                let next = callbacks.waiting.pop_last();
                callbacks.running = next.as_ref().map(|(number, _)| (*number, thread::token()));
                next
            };
            // The one before has ended, whether there is another or not.
            self.changed.notify_all();
            let Some((_, callback)) = next else {
                break if failures.is_empty() {
                    Ok(true)
                } else {
                    Err(AggregateException::new(failures).into())
                };
            };
            match callback.run() {
                Ok(()) => {}
                Err(error) if first_only => {
                    let mut callbacks = self.lock();
                    callbacks.running = None;
                    let skipped = std::mem::take(&mut callbacks.waiting);
                    drop(callbacks);
                    drop(skipped);
                    break Err(error);
                }
                Err(error) => failures.push(error),
            }
        };
        self.notified.store(true, Ordering::Release);
        self.changed.notify_all();
        result
    }
}

impl Signal for State {
    fn wait(&self, limit: Option<Duration>) -> bool {
        let callbacks = self.lock();
        if self.is_canceled() {
            return true;
        }
        pool::while_blocked(|| {
            let waiting = |_: &mut Callbacks| !self.is_canceled();
            match limit {
                None => drop(self.changed.wait_while(callbacks, waiting)),
                Some(limit) => drop(self.changed.wait_timeout_while(callbacks, limit, waiting)),
            }
        });
        self.is_canceled()
    }
}
