//! A coroutine that runs by itself.

use std::fmt;
use std::future::{Future as StdFuture, IntoFuture};
use std::ops::Deref;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context as PollContext, Poll};

use fourfold_kernel::driver::LocalBoxFuture;
use fourfold_kernel::task::{self, Body, Erased, Exit, Runnable};
use fourfold_kernel::trace;

use super::cell::{self, Flag, Local, TaskData};
use super::context::{self, Context, Snapshot};
use super::foreign::Cancellable;
use super::futures::Future;
use super::loop_core::Core;
use super::loop_core::CoreRef;
use super::running;
use super::running::Running;
use super::task_builder::TaskBuilder;
use crate::{Error, Result};

/// A coroutine that the loop runs, and the future of its result.
///
/// A task belongs to the thread of its loop. It is a [`Future`] without the setters: awaitable by
/// many, with done callbacks. Dropping a `Task` detaches it; the coroutine goes on.
///
/// The original is
/// [`asyncio.Task`](https://docs.python.org/3/library/asyncio-task.html#asyncio.Task).
pub struct Task<T: 'static> {
    future: Future<T>,
}

/// Runs `coroutine` as a task of the running loop; its first step is on a later turn.
///
/// The task runs in a copy of the current context. The original is
/// [`asyncio.create_task`](https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task).
///
/// # Panics
///
/// Where no loop is running on this thread.
///
/// ```
/// use fourfold::asyncio;
///
/// let seven = asyncio::run(async {
///     let three = asyncio::create_task(async { Ok(3) });
///     let four = asyncio::create_task(async { Ok(4) });
///     Ok(three.await? + four.await?)
/// });
/// assert_eq!(seven.unwrap(), 7);
/// ```
#[track_caller]
#[inline]
pub fn create_task<T, C>(coroutine: C) -> Task<T>
where
    T: 'static,
    C: IntoFuture<Output = Result<T>>,
    C::IntoFuture: 'static,
{
    let location = Location::caller();
    with_running_core(|core| Task::create(core, coroutine.into_future(), How::default(), location))
}

#[track_caller]
#[cold]
fn no_running_loop() -> ! {
    panic!("no running event loop: call this from a coroutine under asyncio::run");
}

/// The core of the running loop.
///
/// # Panics
///
/// Where no loop is running on this thread.
#[track_caller]
#[inline]
pub(crate) fn running_core() -> Arc<Core> {
    match running::with_running_loop(Core::this) {
        Some(core) => core,
        None => no_running_loop(),
    }
}

/// Calls `f` with the core of the running loop, without another reference to it.
///
/// # Panics
///
/// Where no loop is running on this thread.
#[track_caller]
#[inline]
pub(crate) fn with_running_core<R>(f: impl FnOnce(&Core) -> R) -> R {
    match running::with_running_loop(f) {
        Some(result) => result,
        None => no_running_loop(),
    }
}

/// How a task is made, where it is not the plain way.
#[derive(Default)]
pub(crate) struct How {
    pub(crate) name: Option<Rc<str>>,
    pub(crate) context: Option<Rc<Context>>,
    pub(crate) eager: bool,
}

impl<T: 'static> Task<T> {
    /// Starts a task the way the loop's task factory says.
    #[inline]
    pub(crate) fn create<F>(
        core: &Core,
        future: F,
        how: How,
        location: &'static Location<'static>,
    ) -> Task<T>
    where
        F: StdFuture<Output = Result<T>> + 'static,
    {
        let how = match core.task_factory() {
            None => how,
            Some(factory) => factory(TaskBuilder::from_how(how)).into_how(),
        };
        Task::start(core, future, how, location)
    }

    /// Starts a task exactly as `how` says.
    #[inline]
    pub(crate) fn start<F>(
        core: &Core,
        future: F,
        how: How,
        location: &'static Location<'static>,
    ) -> Task<T>
    where
        F: StdFuture<Output = Result<T>> + 'static,
    {
        let data = TaskData::new(CoreRef::new(core), location, true, cell::cancel_task);
        let (runnable, handle, listed) = task::listed(Step { future }, data);
        let data = handle.data();
        let local = data.local();
        if how.name.is_some() || how.context.is_some() {
            if how.context.is_some() {
                local.set(Flag::SharedContext);
            }
            local.with_extra(|extra| {
                extra.name = how.name;
                extra.shared_context = how.context;
            });
        }
        local.context.set(context::snapshot());
        trace_spawned(local);
        core.remember_task(listed);
        let task = Task { future: Future::from_cell(handle) };
        if how.eager && core.is_running() {
            run_eagerly(runnable);
        } else {
            core.queue_fresh_task(runnable);
        }
        task
    }

    /// How many cancellations were asked for and not taken back.
    pub fn cancelling(&self) -> u32 {
        self.local().cancelling.get()
    }

    /// Takes one cancellation request back and tells how many are left. When none is left, one
    /// that was not yet raised is not raised any more.
    pub fn uncancel(&self) -> u32 {
        self.erased().uncancel()
    }

    /// The task's name, `Task-N` where none was given.
    pub fn get_name(&self) -> String {
        self.local().name().to_string()
    }

    /// Gives the task a name.
    pub fn set_name(&self, name: impl Into<Rc<str>>) {
        self.erased().set_name(name);
    }

    /// Where the task was created.
    pub fn created_at(&self) -> &'static Location<'static> {
        self.local().location
    }

    /// A reference to the task without its result's type.
    pub fn erased(&self) -> AnyTask {
        AnyTask { cell: self.future.erase() }
    }

    pub(crate) fn local(&self) -> &Local {
        self.future.cell().data().local()
    }

    /// The future of this task.
    pub(crate) fn into_inner(self) -> Future<T> {
        self.future
    }

    /// The task whose future this is.
    pub(crate) fn from_future(future: Future<T>) -> Task<T> {
        Task { future }
    }
}

