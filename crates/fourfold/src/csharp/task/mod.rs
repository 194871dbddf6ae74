//! Tasks.
//!
//! A [`Task`] is a result that is there now or later. It begins at once: an asynchronous method runs on
//! its caller's stack up to the first await that is not done, a function on the pool.
//!
//! ```
//! use std::time::Duration;
//! use fourfold::csharp::{self, Task, async_method};
//!
//! async fn answer() -> fourfold::Result<u32> {
//!     Task::delay(Duration::from_millis(1)).await?;
//!     Ok(42)
//! }
//!
//! csharp::run(async {
//!     let task = async_method(answer()); // under way from here on
//!     let other = Task::run(|| Ok(1)); // on a thread of the pool
//!     assert_eq!(task.await? + other.await?, 43);
//!     Ok(())
//! })?;
//! # Ok::<(), fourfold::Error>(())
//! ```
//!
//! What a body fails with is its `Err`; a panic is caught and is a failure as well.
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | the handle: status, result, exception |
//! | `method.rs` | asynchronous methods: [`async_method`], [`async_void`] |
//! | `delegate.rs` | tasks of a function: cold ones, their start, attached children, cancelling them |
//! | `run.rs` | `Task::run`, [`TaskFactory`] |
//! | `options.rs` | statuses and options |
//! | `awaiting.rs` | `.await`, `configure_await` |
//! | `waiting.rs` | blocking a thread on a task |
//! | `made.rs` | tasks that are done when they are made |
//! | `continue_with.rs` | a task that follows another |
//! | `when_all.rs`, `when_any.rs`, `when_each.rs` | several tasks |
//! | `delay.rs`, `yielding.rs`, `wait_async.rs`, `unwrap.rs` | `delay`, `yield_now`, `wait_async`, `unwrap` |

mod awaiting;
mod continue_with;
mod delay;
mod delegate;
mod made;
mod method;
mod options;
mod run;
mod unwrap;
mod wait_async;
mod waiting;
mod when_all;
mod when_any;
mod when_each;
mod yielding;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use fourfold_kernel::task::{Erased, Handle};

use super::ambient;
use super::cell::Node;
use super::continuation::{Complete, Continuation};
use super::exceptions::AggregateException;
use super::outcome::Outcome;
pub use awaiting::{ConfiguredTaskAwaitable, TaskFuture};
pub(super) use delegate::parent;
pub use method::{async_method, async_void, on_unhandled_exception};
pub(super) use method::{unhandled, void_ended};
pub use options::{TaskContinuationOptions, TaskCreationOptions, TaskStatus};
pub use run::{Async, Delegate, Start, TaskFactory};
pub(super) use waiting::Blocked;
pub use when_each::WhenEach;
pub use yielding::YieldAwaitable;

/// A result that is there now or later. Copies are the same task; dropping them all lets it go on.
///
/// The originals: [`Task<TResult>`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.task-1) and
/// [`Task`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.task), which here is `Task<()>`.
///
/// # Cancellation
///
/// A task is cancelled by its body: it asks the [token](super::CancellationToken) it was given, and fails
/// with an [`OperationCanceledException`](super::OperationCanceledException). A function that has not
/// begun is cancelled by the token that its task was made with. Dropping the future of an await ends
/// that wait and nothing else.
///
/// # Threads
///
/// It may be used from any thread.
pub struct Task<T: Send + Sync + 'static = ()> {
    pub(super) cell: Handle<Outcome<T>, Node>,
}

impl<T: Send + Sync + 'static> Clone for Task<T> {
    fn clone(&self) -> Task<T> {
        Task { cell: self.cell.clone() }
    }
}

impl<T: Send + Sync + 'static> Task<T> {
    pub(super) fn node(&self) -> &Node {
        self.cell.data()
    }

    pub(super) fn erase(&self) -> Erased<Node> {
        self.cell.erase()
    }

    /// The number by which reports name it.
    pub fn id(&self) -> u64 {
        self.node().id().get()
    }

    /// What it is doing, or how it ended.
    pub fn status(&self) -> TaskStatus {
        self.cell.get().map_or_else(|| self.node().status(), Outcome::status)
    }

    /// Whether it has ended, in whichever way.
    #[inline]
    pub fn is_completed(&self) -> bool {
        self.cell.is_done()
    }

    /// Whether it has a result.
    pub fn is_completed_successfully(&self) -> bool {
        self.status() == TaskStatus::RanToCompletion
    }

    /// Whether it was cancelled.
    pub fn is_canceled(&self) -> bool {
        self.status() == TaskStatus::Canceled
    }

    /// Whether it failed.
    pub fn is_faulted(&self) -> bool {
        self.status() == TaskStatus::Faulted
    }

    /// All it failed with, which counts as observed from here on; `None` if it did not fail.
    pub fn exception(&self) -> Option<AggregateException> {
        self.cell.get()?.exception()
    }

    /// The options it was made with.
    pub fn creation_options(&self) -> TaskCreationOptions {
        self.node().options()
    }

    /// Adds what follows its end; where it has ended, that is told here and now.
    pub(super) fn follow(&self, continuation: Continuation) {
        if let Err(continuation) = self.cell.listen(continuation) {
            continuation.tell(!self.node().continues_asynchronously());
        }
    }

    /// Calls `f` when it has ended, before anything else follows. `f` is short and runs nobody's code.
    pub(super) fn when_done(&self, f: impl FnOnce() + Send + 'static) {
        let told = Told { function: Mutex::new(Some(f)), runs_others: false };
        self.follow(Continuation::Complete(Arc::new(told)));
    }

    /// Calls `f`, which may run anything, when it has ended.
    pub(super) fn when_done_run(&self, f: impl FnOnce() + Send + 'static) {
        let told = Told { function: Mutex::new(Some(f)), runs_others: true };
        self.follow(Continuation::Complete(Arc::new(told)));
    }
}

struct Told<F> {
    function: Mutex<Option<F>>,
    runs_others: bool,
}

impl<F: FnOnce() + Send> Complete for Told<F> {
    fn complete(self: Arc<Self>) {
        let function = self.function.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(function) = function {
            function();
        }
    }

    fn runs_others(&self) -> bool {
        self.runs_others
    }
}

impl Task<()> {
    /// The number of the task with a function that runs here, if one does.
    ///
    /// The original: `Task.CurrentId`.
    pub fn current_id() -> Option<u64> {
        ambient::with_task(|waker| {
            // SAFETY: the scheduler of the cells is shared.
            let node = unsafe { fourfold_kernel::task::data_of::<Node>(waker?) }?;
            Some(node.id().get())
        })
    }
}

impl<T: Send + Sync + 'static> PartialEq for Task<T> {
    /// Whether both are the same task.
    fn eq(&self, other: &Task<T>) -> bool {
        self.cell.same(&other.cell)
    }
}

impl<T: Send + Sync + 'static> Eq for Task<T> {}

impl<T: Send + Sync + 'static> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task").field("id", &self.id()).field("status", &self.status()).finish()
    }
}
