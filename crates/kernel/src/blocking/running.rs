//! The future for what a job returns.
//!
//! # Invariants
//!
//! 1. Whoever takes the closure out of `Phase::Waiting`, under the lock, alone decides its fate:
//!    the thread runs it, or the dropped future throws it away.
//! 2. No foreign code (closure, drop, waker) runs under the lock.
//! 3. The outcome is stored before the waker is taken, so a poll either sees the outcome or leaves
//!    a waker that will be woken.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

/// The outcome of a job given to [`Pool::run`](super::Pool::run): a future that needs no runtime.
///
/// # Cancellation
///
/// Dropping it prevents a job that has not started, whose closure is then dropped at once, on the
/// dropping thread. A job that has started cannot be stopped; it runs to its end and its outcome
/// is dropped on the pool's thread.
///
/// # Panics
///
/// When it is polled again after it was ready.
#[must_use = "dropping it prevents a job that has not started; use submit for one nobody awaits"]
pub struct Running<T>(Arc<Shared<T>>);

struct Shared<T>(Mutex<Phase<T>>);

type Work<T> = Box<dyn FnOnce() -> T + Send>;

enum Phase<T> {
    Waiting(Work<T>, Option<Waker>),
    Started(Option<Waker>),
    Finished(Result<T, Panicked>),
    /// The future was dropped, or has given the outcome away.
    Over,
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, Phase<T>> {
        // Nothing panics under this lock (invariant 2); were it so, each phase is whole anyhow.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The future and the job that fulfils it.
pub(super) fn pair<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> (Running<T>, impl FnOnce() + Send + 'static) {
    let shared = Arc::new(Shared(Mutex::new(Phase::Waiting(Box::new(work), None))));
    let job = {
        let shared = shared.clone();
        move || run(&shared)
    };
    (Running(shared), job)
}

fn run<T>(shared: &Shared<T>) {
    let work = {
        let mut phase = shared.lock();
        match std::mem::replace(&mut *phase, Phase::Over) {
            Phase::Waiting(work, waker) => {
                *phase = Phase::Started(waker);
                work
            }
            other => {
                *phase = other;
                return;
            }
        }
    };
    // The closure is given away whole and never seen again, so no broken invariant can be.
    let outcome = catch_unwind(AssertUnwindSafe(work)).map_err(Panicked::new);
    let mut phase = shared.lock();
    match std::mem::replace(&mut *phase, Phase::Over) {
        Phase::Started(waker) => {
            *phase = Phase::Finished(outcome);
            drop(phase);
            if let Some(waker) = waker {
                waker.wake();
            }
        }
        _ => {
            drop(phase);
            drop(outcome);
        }
    }
}

impl<T> Future for Running<T> {
    type Output = Result<T, Panicked>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        // Cloned before and dropped after the lock: a waker is foreign code.
        let waker = context.waker().clone();
        let mut phase = self.0.lock();
        let former = match &mut *phase {
            Phase::Waiting(_, slot) | Phase::Started(slot) => slot.replace(waker),
            Phase::Finished(_) => {
                let taken = std::mem::replace(&mut *phase, Phase::Over);
                drop(phase);
                let Phase::Finished(outcome) = taken else { unreachable!("matched above") };
                return Poll::Ready(outcome);
            }
            Phase::Over => {
                drop(phase);
                panic!("a Running was polled after it was ready; await it once");
            }
        };
        drop(phase);
        drop(former);
        Poll::Pending
    }
}

impl<T> Drop for Running<T> {
    fn drop(&mut self) {
        let former = std::mem::replace(&mut *self.0.lock(), Phase::Over);
        drop(former);
    }
}

impl<T> fmt::Debug for Running<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match &*self.0.lock() {
            Phase::Waiting(..) => "waiting",
            Phase::Started(_) => "started",
            Phase::Finished(_) => "finished",
            Phase::Over => "over",
        };
        f.debug_tuple("Running").field(&phase).finish()
    }
}

/// A job panicked. The pool goes on.
pub struct Panicked {
    message: Option<String>,
    /// Behind a lock because an error is `Sync` and a payload need not be.
    payload: Mutex<Box<dyn Any + Send>>,
}

impl Panicked {
    fn new(payload: Box<dyn Any + Send>) -> Self {
        let message = match payload.downcast_ref::<&'static str>() {
            Some(text) => Some((*text).to_owned()),
            None => payload.downcast_ref::<String>().cloned(),
        };
        Panicked { message, payload: Mutex::new(payload) }
    }

    /// The text of the panic, if it was a text.
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }

    /// What the job panicked with, as for [`std::panic::resume_unwind`].
    pub fn into_payload(self) -> Box<dyn Any + Send> {
        self.payload.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Panicked").field("message", &self.message).finish_non_exhaustive()
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => write!(f, "a blocking job panicked: {message}"),
            None => f.write_str("a blocking job panicked with a value that is not a text"),
        }
    }
}

impl std::error::Error for Panicked {}
