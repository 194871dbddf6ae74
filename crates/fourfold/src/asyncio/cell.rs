//! What asyncio keeps in every future and task, and how its loop treats them.
//!
//! A future and a task are the same kind of cell; a task has a body. Awaiting and cancelling are
//! the same for both, so they live here, below the types users see.
//!
//! Invariants:
//!
//! 1. [`Local`] is touched only by the thread that made the loop. Futures and tasks are not
//!    `Send`, and what wakers do from other threads goes through the inbox.
//! 2. While a task is suspended in a wait of ours, `waiting` or `LEAF` says which, so that a
//!    cancellation reaches the innermost wait at once. Both are cleared when a step begins.
//! 3. `THROW` is set only when a step is due; the wait that is polled next takes it and fails
//!    with `Cancelled`. `MUST_CANCEL` is a request that found no wait yet.

use std::cell::Cell;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;

use fourfold_kernel::task::{Erased, Orphan, Runnable, Schedule};
use fourfold_kernel::trace::{self, TaskId};

use super::context::{Context, Snapshot};
use super::handles::Callback;
use super::loop_core::Core;
use super::loop_core::CoreRef;
use super::queueing::Remote;
use super::running;
use crate::Error;

/// The data of the asyncio scheduler in every cell.
pub(crate) struct TaskData {
    core: CoreRef,
    local: Local,
}

/// What only the loop's own thread may touch.
pub(crate) struct Local {
    flags: Cell<u16>,
    pub(crate) cancelling: Cell<u32>,
    /// Where the loop's list of tasks has this one.
    pub(crate) slot: Cell<u32>,
    /// Tasks have one, plain futures have none.
    pub(crate) id: Option<TaskId>,
    pub(crate) location: &'static Location<'static>,
    /// How a cancellation of this future or task is done.
    cancel: fn(&Erased<TaskData>) -> bool,
    /// What a suspended wait without a future of its own waits for; holds while `LEAF` is set.
    reason: Cell<&'static WaitReason>,
    /// Where that wait was made, if it knows.
    site: Cell<Option<&'static Location<'static>>>,
    /// The future or task this task awaits.
    waiting: Cell<Option<Erased<TaskData>>>,
    /// The values of the task's context while it does not run.
    pub(crate) context: Cell<Snapshot>,
    extra: Cell<Option<Box<Extra>>>,
}

