//! Giving way.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use fourfold_kernel::task::data_of;

use super::super::ambient;
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
        let node = unsafe { data_of::<Node>(waker) };
        match node.filter(|node| ambient::is_body(node)) {
            // SAFETY: the body of this cell runs on this thread, further out, so this is its runner;
            // and nothing keeps a reference over a poll.
            Some(node) => unsafe { node.resume() }.yielding = true,
            // Another's executor, a part of a join, or a waker that somebody took elsewhere.
            None => waker.wake_by_ref(),
        }
        Poll::Pending
    }
}
