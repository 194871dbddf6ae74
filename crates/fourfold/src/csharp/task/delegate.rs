//! Tasks of a function.
//!
//! ```text
//!   new ──► Created ──start──► WaitingToRun ──► Running ──► an end
//!              │                    │              │           ▲
//!              │ its token          │ its token    ▼           │ the last child has ended
//!              └──► Canceled ◄──────┘     WaitingForChildrenToComplete
//! ```
//!
//! The two ways to Canceled are taken by the token's callback, in the call of `cancel`: a function that
//! waits in a queue is withdrawn from it, one that was not started is aborted in place. Whether the
//! function begins or the token comes first is decided by [`Node::claim`].

use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use fourfold_kernel::task::{self, Body, Erased, Exit};
use fourfold_kernel::trace;

use super::super::ambient::{self, Inline};
use super::super::cancellation::CancellationToken;
use super::super::cell::{Kind, Node, Place, Reference};
use super::super::exceptions::{AggregateException, InvalidOperationException};
use super::super::execution_context::Flow;
use super::super::outcome::{End, Outcome};
use super::super::scheduler::TaskScheduler;
use super::super::step::{Running, Step};
use super::super::thread_pool;
use super::method::{ended, outcome_of, spawned};
use super::{Task, TaskCreationOptions, TaskStatus};
use crate::{Error, Result};

/// The body: a function until it was called, then its result until the children have ended.
pub(super) struct Function<F, T> {
    function: Option<F>,
    result: Option<Result<T>>,
}

impl<F, T> Body<Node> for Function<F, T>
where
    T: Send + Sync + 'static,
    F: FnOnce() -> Result<T> + 'static,
{
    type Output = Outcome<T>;

    fn poll(self: Pin<&mut Self>, node: &Node, context: &mut Context<'_>) -> Poll<Outcome<T>> {
        // SAFETY: neither the function nor its result is ever pinned.
        let body = unsafe { self.get_unchecked_mut() };
        if let Some(function) = body.function.take() {
            if !node.claim() {
                return Poll::Ready(ended(node, Outcome::canceled(node.token())));
            }
            node.unregister();
            node.set_status(TaskStatus::Running);
            let step = Step::begin(node);
            let hides = node.options().has(TaskCreationOptions::HIDE_SCHEDULER);
            // Its own, also where it runs inside of what another runs.
            let scheduler = if hides { None } else { node.scheduler() };
            let running = Running::begin(context.waker(), scheduler);
            let called = catch_unwind(AssertUnwindSafe(function));
            drop(running);
            drop(step);
            body.result = Some(called.unwrap_or_else(|payload| Err(Error::from_panic(payload))));
            node.set_status(TaskStatus::WaitingForChildrenToComplete);
            // It counts as one of its own children.
            if !node.remove_child() {
                trace::waiting(node.id(), "attached children", None);
                return Poll::Pending;
            }
        }
        if node.has_children() {
            return Poll::Pending;
        }
        let result = body.result.take().expect("there until the task has ended");
        let outcome = Outcome::of_delegate(result, node.token(), node.take_faults());
        if let End::Faulted(faults) = outcome.end() {
            // SAFETY: the scheduler is shared, and this is the waker of this very cell.
            let this = unsafe { Erased::of_cell_s_waker(context.waker()) };
            node.tell_parent(this, || {
                outcome.observe();
                AggregateException::new(faults.clone()).into()
            });
        }
        Poll::Ready(ended(node, outcome))
    }

    fn exit(node: &Node, exit: Exit) -> Outcome<T> {
        ended(node, outcome_of(exit, node.token()))
    }
}

/// How a task of a function is made.
#[derive(Clone, Default)]
pub(super) struct Making {
    pub(super) options: TaskCreationOptions,
    pub(super) token: CancellationToken,
}

