//! Tasks that live no longer than a stretch of code.
//!
//! Python has `async with TaskGroup()`; here the stretch is a closure. The steps of leaving it
//! are those of the original, in its order, since each of them is visible: who is cancelled, by
//! whom, how often, and which of several errors comes out.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::IntoFuture;
use std::panic::Location;
use std::rc::Rc;

use super::futures::Future;
use super::task_builder::TaskBuilder;
use super::tasks::{AnyTask, How, Task, current_task, running_core};
use super::{ExceptionContext, Loop};
use crate::{Error, Result};

/// A group of tasks that are waited for together.
///
/// Clones refer to the same group, so tasks of the group can add others. The original is
/// [`asyncio.TaskGroup`](https://docs.python.org/3/library/asyncio-task.html#asyncio.TaskGroup).
///
/// ```
/// use fourfold::asyncio::{self, TaskGroup};
///
/// asyncio::run(async {
///     let sum = TaskGroup::run(async |group| {
///         let three = group.create_task(async { Ok(3) })?;
///         let four = group.create_task(async { Ok(4) })?;
///         Ok(three.await? + four.await?)
///     });
///     assert_eq!(sum.await?, 7);
///     Ok(())
/// })
/// .unwrap();
/// ```
#[derive(Clone, Default)]
pub struct TaskGroup {
    inner: Rc<Inner>,
}

#[derive(Default)]
struct Inner {
    entered: Cell<bool>,
    exiting: Cell<bool>,
    aborting: Cell<bool>,
    parent: RefCell<Option<AnyTask>>,
    parent_cancel_requested: Cell<bool>,
    tasks: RefCell<slab::Slab<AnyTask>>,
    errors: RefCell<Vec<Error>>,
    base_error: RefCell<Option<Error>>,
    on_completed: RefCell<Option<Future<()>>>,
}

/// What goes through a group as it is, and not as a member of its error: in Python
/// `KeyboardInterrupt` and `SystemExit`, in Rust a panic.
fn is_base_error(error: &Error) -> bool {
    error.is_panic()
}

impl TaskGroup {
    /// A group that is not entered yet.
    pub fn new() -> TaskGroup {
        TaskGroup::default()
    }

    /// Makes a group, runs `body` in it, and waits for its tasks; see [`scope`](TaskGroup::scope).
    ///
    /// # Errors
    ///
    /// As [`scope`](TaskGroup::scope).
    pub async fn run<T, B>(body: B) -> Result<T>
    where
        B: AsyncFnOnce(TaskGroup) -> Result<T>,
    {
        TaskGroup::new().scope(body).await
    }

    /// Runs `body`, then waits for all tasks of the group.
    ///
    /// When a task fails, or the body does, the other tasks are cancelled, and so is the body if
    /// it still runs; a task that is cancelled does no harm to the others. Dropped before its
    /// end, it cancels the tasks and waits for none.
    ///
    /// # Errors
    ///
    /// A group of the failures of the tasks and of the body, "unhandled errors in a TaskGroup". A
    /// panic alone, as it is. `Cancelled`, when the caller was cancelled and nothing failed.
    /// Where the group was entered before, or outside of a task.
    pub async fn scope<T, B>(&self, body: B) -> Result<T>
    where
        B: AsyncFnOnce(TaskGroup) -> Result<T>,
    {
        let inner = &self.inner;
        if inner.entered.get() {
            return Err(Error::msg(format!("TaskGroup {self:?} has already been entered")));
        }
        let Some(parent) = current_task() else {
            return Err(Error::msg(format!("TaskGroup {self:?} cannot determine the parent task")));
        };
        inner.parent.replace(Some(parent.clone()));
        inner.entered.set(true);
        let unfinished = AbortOnDrop(inner);
        let outcome = body(self.clone()).await;
        let outcome = inner.exit(&parent, outcome).await;
        std::mem::forget(unfinished);
        inner.parent.replace(None);
        outcome
    }

    /// Runs `coroutine` as a task of this group.
    ///
    /// # Errors
    ///
    /// Where the group has not been entered, is shutting down since something failed, or is
    /// finished. The coroutine is dropped then.
    ///
    /// # Panics
    ///
    /// Where no loop is running on this thread.
    ///
    /// The original is
    /// [`TaskGroup.create_task`](https://docs.python.org/3/library/asyncio-task.html#asyncio.TaskGroup.create_task).
    #[track_caller]
    pub fn create_task<T, C>(&self, coroutine: C) -> Result<Task<T>>
    where
        T: 'static,
        C: IntoFuture<Output = Result<T>>,
        C::IntoFuture: 'static,
    {
        let future = coroutine.into_future();
        self.check_open()?;
        let task = Task::create(&running_core(), future, How::default(), Location::caller());
        self.add(&task);
        Ok(task)
    }

    /// As [`create_task`](TaskGroup::create_task), made as `builder` says.
    ///
    /// # Errors
    ///
    /// As [`create_task`](TaskGroup::create_task).
    ///
    /// # Panics
    ///
    /// As [`create_task`](TaskGroup::create_task).
    ///
    /// ```
    /// use fourfold::asyncio::{self, Task, TaskGroup};
    ///
    /// asyncio::run(TaskGroup::run(async |group| {
    ///     let named = group.spawn(Task::builder().name("reader"), async { Ok(()) })?;
    ///     assert_eq!(named.get_name(), "reader");
    ///     Ok(())
    /// }))
    /// .unwrap();
    /// ```
    #[track_caller]
    pub fn spawn<T, C>(&self, builder: TaskBuilder, coroutine: C) -> Result<Task<T>>
    where
        T: 'static,
        C: IntoFuture<Output = Result<T>>,
        C::IntoFuture: 'static,
    {
        let future = coroutine.into_future();
        self.check_open()?;
        let task = builder.spawn(future);
        self.add(&task);
        Ok(task)
    }

