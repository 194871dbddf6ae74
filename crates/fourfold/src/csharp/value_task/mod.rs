//! Results that are mostly there already.
//!
//! A [`ValueTask`] holds a value, a task, or a place in a source that is used again and again. It is
//! for interfaces whose result is there at once most of the time: then nothing is allocated.
//!
//! ```
//! use fourfold::csharp::{self, Task, ValueTask, async_method};
//!
//! /// From the cache if it is there.
//! fn load(cached: Option<u32>) -> ValueTask<u32> {
//!     match cached {
//!         Some(value) => ValueTask::from_result(value),
//!         None => async_method(async { Task::run(|| Ok(42)).await }).into(),
//!     }
//! }
//!
//! csharp::run(async {
//!     assert_eq!(load(Some(1)).await?, 1);
//!     assert_eq!(load(None).await?, 42);
//!     Ok(())
//! })?;
//! # Ok::<(), fourfold::Error>(())
//! ```
//!
//! # Why no method returns one by itself
//!
//! In C# an `async ValueTask` method runs on its caller's stack and moves to the heap at its first await
//! that is pending. A future here must not move once it was polled, so whoever wants to poll it before
//! it is known whether it will be pending has to give it its final place first, which is the allocation
//! that was to be saved. It is saved in a simpler way: a method that is awaited where it is called needs
//! no task at all. `load().await` of an `async fn` allocates nothing, whether it is pending or not.
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | the value, and what it may be made of |
//! | `awaiting.rs` | `.await`, `configure_await` |
//! | `awaiter.rs` | [`ValueTaskAwaiter`] |
//! | `source.rs` | [`ValueTaskSource`]: what may stand behind one |
//! | `core.rs` | [`ManualResetValueTaskSourceCore`], of which sources are made |

mod awaiter;
mod awaiting;
mod core;
mod source;

use std::fmt;
use std::panic::Location;
use std::sync::Arc;

use fourfold_kernel::task::Handle;

use super::cancellation::CancellationToken;
use super::cell::Node;
use super::exceptions::OperationCanceledException;
use super::outcome::Outcome;
use super::task::{Task, TaskStatus};
use crate::{Error, Result};
pub use awaiter::ValueTaskAwaiter;
pub use awaiting::{ConfiguredValueTaskAwaitable, ValueTaskFuture};
pub use core::ManualResetValueTaskSourceCore;
pub use source::{
    AwaitState, ValueTaskSource, ValueTaskSourceOnCompletedFlags, ValueTaskSourceStatus,
};

/// A result that is there, or is that of a [`Task`], or of a [`ValueTaskSource`]. It is used once: what
/// awaits it takes it.
///
/// The originals: [`ValueTask<TResult>`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.valuetask-1) and
/// [`ValueTask`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.valuetask), which here is
/// `ValueTask<()>`. There a second use is an error that shows only where a source stands behind; here it
/// does not compile.
///
/// # Cancellation
///
/// Dropping it, or its await, tells the source that nobody waits any more. A task goes on.
#[must_use = "dropping it gives up what it waits for"]
pub struct ValueTask<T: Send + 'static = ()> {
    held: Held<T>,
}

enum Held<T: Send + 'static> {
    Value(T),
    Returnable(Returnable<T>),
    Failed(Error),
    Canceled(Error),
    Task(OfTask<T>),
    Source(OfSource<T>),
    /// It was awaited to its end.
    Nothing,
}

/// A task, and how its result is copied.
struct OfTask<T: Send + 'static> {
    cell: Handle<Outcome<T>, Node>,
    copy: fn(&T) -> T,
}

// SAFETY: made only of tasks, whose results are `Send` and `Sync`.
unsafe impl<T: Send + 'static> Send for OfTask<T> {}
// SAFETY: as above.
unsafe impl<T: Send + 'static> Sync for OfTask<T> {}

/// A value that goes back to its owner if nobody takes it.
struct Returnable<T: Send + 'static> {
    value: Option<T>,
    owner: Arc<dyn Owner<T>>,
}

/// Who gave a value out, and takes it back where nobody wanted it.
pub(super) trait Owner<T>: Send + Sync {
    fn take_back(&self, value: T);
}

impl<T: Send + 'static> Returnable<T> {
    #[inline]
    fn take(mut self) -> T {
        self.value.take().expect("it is there until it is taken or goes back")
    }
}

impl<T: Send + 'static> Drop for Returnable<T> {
    #[inline]
    fn drop(&mut self) {
        if let Some(value) = self.value.take() {
            self.owner.take_back(value);
        }
    }
}

/// A place in a source.
struct OfSource<T: Send + 'static> {
    source: Arc<dyn ValueTaskSource<T>>,
    token: u64,
    used: bool,
}

