//! Which loop and which task run on this thread.

use std::cell::Cell;
use std::task::Waker;

use super::cell::TaskData;
use super::loop_core::Core;

thread_local! {
    static RUNNING: Cell<*const Core> = const { Cell::new(std::ptr::null()) };
    static TASK: Cell<*const ()> = const { Cell::new(std::ptr::null()) };
}

/// The task whose step is on this thread's stack.
pub(crate) struct Running<'a> {
    pub(crate) data: &'a TaskData,
    pub(crate) waker: &'a Waker,
}

/// Calls `f` with the task that is running on this thread, if one is.
#[inline]
pub(crate) fn with_running_task<R>(f: impl FnOnce(&Running<'_>) -> R) -> Option<R> {
    let running = TASK.get();
    // SAFETY: set by `enter_task` for as long as the task's step is on this stack, below `f`.
    (!running.is_null()).then(|| f(unsafe { &*running.cast::<Running<'_>>() }))
}

/// Makes `running` the running task, or none, until the guard is dropped.
#[inline]
pub(crate) fn enter_task<'a>(running: Option<&'a Running<'a>>) -> RunningTask<'a> {
    let running = running.map_or(std::ptr::null(), |running| std::ptr::from_ref(running).cast());
    RunningTask(TASK.replace(running), std::marker::PhantomData)
}

pub(crate) struct RunningTask<'a>(*const (), std::marker::PhantomData<&'a ()>);

impl Drop for RunningTask<'_> {
    #[inline]
    fn drop(&mut self) {
        TASK.set(self.0);
    }
}

/// Makes `core` the loop that runs on this thread, until the guard is dropped.
pub(super) fn enter_loop(core: &Core) -> RunningLoop<'_> {
    RunningLoop(RUNNING.replace(core), &core.local().running)
}

/// Calls `f` with the loop that runs on this thread, if one does.
#[inline]
pub(crate) fn with_running_loop<R>(f: impl FnOnce(&Core) -> R) -> Option<R> {
    let core = RUNNING.get();
    // SAFETY: set by `Core::run` for as long as it is on this thread's stack, where it borrows
    // the core.
    (!core.is_null()).then(|| f(unsafe { &*core }))
}

pub(super) struct RunningLoop<'a>(*const Core, &'a Cell<bool>);

impl Drop for RunningLoop<'_> {
    fn drop(&mut self) {
        RUNNING.set(self.0);
        self.1.set(false);
    }
}