/// Reading, waiting, cancelling and callbacks are the future's.
impl<T: 'static> Deref for Task<T> {
    type Target = Future<T>;

    fn deref(&self) -> &Future<T> {
        &self.future
    }
}

impl<T: 'static> Clone for Task<T> {
    fn clone(&self) -> Self {
        Task { future: self.future.clone() }
    }
}

impl<T: Clone + 'static> StdFuture for Task<T> {
    type Output = Result<T>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut PollContext<'_>) -> Poll<Result<T>> {
        Pin::new(&mut self.future).poll(context)
    }
}

impl<T: 'static> fmt::Debug for Task<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.erased(), f)
    }
}

/// A task whose result's type is not known: what [`all_tasks`] and [`current_task`] give.
#[derive(Clone)]
pub struct AnyTask {
    cell: Erased<TaskData>,
}

impl AnyTask {
    pub(crate) fn from_cell(cell: Erased<TaskData>) -> AnyTask {
        AnyTask { cell }
    }

    pub(crate) fn cell(&self) -> &Erased<TaskData> {
        &self.cell
    }

    pub(crate) fn local(&self) -> &Local {
        self.cell.data().local()
    }

    /// Whether it has an outcome.
    pub fn done(&self) -> bool {
        self.cell.is_done()
    }

    /// As [`Future::cancel`].
    pub fn cancel(&self) -> bool {
        cell::cancel(&self.cell, None)
    }

    /// As [`Future::cancel_with`].
    pub fn cancel_with(&self, message: impl Into<Arc<str>>) -> bool {
        cell::cancel(&self.cell, Some(message.into()))
    }

    /// As [`Task::cancelling`].
    pub fn cancelling(&self) -> u32 {
        self.local().cancelling.get()
    }

    /// As [`Task::uncancel`].
    pub fn uncancel(&self) -> u32 {
        let local = self.local();
        let left = local.cancelling.get().saturating_sub(1);
        local.cancelling.set(left);
        if left == 0 {
            local.clear(Flag::MustCancel);
            if self.cell.is_running() {
                // Due in this step, but no wait that knows of it was polled yet.
                local.clear(Flag::Throw);
            }
        }
        left
    }

    /// As [`Task::get_name`].
    pub fn get_name(&self) -> String {
        self.local().name().to_string()
    }

    /// As [`Task::set_name`].
    pub fn set_name(&self, name: impl Into<Rc<str>>) {
        let name = name.into();
        if let Some(id) = self.local().id {
            trace::renamed(id, &name);
        }
        self.local().with_extra(|extra| extra.name = Some(name));
    }

    /// Where the task was created.
    pub fn created_at(&self) -> &'static Location<'static> {
        self.local().location
    }

    /// Whether both are the same task.
    pub fn same(&self, other: &AnyTask) -> bool {
        self.cell.address() == other.cell.address()
    }
}

impl<T: 'static> From<&Task<T>> for AnyTask {
    fn from(task: &Task<T>) -> AnyTask {
        task.erased()
    }
}

impl fmt::Debug for AnyTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.local();
        let state = if self.done() {
            "finished"
        } else if local.has(Flag::MustCancel) || local.has(Flag::Throw) {
            "cancelling"
        } else {
            "pending"
        };
        write!(f, "<Task {state} name='{}' created at {}>", local.name(), local.location)
    }
}