impl<T: Send + 'static> OfSource<T> {
    fn status(&self) -> ValueTaskSourceStatus {
        self.source.get_status(self.token).unwrap_or(ValueTaskSourceStatus::Faulted)
    }

    fn get_result(&mut self) -> Result<T> {
        self.used = true;
        self.source.get_result(self.token)
    }
}

impl<T: Send + 'static> Drop for OfSource<T> {
    fn drop(&mut self) {
        if !self.used {
            self.source.abandoned(self.token);
        }
    }
}

impl<T: Send + 'static> ValueTask<T> {
    /// One that has this result.
    #[inline]
    pub fn from_result(value: T) -> ValueTask<T> {
        ValueTask { held: Held::Value(value) }
    }

    /// One that failed with this.
    pub fn from_exception(error: impl Into<Error>) -> ValueTask<T> {
        ValueTask { held: Held::Failed(error.into()) }
    }

    /// One that was cancelled by this token.
    ///
    /// # Panics
    ///
    /// If the token is not cancelled.
    pub fn from_canceled(token: CancellationToken) -> ValueTask<T> {
        assert!(token.is_cancellation_requested(), "the token is not cancelled");
        ValueTask { held: Held::Canceled(OperationCanceledException::of_task(token).into()) }
    }

    /// One that has this result, which goes back to `owner` if the value task is dropped instead of awaited.
    #[inline]
    pub(super) fn returnable(value: T, owner: Arc<dyn Owner<T>>) -> ValueTask<T> {
        ValueTask { held: Held::Returnable(Returnable { value: Some(value), owner }) }
    }

    /// One that was cancelled with this.
    pub(super) fn canceled(error: Error) -> ValueTask<T> {
        ValueTask { held: Held::Canceled(error) }
    }

    /// One that has the result of `source` that is known there by `token`.
    #[inline]
    pub fn from_source(source: Arc<dyn ValueTaskSource<T>>, token: u64) -> ValueTask<T> {
        ValueTask { held: Held::Source(OfSource { source, token, used: false }) }
    }

    /// Whether it has ended, in whichever way. One whose source has gone on to another counts as failed.
    #[inline]
    pub fn is_completed(&self) -> bool {
        match &self.held {
            Held::Task(of) => of.cell.is_done(),
            Held::Source(of) => of.status() != ValueTaskSourceStatus::Pending,
            _ => true,
        }
    }

    /// Whether it has a result.
    pub fn is_completed_successfully(&self) -> bool {
        self.status() == ValueTaskSourceStatus::Succeeded
    }

    /// Whether it failed.
    pub fn is_faulted(&self) -> bool {
        self.status() == ValueTaskSourceStatus::Faulted
    }

    /// Whether it was cancelled.
    pub fn is_canceled(&self) -> bool {
        self.status() == ValueTaskSourceStatus::Canceled
    }

    fn status(&self) -> ValueTaskSourceStatus {
        match &self.held {
            Held::Value(_) | Held::Returnable(_) | Held::Nothing => {
                ValueTaskSourceStatus::Succeeded
            }
            Held::Failed(_) => ValueTaskSourceStatus::Faulted,
            Held::Canceled(_) => ValueTaskSourceStatus::Canceled,
            Held::Source(of) => of.status(),
            Held::Task(of) => match of.cell.get().map(Outcome::status) {
                None => ValueTaskSourceStatus::Pending,
                Some(TaskStatus::Canceled) => ValueTaskSourceStatus::Canceled,
                Some(TaskStatus::Faulted) => ValueTaskSourceStatus::Faulted,
                Some(_) => ValueTaskSourceStatus::Succeeded,
            },
        }
    }

    /// What is there, at once. `None`: it is a task that has not ended.
    fn take_now(held: &mut Held<T>) -> Option<Result<T>> {
        if let Held::Task(of) = held
            && !of.cell.is_done()
        {
            return None;
        }
        Some(match std::mem::replace(held, Held::Nothing) {
            Held::Value(value) => Ok(value),
            Held::Returnable(returnable) => Ok(returnable.take()),
            Held::Failed(error) | Held::Canceled(error) => Err(error),
            Held::Source(mut of) => of.get_result(),
            Held::Task(of) => {
                let outcome = of.cell.get().expect("a task that is done has an outcome");
                outcome.get_result().map(of.copy)
            }
            Held::Nothing => panic!("a value task was used after its end"),
        })
    }
}

