//! Tasks with a name, in a context, or started at once.

use std::fmt;
use std::future::IntoFuture;
use std::panic::Location;
use std::rc::Rc;

use super::context::Context;
use super::tasks::{How, Task, running_core};
use crate::Result;

/// How a task is to be made; [`Task::builder`] gives one.
///
/// The original is the keywords of
/// [`asyncio.Task`](https://docs.python.org/3/library/asyncio-task.html#asyncio.Task).
///
/// ```
/// use fourfold::asyncio::{self, Task};
///
/// asyncio::run(async {
///     let task = Task::builder().name("worker").eager().spawn(async { Ok(1) });
///     assert!(task.done()); // it ran to its end at once
///     assert_eq!(task.get_name(), "worker");
///     Ok(())
/// })
/// .unwrap();
/// ```
#[derive(Default)]
#[must_use = "a builder does nothing until it spawns"]
pub struct TaskBuilder {
    how: How,
    /// The caller said when the task is to start, so the factory is not asked.
    decided: bool,
}

/// What every new task of a loop goes through; see
/// [`Loop::set_task_factory`](super::Loop::set_task_factory).
pub type TaskFactory = Rc<dyn Fn(TaskBuilder) -> TaskBuilder>;

/// A task factory with which tasks start at once.
///
/// The original is
/// [`asyncio.eager_task_factory`](https://docs.python.org/3/library/asyncio-task.html#asyncio.eager_task_factory).
///
/// ```
/// use fourfold::asyncio;
///
/// asyncio::run(async {
///     asyncio::get_running_loop()?.set_task_factory(Some(asyncio::eager_task_factory()));
///     assert!(asyncio::create_task(async { Ok(()) }).done());
///     Ok(())
/// })
/// .unwrap();
/// ```
pub fn eager_task_factory() -> TaskFactory {
    Rc::new(TaskBuilder::eager)
}

impl Task<()> {
    /// A builder for a task of any result.
    pub fn builder() -> TaskBuilder {
        TaskBuilder::default()
    }
}

impl TaskBuilder {
    pub(crate) fn from_how(how: How) -> TaskBuilder {
        TaskBuilder { how, decided: false }
    }

    pub(crate) fn into_how(self) -> How {
        self.how
    }

    /// Names the task.
    pub fn name(mut self, name: impl Into<Rc<str>>) -> TaskBuilder {
        self.how.name = Some(name.into());
        self
    }

    /// Runs the task in `context` itself instead of a copy of the current one.
    pub fn context(mut self, context: Rc<Context>) -> TaskBuilder {
        self.how.context = Some(context);
        self
    }

    /// Starts the task at once, on the caller's stack, up to its first wait. A task that comes to
    /// its end there is never queued. Where the loop does not run, the task is queued as usual.
    pub fn eager(mut self) -> TaskBuilder {
        self.how.eager = true;
        self.decided = true;
        self
    }

    /// Starts a task of the running loop.
    ///
    /// # Panics
    ///
    /// Where no loop is running on this thread.
    #[track_caller]
    pub fn spawn<T, C>(self, coroutine: C) -> Task<T>
    where
        T: 'static,
        C: IntoFuture<Output = Result<T>>,
        C::IntoFuture: 'static,
    {
        let core = running_core();
        let future = coroutine.into_future();
        if self.decided {
            Task::start(&core, future, self.how, Location::caller())
        } else {
            Task::create(&core, future, self.how, Location::caller())
        }
    }
}

impl fmt::Debug for TaskBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskBuilder")
            .field("name", &self.how.name)
            .field("context", &self.how.context)
            .field("eager", &self.how.eager)
            .finish()
    }
}
