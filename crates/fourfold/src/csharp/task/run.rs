//! Starting work on the pool, or on a scheduler.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use super::super::ambient;
use super::super::cancellation::CancellationToken;
use super::super::scheduler::TaskScheduler;
use super::delegate::Making;
use super::{Task, TaskCreationOptions, TaskStatus};
use crate::Result;

/// Marks bodies that are functions.
#[derive(Debug)]
pub enum Delegate {}

/// Marks bodies that are asynchronous.
#[derive(Debug)]
pub enum Async {}

/// What [`Task::run`] can start: a function, or an asynchronous method. `M` only tells the two apart.
pub trait Start<M>: Sized {
    /// The result.
    type Output: Send + Sync + 'static;

    /// Has the pool run it.
    #[doc(hidden)]
    fn start(
        self,
        token: CancellationToken,
        location: &'static Location<'static>,
    ) -> Task<Self::Output>;
}

impl<F, T> Start<Delegate> for F
where
    F: FnOnce() -> Result<T> + Send + 'static,
    T: Send + Sync + 'static,
{
    type Output = T;

    fn start(self, token: CancellationToken, location: &'static Location<'static>) -> Task<T> {
        let making = Making { options: TaskCreationOptions::DENY_CHILD_ATTACH, token };
        let task = Task::cold(self, making, TaskStatus::Created, location);
        // It may have been cancelled in the making.
        if task.node().change_status(TaskStatus::Created, TaskStatus::WaitingToRun) {
            task.launch(None, false);
        }
        task
    }
}

impl<F, T> Start<Async> for F
where
    F: Future<Output = Result<T>> + Send + 'static,
    T: Send + Sync + 'static,
{
    type Output = T;

    fn start(self, token: CancellationToken, location: &'static Location<'static>) -> Task<T> {
        Task::run_method_at(self, token, location)
    }
}

impl Task<()> {
    /// Has the pool run a function, or an asynchronous method, whose result is the task's: no task inside
    /// of a task.
    ///
    /// ```
    /// use fourfold::csharp::Task;
    ///
    /// let function = Task::run(|| Ok(1));
    /// let method = Task::run(async { Task::run(|| Ok(2)).await });
    /// assert_eq!(function.result()? + method.result()?, 3);
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    ///
    /// On a thread of the pool it goes to that thread's own queue. No child can be attached to it.
    ///
    /// The original: [`Task.Run`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.task.run).
    #[track_caller]
    pub fn run<M, B: Start<M>>(body: B) -> Task<B::Output> {
        body.start(CancellationToken::none(), Location::caller())
    }

    /// As [`run`](Task::run), with a token that cancels the task as long as it has not begun.
    ///
    /// A function that begins and then fails with the cancellation by this very token cancels its task;
    /// with any other it fails.
    #[track_caller]
    pub fn run_with<M, B: Start<M>>(body: B, token: CancellationToken) -> Task<B::Output> {
        body.start(token, Location::caller())
    }

    /// Makes and starts tasks in other ways than [`run`](Task::run).
    pub fn factory() -> TaskFactory {
        TaskFactory::new()
    }
}

/// Starts tasks of functions, with options, a token and a scheduler.
///
/// Where no scheduler is given it is that of the task that runs where a task is started. An asynchronous
/// body is not unwrapped: started from here it makes a task of a task, for [`unwrap`](Task::unwrap).
///
/// ```
/// use fourfold::csharp::{Task, TaskCreationOptions, async_method};
///
/// let thread = Task::factory().options(TaskCreationOptions::LONG_RUNNING);
/// assert_eq!(thread.start_new(|| Ok(1)).result()?, 1);
///
/// let nested: Task<Task<u32>> = Task::factory().start_new(|| Ok(async_method(async { Ok(2) })));
/// assert_eq!(nested.unwrap().result()?, 2);
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The original: [`TaskFactory`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.taskfactory).
#[derive(Clone, Default)]
pub struct TaskFactory {
    options: TaskCreationOptions,
    token: CancellationToken,
    scheduler: Option<Arc<dyn TaskScheduler>>,
}

impl TaskFactory {
    /// Without options, token and scheduler.
    pub fn new() -> TaskFactory {
        TaskFactory::default()
    }

    /// With these options.
    #[must_use]
    pub fn options(self, options: TaskCreationOptions) -> TaskFactory {
        TaskFactory { options, ..self }
    }

    /// With a token that cancels tasks that have not begun.
    #[must_use]
    pub fn cancellation_token(self, token: CancellationToken) -> TaskFactory {
        TaskFactory { token, ..self }
    }

    /// On this scheduler.
    #[must_use]
    pub fn scheduler(self, scheduler: Arc<dyn TaskScheduler>) -> TaskFactory {
        TaskFactory { scheduler: Some(scheduler), ..self }
    }

    /// Makes a task of a function and starts it.
    #[track_caller]
    pub fn start_new<T: Send + Sync + 'static>(
        &self,
        function: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Task<T> {
        let making = Making { options: self.options, token: self.token.clone() };
        let task = Task::cold(function, making, TaskStatus::Created, Location::caller());
        if task.node().change_status(TaskStatus::Created, TaskStatus::WaitingToRun) {
            task.launch(self.scheduler.clone().or_else(ambient::scheduler), false);
        }
        task
    }
}

impl fmt::Debug for TaskFactory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskFactory")
            .field("options", &self.options)
            .field("has_scheduler", &self.scheduler.is_some())
            .finish()
    }
}