impl<T: Clone + Send + Sync + 'static> ValueTask<T> {
    /// One that ends as `task` does.
    pub fn from_task(task: Task<T>) -> ValueTask<T> {
        ValueTask { held: Held::Task(OfTask { cell: task.cell, copy: T::clone }) }
    }

    /// The result. A task is waited for by blocking, and fails as an await does.
    ///
    /// # Errors
    ///
    /// What it failed with;
    /// [`InvalidOperationException`](super::InvalidOperationException) where a source has no result yet.
    #[track_caller]
    pub fn result(mut self) -> Result<T> {
        match ValueTask::take_now(&mut self.held) {
            Some(result) => result,
            None => self.as_task().into_result(),
        }
    }

    /// Lets it be used twice: by whoever has this one, and by whoever gets the other.
    ///
    /// ```
    /// use fourfold::csharp::{self, ValueTask};
    ///
    /// csharp::run(async {
    ///     let mut first = ValueTask::from_result(8);
    ///     let second = first.preserve();
    ///     assert_eq!(first.await? + second.await?, 16);
    ///     Ok(())
    /// })?;
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    #[track_caller]
    pub fn preserve(&mut self) -> ValueTask<T> {
        let held = match std::mem::replace(&mut self.held, Held::Nothing) {
            Held::Source(of) => {
                ValueTask::from_task(ValueTask { held: Held::Source(of) }.as_task()).held
            }
            Held::Returnable(returnable) => Held::Value(returnable.take()),
            held => held,
        };
        self.held = held;
        let copy = match &self.held {
            Held::Value(value) => Held::Value(value.clone()),
            Held::Failed(error) => Held::Failed(error.clone()),
            Held::Canceled(error) => Held::Canceled(error.clone()),
            Held::Task(of) => Held::Task(OfTask { cell: of.cell.clone(), copy: of.copy }),
            Held::Source(_) | Held::Returnable(_) => unreachable!("replaced above"),
            Held::Nothing => Held::Nothing,
        };
        ValueTask { held: copy }
    }
}

impl<T: Send + Sync + 'static> ValueTask<T> {
    /// The task it holds, or one that ends as it does.
    #[track_caller]
    pub fn as_task(self) -> Task<T> {
        match self.held {
            Held::Value(value) => Task::from_result(value),
            Held::Returnable(returnable) => Task::from_result(returnable.take()),
            Held::Failed(error) => Task::from_exception(error),
            Held::Canceled(error) => {
                Task::ended(Outcome::of_method(Err(error)), Location::caller())
            }
            Held::Task(of) => Task { cell: of.cell },
            Held::Source(of) => of.into_task(Location::caller()),
            Held::Nothing => panic!("a value task was used after its end"),
        }
    }
}

impl<T: Send + Sync + 'static> OfSource<T> {
    fn into_task(mut self, location: &'static Location<'static>) -> Task<T> {
        match self.source.get_status(self.token) {
            Ok(ValueTaskSourceStatus::Pending) => {}
            Ok(_) => return Task::ended(Outcome::of_method(self.get_result()), location),
            Err(error) => return Task::from_exception(error),
        }
        let promise = Task::new_promise(location);
        let (source, token) = (self.source.clone(), self.token);
        let task = promise.clone();
        let ends = move || drop(task.finish(Outcome::of_method(self.get_result())));
        let flags = ValueTaskSourceOnCompletedFlags::NONE;
        if let Err(error) = source.on_completed(Box::new(ends), token, flags) {
            return Task::from_exception(error);
        }
        promise
    }
}

impl ValueTask<()> {
    /// One that is done.
    #[inline]
    pub fn completed_task() -> ValueTask<()> {
        ValueTask::from_result(())
    }
}

impl<T: Clone + Send + Sync + 'static> From<Task<T>> for ValueTask<T> {
    fn from(task: Task<T>) -> ValueTask<T> {
        ValueTask::from_task(task)
    }
}

impl<T: PartialEq + Send + 'static> PartialEq for ValueTask<T> {
    /// Whether both hold the same: equal values, or the same task, or the same place in a source.
    fn eq(&self, other: &ValueTask<T>) -> bool {
        match (&self.held, &other.held) {
            (Held::Value(one), Held::Value(other)) => one == other,
            (Held::Failed(one), Held::Failed(other))
            | (Held::Canceled(one), Held::Canceled(other)) => one.ptr_eq(other),
            (Held::Task(one), Held::Task(other)) => one.cell.same(&other.cell),
            (Held::Source(one), Held::Source(other)) => {
                std::ptr::addr_eq(Arc::as_ptr(&one.source), Arc::as_ptr(&other.source))
                    && one.token == other.token
            }
            _ => false,
        }
    }
}

impl<T: Send + 'static> fmt::Debug for ValueTask<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValueTask").field("status", &self.status()).finish()
    }
}
