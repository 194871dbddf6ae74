//! Awaiting a task.

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use fourfold_kernel::task::ListenerKey;

use super::super::ambient;
use super::Task;
use crate::Result;
use crate::interop::requested;

/// The future that awaiting a [`Task`] is. It is a plain one: any executor may poll it.
///
/// An asyncio task that is cancelled while it awaits this goes on at once with `Cancelled`; to have the C# task
/// stop, tie its token to the wait with [`cancels`](crate::interop::Cancels::cancels).
#[must_use = "futures do nothing until they are awaited"]
pub struct TaskFuture<T: Send + Sync + 'static> {
    task: Task<T>,
    key: Option<ListenerKey>,
    captures: bool,
}

impl<T: Send + Sync + 'static> TaskFuture<T> {
    pub(super) fn new(task: Task<T>, captures: bool) -> TaskFuture<T> {
        TaskFuture { task, key: None, captures }
    }
}

// Nothing in it is ever pinned.
impl<T: Send + Sync + 'static> Unpin for TaskFuture<T> {}

impl<T: Clone + Send + Sync + 'static> Future for TaskFuture<T> {
    type Output = Result<T>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let this = &mut *self;
        if this.task.cell.poll_done(context, &mut this.key).is_pending() {
            if !this.captures {
                ambient::do_not_capture();
            }
            if let Some(reason) = requested() {
                return Poll::Ready(Err(reason));
            }
            this.task.node().tell_wait();
            return Poll::Pending;
        }
        let outcome = this.task.cell.get().expect("a task that is done has an outcome");
        Poll::Ready(outcome.get_result().cloned())
    }
}

impl<T: Send + Sync + 'static> Drop for TaskFuture<T> {
    #[inline]
    fn drop(&mut self) {
        if self.key.is_some() {
            self.task.cell.forget(&mut self.key);
        }
    }
}

impl<T: Send + Sync + 'static> std::fmt::Debug for TaskFuture<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("TaskFuture").field(&self.task).finish()
    }
}

impl<T: Clone + Send + Sync + 'static> IntoFuture for Task<T> {
    type Output = Result<T>;
    type IntoFuture = TaskFuture<T>;

    #[inline]
    fn into_future(self) -> TaskFuture<T> {
        TaskFuture::new(self, true)
    }
}

impl<T: Clone + Send + Sync + 'static> IntoFuture for &Task<T> {
    type Output = Result<T>;
    type IntoFuture = TaskFuture<T>;

    #[inline]
    fn into_future(self) -> TaskFuture<T> {
        TaskFuture::new(self.clone(), true)
    }
}

/// What [`Task::configure_await`] returns, to be awaited.
#[derive(Debug)]
#[must_use = "it does nothing unless it is awaited"]
pub struct ConfiguredTaskAwaitable<T: Send + Sync + 'static> {
    task: Task<T>,
    captures: bool,
}

impl<T: Send + Sync + 'static> ConfiguredTaskAwaitable<T> {
    pub(in super::super) fn captures(&self) -> bool {
        self.captures
    }

    pub(in super::super) fn into_task(self) -> Task<T> {
        self.task
    }
}

impl<T: Clone + Send + Sync + 'static> IntoFuture for ConfiguredTaskAwaitable<T> {
    type Output = Result<T>;
    type IntoFuture = TaskFuture<T>;

    fn into_future(self) -> TaskFuture<T> {
        TaskFuture::new(self.task, self.captures)
    }
}

impl<T: Send + Sync + 'static> Task<T> {
    /// With `false`, the method that awaits this goes on on any thread of the pool, or inside of the call
    /// that ends this task, and not on the synchronization context or the scheduler that is current.
    ///
    /// Of several awaits that one method waits for at once, as in a `join!`, one with `false` is enough.
    ///
    /// The original: [`ConfigureAwait`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.task.configureawait).
    pub fn configure_await(
        &self,
        continue_on_captured_context: bool,
    ) -> ConfiguredTaskAwaitable<T> {
        ConfiguredTaskAwaitable { task: self.clone(), captures: continue_on_captured_context }
    }
}