/// The task that is running, if one is.
///
/// The original is
/// [`asyncio.current_task`](https://docs.python.org/3/library/asyncio-task.html#asyncio.current_task).
pub fn current_task() -> Option<AnyTask> {
    // SAFETY: the running task's cell belongs to the loop of this thread.
    cell::with_running(|_, waker| unsafe { Erased::of_waker(waker) })
        .flatten()
        .map(AnyTask::from_cell)
}

/// The tasks of the running loop that are not done.
///
/// The original is
/// [`asyncio.all_tasks`](https://docs.python.org/3/library/asyncio-task.html#asyncio.all_tasks).
///
/// # Panics
///
/// Where no loop is running on this thread.
#[track_caller]
pub fn all_tasks() -> Vec<AnyTask> {
    running_core().tasks().into_iter().map(AnyTask::from_cell).collect()
}

/// The body of a task: one step of the coroutine, with all that surrounds it.
struct Step<F> {
    future: F,
}

impl<T: 'static, F: StdFuture<Output = Result<T>> + 'static> Body<TaskData> for Step<F> {
    type Output = Result<T>;

    fn poll(
        self: Pin<&mut Self>,
        data: &TaskData,
        context: &mut PollContext<'_>,
    ) -> Poll<Result<T>> {
        // SAFETY: the future is pinned with the step and never moved out of it.
        let future = unsafe { self.map_unchecked_mut(|step| &mut step.future) };
        let local = data.local();
        if !local.begin_step() {
            return Poll::Ready(finish(local, Err(local.cancelled_error())));
        }
        let waker = context.waker();
        let polled = {
            let running = Running { data, waker };
            let _running = running::enter_task(Some(&running));
            if trace::enabled() || context::in_use() || local.has(Flag::SharedContext) {
                poll_in_context(local, future, context)
            } else {
                let _context = FirstContext(local);
                future.poll(context)
            }
        };
        match polled {
            Poll::Pending => {
                suspend(waker, local);
                Poll::Pending
            }
            Poll::Ready(outcome) => Poll::Ready(finish(local, outcome)),
        }
    }

    fn exit(data: &TaskData, exit: Exit) -> Result<T> {
        match exit {
            Exit::Panicked(payload) => finish(data.local(), Err(Error::from_panic(payload))),
            Exit::Aborted => {
                data.local().set(Flag::EndedCancelled);
                Err(Error::cancelled())
            }
        }
    }
}

/// A step that is traced, or whose context is not empty.
#[cold]
fn poll_in_context<T, F: StdFuture<Output = Result<T>>>(
    local: &Local,
    future: Pin<&mut F>,
    context: &mut PollContext<'_>,
) -> Poll<Result<T>> {
    let _tracing = Tracing::begin(local);
    if local.has(Flag::SharedContext) {
        poll_in_shared_context(local, future, context)
    } else {
        let _context = OwnContext::enter(local);
        future.poll(context)
    }
}

fn poll_in_shared_context<T, F: StdFuture<Output = Result<T>>>(
    local: &Local,
    future: Pin<&mut F>,
    context: &mut PollContext<'_>,
) -> Poll<Result<T>> {
    match shared_context(local) {
        Some(shared) => match shared.enter() {
            Ok(_entered) => future.poll(context),
            Err(error) => Poll::Ready(Err(error)),
        },
        None => future.poll(context),
    }
}

fn shared_context(local: &Local) -> Option<Rc<Context>> {
    local.peek_extra(|extra| extra.shared_context.clone()).flatten()
}

/// After a step that ended in an await.
#[inline]
fn suspend(waker: &std::task::Waker, local: &Local) {
    if local.has_any([Flag::Throw, Flag::MustCancel]) {
        suspend_cancelled(waker, local);
    }
}

#[cold]
fn suspend_cancelled(waker: &std::task::Waker, local: &Local) {
    if local.take(Flag::Throw) {
        // Nothing that was polled knew of the cancellation: the await is a foreign future's. It
        // stays asked for, and the next wait that knows of it fails.
        local.set(Flag::MustCancel);
    // Else asked for during the step, by the task itself: now there may be something to cancel.
    // SAFETY: called from within the step that this waker belongs to, on its loop's thread.
    } else if let Some(cell) = unsafe { Erased::of_waker(waker) }
        && cell::cancel_wait(&cell, local)
    {
        local.clear(Flag::MustCancel);
    }
}

/// The outcome of a coroutine that came to its end.
#[inline]
fn finish<T>(local: &Local, outcome: Result<T>) -> Result<T> {
    let plain = outcome.is_ok() && !local.has_any([Flag::MustCancel, Flag::Throw]);
    if plain && !trace::enabled() { outcome } else { finish_remarkably(local, outcome) }
}

