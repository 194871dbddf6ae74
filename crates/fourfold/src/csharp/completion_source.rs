//! A task that somebody finishes by hand.

use std::fmt;
use std::panic::Location;

use super::cancellation::CancellationToken;
use super::cell::{Kind, Node};
use super::exceptions::{AggregateException, InvalidOperationException};
use super::outcome::{End, Outcome};
use super::task::{Task, TaskCreationOptions, parent};
use super::thread_pool;
use crate::{Error, Result};

/// Finishes its [task](TaskCompletionSource::task), once.
///
/// What awaits the task goes on inside of the call that finishes it, the first of several; with
/// [`RUN_CONTINUATIONS_ASYNCHRONOUSLY`](TaskCreationOptions::RUN_CONTINUATIONS_ASYNCHRONOUSLY) all are
/// queued.
///
/// ```
/// use fourfold::csharp::TaskCompletionSource;
///
/// let source = TaskCompletionSource::new();
/// let task = source.task();
/// source.set_result("done")?;
/// assert_eq!(task.result()?, "done");
/// assert!(source.set_result("again").is_err());
/// assert!(!source.try_set_result("again"));
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// Copies finish the same task. A source that is dropped leaves its task as it is: one that is not finished never will be.
///
/// The original: [`TaskCompletionSource<TResult>`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.taskcompletionsource-1).
pub struct TaskCompletionSource<T: Send + Sync + 'static = ()> {
    task: Task<T>,
}

impl<T: Send + Sync + 'static> TaskCompletionSource<T> {
    /// One whose task is not finished.
    #[track_caller]
    pub fn new() -> TaskCompletionSource<T> {
        TaskCompletionSource { task: Task::new_promise(Location::caller()) }
    }

    /// As [`new`](TaskCompletionSource::new), with options of the task. With
    /// [`ATTACHED_TO_PARENT`](TaskCreationOptions::ATTACHED_TO_PARENT) the task with a function that runs
    /// here ends after it, and fails with it.
    #[track_caller]
    pub fn with_options(options: TaskCreationOptions) -> TaskCompletionSource<T> {
        let node = Node::new(Kind::Promise, thread_pool::current(), Location::caller());
        let node = node.with_options(options).with_parent(parent(options));
        TaskCompletionSource { task: Task::promise(node) }
    }

    /// Its task.
    pub fn task(&self) -> Task<T> {
        self.task.clone()
    }

    fn set(&self, end: End<T>) -> Result<()> {
        if self.try_set(end) {
            return Ok(());
        }
        let text = "An attempt was made to transition a task to a final state when it had already \
                    completed.";
        Err(InvalidOperationException::new(text).into())
    }

    fn try_set(&self, end: End<T>) -> bool {
        if let End::Faulted(errors) = &end
            && !self.task.is_completed()
        {
            let errors = errors.clone();
            self.task
                .node()
                .tell_parent(self.task.erase(), || AggregateException::new(errors).into());
        }
        match self.task.finish(Outcome::new(end)) {
            Ok(()) => true,
            Err(refused) => {
                // It was nobody's outcome, so nobody can observe it.
                refused.observe();
                false
            }
        }
    }

    /// Gives the task its result.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] if it is finished.
    pub fn set_result(&self, value: T) -> Result<()> {
        self.set(End::RanToCompletion(value))
    }

    /// As [`set_result`](TaskCompletionSource::set_result); false if it is finished.
    pub fn try_set_result(&self, value: T) -> bool {
        self.try_set(End::RanToCompletion(value))
    }

    /// Lets the task fail.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] if it is finished.
    pub fn set_exception(&self, error: impl Into<Error>) -> Result<()> {
        self.set(End::Faulted(vec![error.into()]))
    }

    /// As [`set_exception`](TaskCompletionSource::set_exception); false if it is finished.
    pub fn try_set_exception(&self, error: impl Into<Error>) -> bool {
        self.try_set(End::Faulted(vec![error.into()]))
    }

    /// Lets the task fail with several exceptions.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] if it is finished.
    ///
    /// # Panics
    ///
    /// For none at all.
    pub fn set_exceptions(&self, errors: Vec<Error>) -> Result<()> {
        assert!(!errors.is_empty(), "a task cannot fail with no exception at all");
        self.set(End::Faulted(errors))
    }

    /// Cancels the task.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] if it is finished.
    pub fn set_canceled(&self) -> Result<()> {
        self.set(End::Canceled(CancellationToken::none(), None))
    }

    /// As [`set_canceled`](TaskCompletionSource::set_canceled); false if it is finished.
    pub fn try_set_canceled(&self) -> bool {
        self.try_set(End::Canceled(CancellationToken::none(), None))
    }

    /// As [`try_set_canceled`](TaskCompletionSource::try_set_canceled), by this token.
    pub fn try_set_canceled_by(&self, token: CancellationToken) -> bool {
        self.try_set(End::Canceled(token, None))
    }
}

impl<T: Send + Sync + 'static> Clone for TaskCompletionSource<T> {
    fn clone(&self) -> TaskCompletionSource<T> {
        TaskCompletionSource { task: self.task.clone() }
    }
}

impl<T: Send + Sync + 'static> Default for TaskCompletionSource<T> {
    #[track_caller]
    fn default() -> TaskCompletionSource<T> {
        TaskCompletionSource::new()
    }
}

impl<T: Send + Sync + 'static> fmt::Debug for TaskCompletionSource<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskCompletionSource").field("task", &self.task).finish()
    }
}