/// The task that runs here, for a child to be attached to.
pub(in super::super) fn parent(options: TaskCreationOptions) -> Option<Reference> {
    if !options.has(TaskCreationOptions::ATTACHED_TO_PARENT) {
        return None;
    }
    ambient::with_task(|waker| {
        // SAFETY: the scheduler is shared.
        let parent: Erased<Node> = unsafe { Erased::of_waker(waker?) }?;
        parent.data().add_child().then(|| Reference::new(parent))
    })
}

impl<T: Send + Sync + 'static> Task<T> {
    /// Makes a task of a function that was not started.
    pub(super) fn cold<F>(
        function: F,
        making: Making,
        status: TaskStatus,
        location: &'static Location<'static>,
    ) -> Task<T>
    where
        F: FnOnce() -> Result<T> + Send + 'static,
    {
        let token = making.token.clone();
        let task = Task::unregistered(function, making, status, location);
        if token.can_be_canceled() {
            task.cancel_by(&token);
        }
        task
    }

    /// One that follows another, and that its token does not cancel before that has ended.
    pub(super) fn cold_unregistered<F>(
        function: F,
        making: Making,
        location: &'static Location<'static>,
    ) -> Task<T>
    where
        F: FnOnce() -> Result<T> + Send + 'static,
    {
        Task::unregistered(function, making, TaskStatus::WaitingForActivation, location)
    }

    fn unregistered<F>(
        function: F,
        making: Making,
        status: TaskStatus,
        location: &'static Location<'static>,
    ) -> Task<T>
    where
        F: FnOnce() -> Result<T> + Send + 'static,
    {
        let Making { options, token } = making;
        let node = Node::new(Kind::Delegate, thread_pool::current(), location)
            .with_options(options)
            .with_status(status)
            .resuming(Place::Pool, Some(Flow::capture()))
            .with_token(token)
            .with_parent(parent(options));
        spawned(&node);
        let function = Function { function: Some(function), result: None };
        Task { cell: task::shared_idle(function, node) }
    }

    /// Has its token cancel it as long as it has not begun.
    pub(super) fn cancel_by(&self, token: &CancellationToken) {
        let task = self.clone();
        let registration = token.unsafe_register(move || {
            trace::cancel_requested(task.node().id());
            task.cancel_unbegun();
        });
        if self.is_completed() {
            registration.unregister();
        } else {
            self.node().set_registration(registration);
        }
    }

    /// Cancels it if it has not begun.
    pub(super) fn cancel_unbegun(&self) {
        let node = self.node();
        if !node.claim() {
            return;
        }
        let unstarted = node.change_status(TaskStatus::Created, TaskStatus::Canceled)
            || (node.is_delegate()
                && node.change_status(TaskStatus::WaitingForActivation, TaskStatus::Canceled));
        if unstarted {
            ambient::inline(Inline::Always, || self.cell.abort());
        } else {
            // If it is not in a queue it is on its way into or out of one, and ends when it begins.
            self.cell.withdraw();
        }
    }

    /// Starts it, on a scheduler or on the pool; `inline` if it is to run here.
    pub(super) fn launch(&self, scheduler: Option<Arc<dyn TaskScheduler>>, inline: bool) {
        let node = self.node();
        let options = node.options();
        // An own scheduler decides whether its tasks may run where they are not queued.
        let inline = inline && scheduler.as_ref().is_none_or(|scheduler| scheduler.may_inline());
        let place = match scheduler {
            Some(scheduler) => {
                node.set_scheduler(scheduler.clone());
                Place::Scheduler(scheduler)
            }
            None if options.has(TaskCreationOptions::LONG_RUNNING) => Place::Thread,
            None if options.has(TaskCreationOptions::PREFER_FAIRNESS) => Place::PoolInTurn,
            None => Place::Pool,
        };
        // SAFETY: whoever starts a task changed its status first, which is done once; until the wake
        // below nobody has a runnable.
        unsafe { node.resume() }.place = place;
        let inline = if inline { Inline::Always } else { Inline::No };
        // SAFETY: it has a body.
        ambient::inline(inline, || unsafe { self.cell.wake() });
    }

    fn start_from_created(&self, synchronously: bool) -> Result<()> {
        if self.node().change_status(TaskStatus::Created, TaskStatus::WaitingToRun) {
            return Ok(());
        }
        let call = if synchronously { "RunSynchronously" } else { "Start" };
        let on = match self.status() {
            _ if !self.node().is_delegate() && synchronously => {
                "a task not bound to a delegate, such as the task returned from an asynchronous method"
            }
            _ if !self.node().is_delegate() => "a promise-style task",
            TaskStatus::WaitingForActivation => "a continuation task",
            status if status < TaskStatus::RanToCompletion => "a task that was already started",
            _ if synchronously => "a task that has already completed",
            _ => "a task that has completed",
        };
        Err(InvalidOperationException::new(format!("{call} may not be called on {on}.")).into())
    }

    /// Starts a task made by [`new`](Task::new), on the scheduler of the task that runs here, or on the
    /// pool.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] if it was started before or has ended, or was not made by `new`.
    pub fn start(&self) -> Result<()> {
        self.start_from_created(false)?;
        self.launch(ambient::scheduler(), false);
        Ok(())
    }

    /// As [`start`](Task::start), on this scheduler.
    ///
    /// # Errors
    ///
    /// As for [`start`](Task::start).
    pub fn start_on(&self, scheduler: Arc<dyn TaskScheduler>) -> Result<()> {
        self.start_from_created(false)?;
        self.launch(Some(scheduler), false);
        Ok(())
    }

    /// Runs a task made by [`new`](Task::new) here and now, on this thread; where the scheduler of the
    /// task that runs here does not allow that, there, and waits for it.
    ///
    /// # Errors
    ///
    /// As for [`start`](Task::start). How the task ends is not told.
    #[track_caller]
    pub fn run_synchronously(&self) -> Result<()> {
        self.run_now(ambient::scheduler())
    }

    /// As [`run_synchronously`](Task::run_synchronously), on this scheduler, if that allows it; else the
    /// task is queued there and waited for.
    ///
    /// # Errors
    ///
    /// As for [`start`](Task::start). How the task ends is not told.
    #[track_caller]
    pub fn run_synchronously_on(&self, scheduler: Arc<dyn TaskScheduler>) -> Result<()> {
        self.run_now(Some(scheduler))
    }

    #[track_caller]
    fn run_now(&self, scheduler: Option<Arc<dyn TaskScheduler>>) -> Result<()> {
        self.start_from_created(true)?;
        self.launch(scheduler, true);
        if !self.is_completed() {
            // Its scheduler was asked, and refused.
            self.block_without_running(None, &CancellationToken::none())?;
        }
        Ok(())
    }

    /// Makes a task of a function that is called only after [`start`](Task::start).
    ///
    /// ```
    /// use fourfold::csharp::{Task, TaskStatus};
    ///
    /// let task = Task::new(|| Ok(42));
    /// assert_eq!(task.status(), TaskStatus::Created);
    /// task.start()?;
    /// assert_eq!(task.result()?, 42);
    /// assert!(task.start().is_err());
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    #[track_caller]
    pub fn new(function: impl FnOnce() -> Result<T> + Send + 'static) -> Task<T> {
        Task::cold(function, Making::default(), TaskStatus::Created, Location::caller())
    }

    /// As [`new`](Task::new), with a token that cancels the task until it begins, and options.
    #[track_caller]
    pub fn new_with(
        function: impl FnOnce() -> Result<T> + Send + 'static,
        token: CancellationToken,
        options: TaskCreationOptions,
    ) -> Task<T> {
        let making = Making { options, token };
        Task::cold(function, making, TaskStatus::Created, Location::caller())
    }
}
