//! A task that follows another.

use std::panic::Location;
use std::sync::Arc;

use fourfold_kernel::task::Erased;

use super::super::ambient;
use super::super::cancellation::CancellationToken;
use super::super::cell::Node;
use super::super::continuation::{Continuation, Start};
use super::super::scheduler::TaskScheduler;
use super::delegate::Making;
use super::{Task, TaskContinuationOptions, TaskStatus};
use crate::Result;

/// A task that waits for another to end.
struct Follows<T: Send + Sync + 'static, R: Send + Sync + 'static> {
    first: Task<T>,
    second: Task<R>,
    options: TaskContinuationOptions,
    scheduler: Option<Arc<dyn TaskScheduler>>,
}

impl<T: Send + Sync + 'static, R: Send + Sync + 'static> Start for Follows<T, R> {
    fn is_synchronous(&self) -> bool {
        self.options.has(TaskContinuationOptions::EXECUTE_SYNCHRONOUSLY)
    }

    fn start(self: Box<Self>, may_inline: bool) {
        if !self.options.allows(self.first.status()) {
            return self.second.cancel_unbegun();
        }
        let node = self.second.node();
        // It may have been cancelled, and not lazily, before its time.
        if !node.change_status(TaskStatus::WaitingForActivation, TaskStatus::WaitingToRun) {
            return;
        }
        let synchronous = self.is_synchronous();
        self.second.launch(self.scheduler, may_inline && synchronous);
    }

    fn target(&self) -> Erased<Node> {
        self.second.erase()
    }
}

impl<T: Send + Sync + 'static> Task<T> {
    /// Starts a task with `function` when this one has ended, in whichever way. The function is given
    /// this task. It is queued to the scheduler of the task that runs here, or to the pool.
    ///
    /// ```
    /// use fourfold::csharp::Task;
    ///
    /// let text = Task::run(|| Ok(42)).continue_with(|task| Ok(task.result()?.to_string()));
    /// assert_eq!(text.result()?, "42");
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    ///
    /// The original: [`ContinueWith`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.task.continuewith).
    #[track_caller]
    pub fn continue_with<R: Send + Sync + 'static>(
        &self,
        function: impl FnOnce(Task<T>) -> Result<R> + Send + 'static,
    ) -> Task<R> {
        self.continue_with_options(
            function,
            TaskContinuationOptions::NONE,
            CancellationToken::none(),
            None,
        )
    }

    /// As [`continue_with`](Task::continue_with), with options that say when and how it runs, a token that
    /// cancels it until it begins, and a scheduler. Where the options do not allow it to run it is
    /// cancelled.
    #[track_caller]
    pub fn continue_with_options<R: Send + Sync + 'static>(
        &self,
        function: impl FnOnce(Task<T>) -> Result<R> + Send + 'static,
        options: TaskContinuationOptions,
        token: CancellationToken,
        scheduler: Option<Arc<dyn TaskScheduler>>,
    ) -> Task<R> {
        let lazy = options.has(TaskContinuationOptions::LAZY_CANCELLATION);
        let first = self.clone();
        let checked = token.clone();
        let function = move || {
            if lazy {
                checked.throw_if_cancellation_requested()?;
            }
            function(first)
        };
        let making = Making { options: options.creation(), token };
        let second = if lazy {
            Task::cold_unregistered(function, making, Location::caller())
        } else {
            Task::cold(function, making, TaskStatus::WaitingForActivation, Location::caller())
        };
        let scheduler = scheduler.or_else(ambient::scheduler);
        let follows = Follows { first: self.clone(), second: second.clone(), options, scheduler };
        self.follow(Continuation::Task(Box::new(follows)));
        second
    }
}
