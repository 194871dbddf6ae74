//! What the maker of a task holds.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::task::Task;
use crate::task::{self, Exit, ListenerKey};
use crate::trace;

/// How a task ended. Only ever moved out, never looked at from two threads.
pub(crate) struct Outcome<T>(pub(crate) Result<T, Exit>);

// SAFETY: a reference to an outcome gives access to nothing: it can only be taken by value, which
// `Handle` does once.
unsafe impl<T: Send> Sync for Outcome<T> {}

/// Waits for a task. Dropping it detaches: the task goes on.
///
/// It cannot abort the task: a fiber may have lent what lies on its stack, and only the end of the
/// pool knows in which order such stacks are unwound.
///
/// It is a future of the task's value, or of why there is none. Any executor may poll it, and any
/// thread.
#[must_use = "a task goes on without its handle; drop it with `detach` to say so"]
pub struct Handle<T: Send + 'static> {
    cell: task::Handle<Outcome<T>, Task>,
    key: Option<ListenerKey>,
}

impl<T: Send + 'static> Handle<T> {
    pub(super) fn new(cell: task::Handle<Outcome<T>, Task>) -> Handle<T> {
        Handle { cell, key: None }
    }

    /// Lets the task go on by itself.
    pub fn detach(self) {}

    /// What the pool knows of the task.
    pub fn task(&self) -> &Task {
        self.cell.data()
    }

    /// Whether the task has ended.
    pub fn is_finished(&self) -> bool {
        self.cell.is_done()
    }

    /// The outcome, if there is one and nobody took it.
    pub fn take(&mut self) -> Option<Result<T, Exit>> {
        // SAFETY: no reference to the outcome is ever given out, and of handles to this cell with
        // its type there is one, which is borrowed exclusively.
        unsafe { self.cell.take() }.map(|outcome| outcome.0)
    }
}

// The value is never pinned: it lies in the cell, and is moved out.
impl<T: Send + 'static> Unpin for Handle<T> {}

impl<T: Send + 'static> Future for Handle<T> {
    type Output = Result<T, Exit>;

    /// # Panics
    ///
    /// When it is polled again after it was ready.
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let handle = self.get_mut();
        match handle.cell.poll_done(context, &mut handle.key) {
            Poll::Pending => {
                trace::waiting_here("join", Some(handle.task().id()));
                Poll::Pending
            }
            Poll::Ready(()) => {
                Poll::Ready(handle.take().expect("a task's outcome is taken only once"))
            }
        }
    }
}

impl<T: Send + 'static> Drop for Handle<T> {
    fn drop(&mut self) {
        self.cell.forget(&mut self.key);
    }
}

impl<T: Send + 'static> fmt::Debug for Handle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle")
            .field("task", self.task())
            .field("finished", &self.is_finished())
            .finish()
    }
}
