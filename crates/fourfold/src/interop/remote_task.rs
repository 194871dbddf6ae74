//! A task of a loop, as other threads see it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};

use fourfold_kernel::trace::{self, TaskId};

use super::{Target, requested};
use crate::{Error, Result};

/// A task that belongs to a loop's thread, seen from elsewhere: a future of its outcome, in every dialect,
/// that can be asked to stop.
///
/// [`asyncio::Remote::create_task`](crate::asyncio::Remote::create_task) and
/// [`js::Remote::async_fn`](crate::js::Remote::async_fn) start one on their loop,
/// [`asyncio::Task::remote`](crate::asyncio::Task::remote) and [`js::Promise::remote`](crate::js::Promise::remote)
/// give one of what runs already. Dropping it changes nothing: the task goes on.
///
/// Where an asyncio task awaits it and is cancelled, it is asked to stop, and the wait goes on until it has.
///
/// # Errors
///
/// What the task failed with; [cancelled](crate::Kind::Cancelled) where it was, or its loop ended before it.
///
/// # Panics
///
/// When it is polled again after it was ready.
pub struct RemoteTask<T> {
    shared: Arc<Shared<T>>,
    target: Arc<dyn Stop>,
}

/// A [`Target`] that threads share.
trait Stop: Send + Sync {
    fn stop(&self, reason: &Error);
}

impl<T: Target + Sync> Stop for T {
    fn stop(&self, reason: &Error) {
        self.request_cancel(reason);
    }
}

struct Shared<T> {
    state: Mutex<State<T>>,
    /// For who asks what waits for what.
    id: OnceLock<TaskId>,
}

enum State<T> {
    Waiting(Option<Waker>),
    Done(Result<T>),
    Taken,
}

impl<T> Shared<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing under the lock panics halfway through a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A remote task, and what settles it. Asked to stop, it asks `target`.
pub(crate) fn remote_task<T>(target: impl Target + Sync) -> (Settle<T>, RemoteTask<T>) {
    let shared = Shared { state: Mutex::new(State::Waiting(None)), id: OnceLock::new() };
    let shared = Arc::new(shared);
    (Settle(Some(shared.clone())), RemoteTask { shared, target: Arc::new(target) })
}

/// Settles a [`RemoteTask`], by being dropped with a cancellation.
pub(crate) struct Settle<T>(Option<Arc<Shared<T>>>);

impl<T> Settle<T> {
    /// By this number the task is known, where it has one.
    pub(crate) fn is_known_as(&self, id: Option<TaskId>) {
        if let (Some(shared), Some(id)) = (&self.0, id) {
            let _ = shared.id.set(id);
        }
    }

    pub(crate) fn settle(mut self, outcome: Result<T>) {
        self.write(outcome);
    }

    fn write(&mut self, outcome: Result<T>) {
        let Some(shared) = self.0.take() else { return };
        let former = std::mem::replace(&mut *shared.lock(), State::Done(outcome));
        if let State::Waiting(Some(waker)) = former {
            waker.wake();
        }
    }
}

impl<T> Drop for Settle<T> {
    fn drop(&mut self) {
        self.write(Err(Error::cancelled_with("the loop ended before its task")));
    }
}

impl<T> RemoteTask<T> {
    /// Asks the task to stop, in the way of its dialect, and does not wait until it has.
    pub fn cancel(&self) {
        self.target.stop(&Error::cancelled());
    }

    /// As [`cancel`](RemoteTask::cancel), with a reason.
    pub fn cancel_with(&self, reason: impl Into<Error>) {
        self.target.stop(&reason.into());
    }

    /// What asks it to stop, apart from the future.
    pub fn canceller(&self) -> impl Target + Clone + Sync + use<T> {
        Canceller(self.target.clone())
    }

    /// Whether it has ended.
    pub fn is_finished(&self) -> bool {
        !matches!(&*self.shared.lock(), State::Waiting(_))
    }
}

#[derive(Clone)]
struct Canceller(Arc<dyn Stop>);

impl Target for Canceller {
    fn request_cancel(&self, reason: &Error) {
        self.0.stop(reason);
    }
}

/// A target that is there a moment later than who asks it to stop.
pub(crate) struct Later<T>(Mutex<Awaited<T>>);

enum Awaited<T> {
    Nothing,
    Request(Error),
    There(T),
}

impl<T: Target + Clone> Later<T> {
    pub(crate) fn new() -> Later<T> {
        Later(Mutex::new(Awaited::Nothing))
    }

    fn lock(&self) -> MutexGuard<'_, Awaited<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Here it is. What it was asked meanwhile it is asked now.
    pub(crate) fn is(&self, target: T) {
        let former = std::mem::replace(&mut *self.lock(), Awaited::There(target.clone()));
        if let Awaited::Request(reason) = former {
            target.request_cancel(&reason);
        }
    }
}

impl<T: Target + Clone> Target for Later<T> {
    fn request_cancel(&self, reason: &Error) {
        let there = {
            let mut awaited = self.lock();
            match &*awaited {
                Awaited::Nothing => {
                    *awaited = Awaited::Request(reason.clone());
                    None
                }
                Awaited::Request(_) => None,
                Awaited::There(target) => Some(target.clone()),
            }
        };
        if let Some(target) = there {
            target.request_cancel(reason);
        }
    }
}

impl<T> Future for RemoteTask<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let former = {
            let mut state = self.shared.lock();
            match &mut *state {
                State::Waiting(Some(waker)) if waker.will_wake(context.waker()) => None,
                State::Waiting(waker) => waker.replace(context.waker().clone()),
                done => match std::mem::replace(done, State::Taken) {
                    State::Done(outcome) => return Poll::Ready(outcome),
                    _ => {
                        drop(state);
                        panic!("a remote task was polled after it was ready");
                    }
                },
            }
        };
        drop(former);
        // Asked again after each, which has a further request wake the task as well.
        while let Some(reason) = requested() {
            self.target.stop(&reason);
        }
        trace::waiting_here("remote task", self.shared.id.get().copied());
        Poll::Pending
    }
}

impl<T> fmt::Debug for RemoteTask<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RemoteTask").field("finished", &self.is_finished()).finish_non_exhaustive()
    }
}
