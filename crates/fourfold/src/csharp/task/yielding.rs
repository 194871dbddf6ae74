//! Giving way.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use fourfold_kernel::task::data_of;

use super::super::cell::Node;
use super::Task;

/// What [`Task::yield_now`] returns, to be awaited.
#[derive(Debug)]
#[must_use = "futures do nothing until they are awaited"]
pub struct YieldAwaitable {
    yielded: bool,
}

impl Task<()> {
    /// Awaited, the method goes on later: at the end of the queue of its context, else of its scheduler,
    /// else behind all that waits for any thread of the pool.
    ///
    /// The original: [`Task.Yield`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.task.yield).
    pub fn yield_now() -> YieldAwaitable {
        YieldAwaitable { yielded: false }
    }
}

impl Future for YieldAwaitable {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.yielded, true) {
            return Poll::Ready(());
        }
        let waker = context.waker();
        // SAFETY: the scheduler is shared.
        match unsafe { data_of::<Node>(waker) } {
            // SAFETY: with its own waker a body is polled by its runner alone, in this call.
            Some(node) => unsafe { node.resume() }.yielding = true,
            // Another's executor, or a part of a join.
            None => waker.wake_by_ref(),
        }
        Poll::Pending
    }
}