    fn check_open(&self) -> Result<()> {
        let inner = &self.inner;
        let closed = if !inner.entered.get() {
            "has not been entered"
        } else if inner.exiting.get() && inner.tasks.borrow().is_empty() {
            "is finished"
        } else if inner.aborting.get() {
            "is shutting down"
        } else {
            return Ok(());
        };
        Err(Error::msg(format!("TaskGroup {self:?} {closed}")))
    }

    fn add<T: 'static>(&self, task: &Task<T>) {
        // A task that ran to its end at once needs no callback.
        if task.done() {
            return self.inner.task_is_done(None, task);
        }
        let key = self.inner.tasks.borrow_mut().insert(task.erased());
        task.on_done_with(self.inner.clone(), move |inner, task| {
            inner.task_is_done(Some(key), &task);
        });
    }
}

impl Inner {
    fn abort(&self) {
        self.aborting.set(true);
        let tasks: Vec<AnyTask> =
            self.tasks.borrow().iter().map(|(_, task)| task.clone()).collect();
        for task in tasks {
            if !task.done() {
                task.cancel();
            }
        }
    }

    fn task_is_done<T: 'static>(&self, key: Option<usize>, task: &Future<T>) {
        if let Some(key) = key {
            let gone = self.tasks.borrow_mut().try_remove(key);
            drop(gone);
        }
        if self.tasks.borrow().is_empty() {
            let waiter = self.on_completed.borrow().clone();
            if let Some(waiter) = waiter {
                waiter.resolve(());
            }
        }
        if task.cancelled() {
            return;
        }
        let Some(error) = task.failure() else { return };
        self.errors.borrow_mut().push(error.clone());
        self.note_base_error(&error);
        let parent = self.parent.borrow().clone();
        let Some(parent) = parent else { return };
        if parent.done() {
            let message = format!(
                "Task {:?} has errored out but its parent task {parent:?} is already completed",
                task.cell().data().local().name()
            );
            Loop::from_core(task.cell().data().core().this())
                .call_exception_handler(ExceptionContext::new(message, Some(error)));
            return;
        }
        if !self.aborting.get() && !self.parent_cancel_requested.get() {
            self.abort();
            self.parent_cancel_requested.set(true);
            parent.cancel();
        }
    }

    fn note_base_error(&self, error: &Error) {
        let mut base = self.base_error.borrow_mut();
        if base.is_none() && is_base_error(error) {
            *base = Some(error.clone());
        }
    }

    /// Leaves the body.
    async fn exit<T>(&self, parent: &AnyTask, outcome: Result<T>) -> Result<T> {
        self.exiting.set(true);
        let mut cancelled = None;
        if let Err(error) = &outcome {
            self.note_base_error(error);
            cancelled = error.is_cancelled().then(|| error.clone());
            if !self.aborting.get() {
                self.abort();
            }
        }
        // A loop, since each cancellation of the caller ends one wait.
        while !self.tasks.borrow().is_empty() {
            let waiter = Future::<()>::new(&running_core());
            self.on_completed.replace(Some(waiter.clone()));
            if let Err(error) = waiter.await
                && !self.aborting.get()
            {
                cancelled = Some(error);
                self.abort();
            }
            self.on_completed.replace(None);
        }
        // Taken back here, and if nobody else has cancelled the caller, nobody hears of it.
        if self.parent_cancel_requested.get() && parent.uncancel() == 0 {
            cancelled = None;
        }
        if let Some(error) = self.base_error.take() {
            return Err(error);
        }
        let mut errors = self.errors.take();
        if errors.is_empty()
            && let Some(cancelled) = cancelled
        {
            return Err(cancelled);
        }
        if let Err(error) = &outcome
            && !error.is_cancelled()
        {
            errors.push(error.clone());
        }
        if errors.is_empty() {
            return outcome;
        }
        if parent.cancelling() > 0 {
            // The failures come first, but the cancellation from outside stays asked for.
            parent.uncancel();
            parent.cancel();
        }
        Err(Error::group("unhandled errors in a TaskGroup", errors))
    }
}

/// Cancels the tasks of a group whose scope is dropped before its end.
struct AbortOnDrop<'a>(&'a Inner);

impl Drop for AbortOnDrop<'_> {
    fn drop(&mut self) {
        self.0.exiting.set(true);
        self.0.abort();
    }
}

impl fmt::Debug for TaskGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<TaskGroup")?;
        let tasks = self.inner.tasks.borrow().len();
        if tasks > 0 {
            write!(f, " tasks={tasks}")?;
        }
        let errors = self.inner.errors.borrow().len();
        if errors > 0 {
            write!(f, " errors={errors}")?;
        }
        if self.inner.aborting.get() {
            f.write_str(" cancelling")?;
        } else if self.inner.entered.get() {
            f.write_str(" entered")?;
        }
        f.write_str(">")
    }
}
