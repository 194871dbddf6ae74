//! Tasks as other threads and other dialects see them.

use std::fmt;
use std::future::IntoFuture;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;
use std::task::Waker;

use fourfold_kernel::task::Erased;

use super::cell::{self, TaskData};
use super::concurrent::ConcurrentFuture;
use super::event_loop::Remote;
use super::loop_core::Core;
use super::running;
use super::tasks::{AnyTask, How, Task};
use crate::interop::{Later, RemoteTask, Settle, Target, remote_task};
use crate::{Error, Result};

/// Cancels a task from any thread, as [`Future::cancel`](super::Future::cancel) does: the request is sent to the task's loop. From
/// [`Task::canceller`].
#[derive(Clone)]
pub struct Canceller {
    core: Arc<Core>,
    /// Of the task's cell, which it keeps.
    waker: Waker,
}

impl Canceller {
    fn of(cell: &Erased<TaskData>, core: &Core) -> Canceller {
        // SAFETY: tasks have a body.
        Canceller { core: core.this(), waker: unsafe { cell.waker() } }
    }

    /// Cancels the task, with a message for the `Cancelled` that it gets.
    pub fn cancel_with(&self, message: Option<&str>) {
        let message: Option<Arc<str>> = message.map(Arc::from);
        if self.core.is_owner() {
            return cancel(&self.waker, message);
        }
        let waker = self.waker.clone();
        // A loop that is closed has dropped the task already.
        drop(self.core.send_call(Box::new(move || cancel(&waker, message))));
    }
}

/// On the loop's thread.
fn cancel(waker: &Waker, message: Option<Arc<str>>) {
    // SAFETY: this is the thread that made the cell.
    if let Some(cell) = unsafe { Erased::<TaskData>::of_waker(waker) } {
        cell::cancel(&cell, message);
    }
}

impl fmt::Debug for Canceller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Canceller")
    }
}

/// The reason's text is the message of the `Cancelled` that the task gets; that of a cancellation without a
/// text is none.
impl Target for Canceller {
    fn request_cancel(&self, reason: &Error) {
        match reason.message() {
            None if reason.is_cancelled() && !reason.is_typed() => self.cancel_with(None),
            None => self.cancel_with(Some(&reason.to_string())),
            message => self.cancel_with(message),
        }
    }
}

/// As [`ConcurrentFuture::cancel`].
impl<T: Send + 'static> Target for ConcurrentFuture<T> {
    fn request_cancel(&self, _: &Error) {
        self.cancel();
    }
}

impl AnyTask {
    /// As [`Task::canceller`].
    pub fn canceller(&self) -> Canceller {
        Canceller::of(self.cell(), self.cell().data().core())
    }
}

impl<T: 'static> Task<T> {
    /// What cancels this task from any thread: a [`Target`] of [`link`](crate::interop::link).
    ///
    /// ```
    /// use fourfold::asyncio::{self, current_task, sleep};
    /// use fourfold::csharp::CancellationTokenSource;
    /// use fourfold::interop::link;
    /// use std::time::Duration;
    ///
    /// // A C# token cancels an asyncio task.
    /// let source = CancellationTokenSource::new();
    /// let token = source.token();
    /// let ended = asyncio::run(async move {
    ///     let _linked = link(&token, current_task().unwrap().canceller());
    ///     source.cancel()?;
    ///     sleep(Duration::from_secs(3600)).await
    /// });
    /// assert!(ended.unwrap_err().is_cancelled());
    /// ```
    pub fn canceller(&self) -> Canceller {
        self.erased().canceller()
    }
}

impl<T: Clone + Send + 'static> Task<T> {
    /// This task as other threads see it: a future for every dialect, and a [`Target`].
    ///
    /// A failure counts as retrieved.
    pub fn remote(&self) -> RemoteTask<T> {
        let (settle, remote) = remote_task(self.canceller());
        self.settles(settle);
        remote
    }

    fn settles(&self, settle: Settle<T>) {
        settle.is_known_as(self.local().id);
        // The callback is dropped with the loop, where that ends first.
        let _ = self.add_done_callback(move |task| settle.settle(task.result()));
    }
}

impl Remote {
    /// Starts a task on the loop, from any thread: `coroutine` is called there, so what it makes need not be
    /// `Send`.
    ///
    /// Unlike the future of [`run_coroutine_threadsafe`](super::run_coroutine_threadsafe), what this returns
    /// has its outcome only once the task has ended, also where it is asked to stop: it may clean up.
    ///
    /// # Errors
    ///
    /// Where the loop is closed.
    ///
    /// ```
    /// use fourfold::asyncio::{self, Loop, sleep};
    /// use fourfold::go;
    /// use std::time::Duration;
    ///
    /// let event_loop = Loop::new()?;
    /// let remote = event_loop.remote();
    /// // A goroutine waits for an asyncio task by a plain call.
    /// let goroutine = go::go(move || {
    ///     let task = remote.create_task(|| async {
    ///         sleep(Duration::from_millis(1)).await?;
    ///         Ok(42)
    ///     })?;
    ///     go::wait(task)
    /// });
    /// assert_eq!(event_loop.run_until_complete(async { goroutine.await? })?, 42);
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    #[track_caller]
    pub fn create_task<T, C>(
        &self,
        coroutine: impl FnOnce() -> C + Send + 'static,
    ) -> Result<RemoteTask<T>>
    where
        T: Clone + Send + 'static,
        C: IntoFuture<Output = Result<T>>,
        C::IntoFuture: 'static,
    {
        let later = Arc::new(Later::<Canceller>::new());
        let (settle, remote) = remote_task(later.clone());
        let location = Location::caller();
        self.call_soon_threadsafe(move || {
            match catch_unwind(AssertUnwindSafe(|| coroutine().into_future())) {
                Ok(future) => {
                    running::with_running_loop(|core| {
                        let task = Task::start(core, future, How::default(), location);
                        task.settles(settle);
                        later.is(task.canceller());
                    });
                }
                Err(payload) => settle.settle(Err(Error::from_panic(payload))),
            }
        })?;
        Ok(remote)
    }
}