/// What a wait without a future of its own waits for. A pointer to one is half the size of a text.
pub(crate) struct WaitReason(pub(crate) &'static str);

/// What few cells have.
#[derive(Default)]
pub(crate) struct Extra {
    pub(crate) name: Option<Rc<str>>,
    pub(crate) cancel_message: Option<Arc<str>>,
    /// The failure it ended with, for those who do not know the type of the outcome.
    pub(crate) failure: Option<Error>,
    /// A context object the task was made with.
    pub(crate) shared_context: Option<Rc<Context>>,
    /// What a cancellation goes to instead: the children of a `gather`.
    pub(crate) on_cancel: Option<Rc<dyn Fn() -> bool>>,
}

/// One bit of [`Local`].
#[derive(Clone, Copy)]
#[repr(u16)]
pub(crate) enum Flag {
    /// The cell has a body.
    Task = 1 << 0,
    /// The body was polled.
    Started = 1 << 1,
    /// A cancellation was asked for and has found no wait yet.
    MustCancel = 1 << 2,
    /// The next wait that is polled fails with `Cancelled`.
    Throw = 1 << 3,
    /// The task is suspended in a wait that has no future of its own.
    Leaf = 1 << 4,
    /// The failure in `Extra::failure` was not looked at.
    Unseen = 1 << 5,
    /// The outcome was moved out.
    Taken = 1 << 6,
    /// The outcome is being cloned.
    Lent = 1 << 7,
    /// The step ended in a bare yield: the task is to be queued again.
    Yielded = 1 << 9,
    /// The task runs in a context object that it was made with.
    SharedContext = 1 << 8,
    /// The outcome is a `Cancelled` error.
    EndedCancelled = 1 << 10,
    /// That `Cancelled` was set as an exception: the future counts as finished, not cancelled.
    AsException = 1 << 11,
    /// The task awaits itself and will be told so at its next step.
    AwaitsItself = 1 << 12,
    /// A cancellation has passed through on its way to what the task awaits.
    Passed = 1 << 14,
    /// Seen already by a function that takes several futures and wants each one once.
    Listed = 1 << 13,
}

// SAFETY: not shared. Runnables of other threads go to the inbox, which only the loop's own
// thread empties; it runs or discards them there. Orphans likewise; where the loop is gone they
// are leaked. Neither pointer is used after the hand-over.
unsafe impl Schedule for TaskData {
    const SHARED: bool = false;
    type Listener = Listener;

    #[inline]
    unsafe fn schedule(data: *const Self, runnable: Runnable<Self>) {
        // SAFETY: valid until the runnable is handed on; `core` lives in an `Arc` the cell owns.
        let core = unsafe { &(*data).core };
        if core.is_owner() {
            if trace::enabled() {
                // SAFETY: the runnable has not been handed on, and this is the loop's thread.
                trace_woken(unsafe { &(*data).local });
            }
            core.queue_task(runnable);
        } else {
            send(core, runnable);
        }
    }

    #[inline]
    unsafe fn schedule_again(data: *const Self, runnable: Runnable<Self>) {
        // SAFETY: valid until the runnable is handed on, and bodies run on the loop's thread.
        let data = unsafe { &*data };
        if trace::enabled() {
            trace_woken(&data.local);
        }
        data.core.queue_task_again(runnable);
    }

    #[inline]
    fn yielded(&self) -> bool {
        self.local.take(Flag::Yielded)
    }

    #[inline]
    fn finished(&self) {
        if self.local.has(Flag::Task) {
            self.core.forget_task(self.local.slot.get());
            self.local.clear(Flag::Leaf);
            drop(self.local.waiting.take());
        }
    }

    #[inline]
    fn notify(cell: &Erased<Self>, listener: Listener) {
        match listener {
            Listener::Wake(waker) => waker.wake(),
            Listener::Call(call) => call.queue(cell.clone()),
        }
    }

    #[inline]
    fn waker(listener: &Listener) -> Option<&Waker> {
        match listener {
            Listener::Wake(waker) => Some(waker),
            Listener::Call(_) => None,
        }
    }

    #[inline]
    unsafe fn release(data: *const Self, orphan: Orphan<Self>) {
        // SAFETY: valid until the orphan is handed on.
        let core = unsafe { &(*data).core };
        if core.is_owner() {
            // SAFETY: the same.
            unsafe { (*data).local.report_unseen(core) };
            // SAFETY: on the thread that made the cell.
            unsafe { orphan.free() }
        } else {
            let core = core.this();
            core.send(Remote::Orphan(orphan));
        }
    }
}

#[cold]
fn send(core: &Core, runnable: Runnable<TaskData>) {
    // The cell, and with it this `Arc`, may be gone once the loop has the runnable.
    let core = core.this();
    core.send(Remote::Task(runnable));
}

/// Frees a cell that another thread gave back. Loop's own thread.
pub(crate) fn free_orphan(orphan: Orphan<TaskData>) {
    // SAFETY: this is the thread that made the cell.
    unsafe {
        let data: &TaskData = orphan.data();
        data.local.report_unseen(&data.core);
        orphan.free();
    }
}

/// Who waits for a future.
pub(crate) enum Listener {
    /// A task, or any other waker.
    Wake(Waker),
    /// A done callback, to be queued.
    Call(Rc<DoneCall>),
}

/// What is called when a future is done. Nothing in it refers to the future: that would refer to
/// itself, and never go.
pub(crate) enum DoneCall {
    /// Makes the callback of one future.
    Once(Cell<Option<OnceDone>>),
    /// Is called for each of many futures, by reference, so that none of them costs an allocation.
    Each(Box<dyn Fn(Erased<TaskData>)>),
}

pub(crate) type OnceDone = Box<dyn FnOnce(Erased<TaskData>) -> Callback>;

impl DoneCall {
    /// Queues the call for `cell`, which is done.
    pub(crate) fn queue(self: Rc<Self>, cell: Erased<TaskData>) {
        match &*self {
            DoneCall::Once(make) => {
                if let Some(make) = make.take() {
                    let callback = make(cell.clone());
                    cell.data().core.queue_call(callback);
                }
            }
            DoneCall::Each(_) => Core::queue_done(self, cell),
        }
    }
}

impl From<Waker> for Listener {
    #[inline]
    fn from(waker: Waker) -> Listener {
        Listener::Wake(waker)
    }
}

impl TaskData {
    pub(crate) fn new(
        core: CoreRef,
        location: &'static Location<'static>,
        task: bool,
        cancel: fn(&Erased<TaskData>) -> bool,
    ) -> TaskData {
        let id = if task { Some(TaskId::next()) } else { None };
        TaskData {
            core,
            local: Local {
                flags: Cell::new(if task { Flag::Task as u16 } else { 0 }),
                cancelling: Cell::new(0),
                slot: Cell::new(u32::MAX),
                id,
                location,
                cancel,
                reason: Cell::new(&WaitReason("")),
                site: Cell::new(None),
                waiting: Cell::new(None),
                context: Cell::new(None),
                extra: Cell::new(None),
            },
        }
    }

    pub(crate) fn core(&self) -> &Core {
        &self.core
    }

    /// The thread-bound part. All callers hold a future, a task, or run on the loop's behalf,
    /// none of which leave the loop's thread.
    #[inline]
    pub(crate) fn local(&self) -> &Local {
        debug_assert!(self.core.is_owner());
        &self.local
    }
}

impl Local {
    #[inline]
    pub(crate) fn has(&self, flag: Flag) -> bool {
        self.flags.get() & flag as u16 != 0
    }

    #[inline]
    pub(crate) fn set(&self, flag: Flag) {
        self.flags.set(self.flags.get() | flag as u16);
    }

    #[inline]
    pub(crate) fn clear(&self, flag: Flag) {
        self.flags.set(self.flags.get() & !(flag as u16));
    }

    /// Whether the flag was set; it is not any more.
    #[inline]
    pub(crate) fn take(&self, flag: Flag) -> bool {
        let was = self.has(flag);
        if was {
            self.clear(flag);
        }
        was
    }

    pub(crate) fn with_extra<R>(&self, f: impl FnOnce(&mut Extra) -> R) -> R {
        let mut extra = self.extra.take().unwrap_or_default();
        let result = f(&mut extra);
        self.extra.set(Some(extra));
        result
    }

    pub(crate) fn peek_extra<R>(&self, f: impl FnOnce(&Extra) -> R) -> Option<R> {
        let extra = self.extra.take()?;
        let result = f(&extra);
        self.extra.set(Some(extra));
        Some(result)
    }

    /// The error a cancelled wait fails with.
    pub(crate) fn cancelled_error(&self) -> Error {
        match self.peek_extra(|extra| extra.cancel_message.clone()).flatten() {
            Some(message) => Error::cancelled_with(message),
            None => Error::cancelled(),
        }
    }

    pub(crate) fn set_cancel_message(&self, message: Option<Arc<str>>) {
        if message.is_some() || self.has_extra() {
            self.with_extra(|extra| extra.cancel_message = message);
        }
    }

    fn has_extra(&self) -> bool {
        let extra = self.extra.take();
        let has = extra.is_some();
        self.extra.set(extra);
        has
    }

    /// A step begins: whatever the task waited on, it waits no more, and a cancellation that
    /// found nothing to cancel is raised. `false`: it was cancelled before its first step, which
    /// is not to be taken.
    #[inline]
    pub(crate) fn begin_step(&self) -> bool {
        // The flags are read and written once, for all that a plain step asks of them.
        let flags = self.flags.get();
        self.flags.set(flags & !(Flag::Leaf as u16) | Flag::Started as u16);
        let waited_on = self.waiting.take();
        if flags & Flag::MustCancel as u16 != 0 {
            self.raise(waited_on.as_ref());
        }
        drop(waited_on);
        flags & Flag::Started as u16 != 0 || !self.take(Flag::Throw)
    }

    #[cold]
    fn raise(&self, waited_on: Option<&Erased<TaskData>>) {
        self.clear(Flag::MustCancel);
        // What it waited on ends with a `Cancelled` of its own: that one is raised, once.
        let raises = waited_on.is_some_and(|cell| cell.data().local().has(Flag::EndedCancelled));
        if !raises {
            self.set(Flag::Throw);
        }
    }

    /// Whether any of `flags` is set, in one look.
    #[inline]
    pub(crate) fn has_any(&self, flags: [Flag; 2]) -> bool {
        self.flags.get() & (flags[0] as u16 | flags[1] as u16) != 0
    }

    /// The step ends in a bare yield; with `again` the task is queued once it has. What was polled
    /// earlier in it is not what the task waits on.
    #[inline]
    fn yields(&self, again: Option<Flag>) {
        let again = again.map_or(0, |flag| flag as u16);
        self.flags.set(self.flags.get() & !(Flag::Leaf as u16) | again);
        if let Some(waited_on) = self.waiting.take() {
            forget_wait(waited_on);
        }
    }

    /// The task waits on a future or another task.
    #[inline]
    pub(crate) fn wait_on(&self, cell: Erased<TaskData>) {
        tell_wait(cell.data().local());
        self.clear(Flag::Leaf);
        drop(self.waiting.replace(Some(cell)));
    }

    /// What the task is suspended in, if it is a wait without a future of its own.
    pub(crate) fn leaf(&self) -> Option<(&'static str, Option<&'static Location<'static>>)> {
        self.has(Flag::Leaf).then(|| (self.reason.get().0, self.site.get()))
    }

    /// What the task waits on.
    pub(crate) fn waits_on(&self) -> Option<Erased<TaskData>> {
        let waiting = self.waiting.take();
        let copy = waiting.clone();
        self.waiting.set(waiting);
        copy
    }

    /// Remembers a failure until somebody looks at it.
    pub(crate) fn set_unseen(&self, error: &Error) {
        self.set(Flag::Unseen);
        self.with_extra(|extra| extra.failure = Some(error.clone()));
    }

    /// Somebody looked.
    #[inline]
    pub(crate) fn seen(&self) {
        self.clear(Flag::Unseen);
    }

    /// The failure the cell ended with, seen or not; none for a cancellation.
    pub(crate) fn failure(&self) -> Option<Error> {
        self.peek_extra(|extra| extra.failure.clone()).flatten()
    }

    fn report_unseen(&self, core: &Core) {
        if self.has(Flag::Unseen) {
            let error = self.failure();
            let what = if self.has(Flag::Task) { "Task" } else { "Future" };
            core.report(super::ExceptionContext {
                message: format!("{what} exception was never retrieved"),
                exception: error,
                task: self.has(Flag::Task).then(|| self.name()),
                created_at: Some(self.location),
            });
        }
    }

    /// The task's name: its own, or `Task-N`.
    pub(crate) fn name(&self) -> Rc<str> {
        self.peek_extra(|extra| extra.name.clone())
            .flatten()
            .unwrap_or_else(|| format!("Task-{}", self.id.map_or(0, TaskId::get)).into())
    }
}

/// Whoever is polled here is about to wait for this cell.
#[inline]
pub(crate) fn tell_wait(awaited: &Local) {
    let what = if awaited.id.is_some() { "task" } else { "future" };
    trace::waiting_here(what, awaited.id);
}

/// Out of line, since few steps await something, do not end there, and then yield.
#[cold]
#[inline(never)]
fn forget_wait(waited_on: Erased<TaskData>) {
    drop(waited_on);
}

/// Cancels whatever `cell` is: a future, a task, a gathering.
pub(crate) fn cancel(cell: &Erased<TaskData>, message: Option<Arc<str>>) -> bool {
    let local = cell.data().local();
    if cell.is_done() {
        // Who cancels does not care for the failure. A gathering does care.
        if local.has(Flag::Unseen)
            && local.peek_extra(|extra| extra.on_cancel.is_none()).unwrap_or(true)
        {
            local.seen();
        }
        return false;
    }
    keep_message(cell, message);
    (local.cancel)(cell)
}

/// The `cancel` of a task: marks it, and passes the cancellation to its innermost wait.
///
/// Tasks may await each other in a long chain, so it is followed in a loop and not by recursion;
/// and in a circle, which is found by `PASSED`: there the cancellation is raised at the await that
/// closes the circle, since nothing else would ever end it. (The original fails with
/// `RecursionError` in both cases.)
pub(crate) fn cancel_task(cell: &Erased<TaskData>) -> bool {
    let mut passed: Vec<Erased<TaskData>> = Vec::new();
    let mut task = cell.clone();
    while let Some(inner) = cancel_one_task(&task) {
        task.data().local().set(Flag::Passed);
        passed.push(std::mem::replace(&mut task, inner));
    }
    for task in passed {
        task.data().local().clear(Flag::Passed);
    }
    true
}

/// Cancels a task where it can be done at once; else gives the task it awaits, to go on with.
fn cancel_one_task(cell: &Erased<TaskData>) -> Option<Erased<TaskData>> {
    let local = cell.data().local();
    if local.has(Flag::Passed) {
        throw_into(cell, local);
        return None;
    }
    local.cancelling.set(local.cancelling.get() + 1);
    if let Some(id) = local.id {
        trace::cancel_requested(id);
    }
    if cell.is_running() {
        // Whatever it polled during this step is not yet what it waits on.
        local.set(Flag::MustCancel);
        return None;
    }
    if local.has(Flag::Throw) {
        return None;
    }
    let awaited = local.waits_on().filter(|inner| {
        !local.has(Flag::Leaf) && !inner.is_done() && inner.data().local().has(Flag::Task)
    });
    if let Some(inner) = awaited {
        let message = local.peek_extra(|extra| extra.cancel_message.clone()).flatten();
        keep_message(&inner, message);
        return Some(inner);
    }
    if !cancel_wait(cell, local) {
        local.set(Flag::MustCancel);
    }
    None
}

/// Has the wait that a suspended task is in fail with `Cancelled`.
fn throw_into(cell: &Erased<TaskData>, local: &Local) {
    local.set(Flag::Throw);
    // SAFETY: only tasks are suspended in waits, and tasks have a body.
    unsafe { cell.wake() };
}

/// The text of a cancellation, unless another one is on its way already.
fn keep_message(cell: &Erased<TaskData>, message: Option<Arc<str>>) {
    let local = cell.data().local();
    if !local.has(Flag::Throw) || cell.is_running() {
        local.set_cancel_message(message);
    }
}

/// Cancels what a suspended task waits on. `false`: it waits on nothing that can be cancelled.
pub(crate) fn cancel_wait(cell: &Erased<TaskData>, local: &Local) -> bool {
    if local.take(Flag::Leaf) {
        throw_into(cell, local);
        return true;
    }
    match local.waits_on() {
        Some(inner) => {
            let message = local.peek_extra(|extra| extra.cancel_message.clone()).flatten();
            cancel(&inner, message)
        }
        None => false,
    }
}

/// Whether a task that was cancelled is suspended in a wait that does not know of it.
pub(crate) fn is_in_foreign_wait(cell: &Erased<TaskData>) -> bool {
    let local = cell.data().local();
    !cell.is_done()
        && !cell.is_scheduled()
        && !cell.is_running()
        && local.has(Flag::MustCancel)
        && !local.has(Flag::Leaf)
        && local.waits_on().is_none()
}

/// Calls `f` with the task that is running on this thread, if one is.
#[inline]
pub(crate) fn with_running<R>(f: impl FnOnce(&TaskData, &Waker) -> R) -> Option<R> {
    running::with_running_task(|running| f(running.data, running.waker))
}

/// The cancellation that is due at the wait which asks, if there is one.
#[inline]
pub(crate) fn take_throw() -> Option<Error> {
    is_throw_due().then(throw)
}

/// Whether a cancellation is due at the wait which asks.
#[inline]
pub(crate) fn is_throw_due() -> bool {
    with_running(|data, _| data.local().has(Flag::Throw)).unwrap_or(false)
}

/// Takes the cancellation that [is due](is_throw_due). Out of line, so that a wait that is not
/// cancelled has no error to make or to drop.
#[cold]
#[inline(never)]
pub(crate) fn throw() -> Error {
    let error = with_running(|data, _| {
        data.local().clear(Flag::Throw);
        data.local().cancelled_error()
    });
    error.unwrap_or_else(Error::cancelled)
}

/// The running task, if it is the one that `waker` wakes: then its own loop's thread is this one.
#[inline]
pub(crate) fn running_task_of(waker: &Waker) -> Option<Erased<TaskData>> {
    with_running(|_, own| {
        let same = std::ptr::eq(own, waker) || own.will_wake(waker);
        // SAFETY: a step has the waker of its own cell, which belongs to the loop of this thread.
        same.then(|| unsafe { Erased::of_cell_s_waker(own) })
    })
    .flatten()
}

/// Suspends for one turn: the task is queued again behind what is queued now.
#[inline]
pub(crate) fn yield_now(waker: &Waker) {
    // Nearly always it is the very waker that the task's step was given.
    let polled_directly = with_running(|data, own| {
        let same = std::ptr::eq(own, waker);
        if same {
            data.local().yields(Some(Flag::Yielded));
        }
        same
    });
    if polled_directly != Some(true) {
        yield_through(waker);
    }
}

/// As [`yield_now`], where something between the task and this wait may have a waker of its own:
/// it must hear of it.
#[cold]
#[inline(never)]
fn yield_through(waker: &Waker) {
    let marked = with_running(|data, own| {
        let same = own.will_wake(waker);
        data.local().yields(same.then_some(Flag::Yielded));
        same
    });
    if marked != Some(true) {
        waker.wake_by_ref();
    }
}

/// The running task is suspended in a wait that has no future of its own: a cancellation wakes
/// it, and the wait then finds [`take_throw`].
#[inline]
pub(crate) fn wait_in_leaf(reason: &'static WaitReason) {
    wait_in_leaf_at(reason, None);
}

/// As [`wait_in_leaf`], of a wait that knows where it was made.
#[inline]
pub(crate) fn wait_in_leaf_at(
    reason: &'static WaitReason,
    site: Option<&'static Location<'static>>,
) {
    wait_untold_at(reason, site);
    trace::waiting_here(reason.0, None);
}

/// As [`wait_in_leaf_at`], of a wait around another, which tells traces better.
#[inline]
pub(crate) fn wait_untold_at(
    reason: &'static WaitReason,
    site: Option<&'static Location<'static>>,
) {
    with_running(|data, _| {
        let local = data.local();
        local.set(Flag::Leaf);
        local.reason.set(reason);
        local.site.set(site);
    });
}

#[cold]
fn trace_woken(local: &Local) {
    if let Some(id) = local.id {
        trace::woken(id);
    }
}