/// As [`finish`], of a failure, a cancellation, or a task that is traced.
#[cold]
fn finish_remarkably<T>(local: &Local, outcome: Result<T>) -> Result<T> {
    let must = local.take(Flag::MustCancel);
    let outcome = match outcome {
        // Cancelled right before it stopped: the task counts as cancelled.
        Ok(_) if must | local.take(Flag::Throw) => Err(local.cancelled_error()),
        other => other,
    };
    if let Err(error) = &outcome {
        if error.is_cancelled() {
            local.set(Flag::EndedCancelled);
        } else {
            local.set_unseen(error);
        }
    }
    if trace::enabled() {
        trace_finished(local, outcome.as_ref().err());
    }
    outcome
}

/// Swaps the task's own context in and, when it is dropped, out again.
struct OwnContext<'a> {
    local: &'a Local,
    former: Snapshot,
}

impl<'a> OwnContext<'a> {
    #[inline]
    fn enter(local: &'a Local) -> OwnContext<'a> {
        let mut former = None;
        // Where no variable was ever set on this thread, every context is empty.
        if context::in_use() {
            former = local.context.take();
            context::swap(&mut former);
        }
        OwnContext { local, former }
    }
}

impl Drop for OwnContext<'_> {
    #[inline]
    fn drop(&mut self) {
        if context::in_use() {
            context::swap(&mut self.former);
            self.local.context.set(self.former.take());
        }
    }
}

/// Around a step that began where no context of this thread had values. If it set the first of
/// them, they are the task's.
struct FirstContext<'a>(&'a Local);

impl Drop for FirstContext<'_> {
    #[inline]
    fn drop(&mut self) {
        if context::in_use() {
            self.keep();
        }
    }
}

impl FirstContext<'_> {
    #[cold]
    fn keep(&self) {
        let mut values = None;
        context::swap(&mut values);
        self.0.context.set(values);
    }
}

/// Runs the first step at once, in a copy of the current context, in the caller's stack.
fn run_eagerly(runnable: Runnable<TaskData>) {
    let _nested = running::enter_task(None);
    let _own = context::Identity::of_running_task();
    // SAFETY: a task is started on its loop's own thread.
    unsafe { runnable.run() }
}

/// Starts a future without a result that nobody waits for. Such a future knows nothing of
/// cancelling: a cancelled one is dropped, or the end of `run` would wait for it for ever.
#[track_caller]
pub(crate) fn spawn_detached(core: &Core, future: LocalBoxFuture) {
    let coroutine = future.cancellable();
    drop(Task::start(core, coroutine, How::default(), Location::caller()));
}

/// Marks a step in the trace, if there is one.
struct Tracing(#[allow(dead_code)] Option<trace::Polling>);

impl Tracing {
    #[inline]
    fn begin(local: &Local) -> Tracing {
        if !trace::enabled() {
            return Tracing(None);
        }
        Tracing(local.id.map(trace::polling))
    }
}

#[inline]
fn trace_spawned(local: &Local) {
    if trace::enabled()
        && let Some(id) = local.id
    {
        let name = local.name();
        trace::task_spawned(id, spawned(local, &name));
    }
}

fn spawned<'a>(local: &Local, name: &'a str) -> trace::Spawned<'a> {
    trace::Spawned { kind: "asyncio", name: Some(name), location: local.location }
}

/// Tells an observation that begins of a task that is there already. Its loop's own thread.
pub(super) fn tell(cell: &Erased<TaskData>) {
    let local = cell.data().local();
    let Some(id) = local.id else { return };
    let state = if cell.is_running() {
        trace::State::Running
    } else if cell.is_scheduled() {
        trace::State::Ready
    } else {
        trace::State::Waiting
    };
    let awaited = local.waits_on();
    let on = awaited.as_ref().and_then(|awaited| awaited.data().local().id);
    let awaited = awaited.map(|_| if on.is_some() { "task" } else { "future" });
    let reason = local.leaf().map(|(reason, _)| reason).or(awaited);
    let doing = trace::Doing { state, reason, on, since: None };
    trace::found(id, spawned(local, &local.name()), None, doing);
}

#[cold]
fn trace_finished(local: &Local, error: Option<&Error>) {
    let outcome = match error {
        None => trace::Outcome::Done,
        Some(error) if error.is_cancelled() => trace::Outcome::Cancelled,
        Some(error) if error.is_panic() => trace::Outcome::Panicked,
        Some(_) => trace::Outcome::Failed,
    };
    if let Some(id) = local.id {
        trace::finished(id, outcome);
    }
}
