//! Threads that block: what they wait for, and who they are.
//!
//! A task that blocks its thread in the middle of a poll counts as waiting meanwhile. A thread that runs no
//! task is listed as one of kind `"thread"` for as long as it blocks.

use std::marker::PhantomData;
use std::panic::Location;

use super::event::Outcome;
use super::hooks::{self, Spawned};
use super::hub::enabled;
use super::id::{CurrentGuard, TaskId, current, set_current};

/// Whoever runs on this thread, be it a task or nobody's code, while it waits without giving its thread
/// free; from [`on_thread`].
#[derive(Debug)]
#[must_use = "the thread is told of while the guard lives"]
pub struct OnThread {
    id: TaskId,
    /// It was made for this wait alone.
    own: Option<CurrentGuard>,
    _not_send: PhantomData<*const ()>,
}

/// The thread is about to poll something, and to [block](OnThread::blocks) as long as that is pending.
/// What is polled finds a [current] task, and tells what it waits for. None while tracing is off.
#[inline]
#[track_caller]
pub fn on_thread() -> Option<OnThread> {
    if enabled() { Some(OnThread::begin(Location::caller())) } else { None }
}

impl OnThread {
    #[cold]
    #[inline(never)]
    fn begin(location: &'static Location<'static>) -> OnThread {
        if let Some(id) = current() {
            return OnThread { id, own: None, _not_send: PhantomData };
        }
        let id = TaskId::next();
        let thread = std::thread::current();
        hooks::task_spawned(id, Spawned { kind: "thread", name: thread.name(), location });
        let own = Some(set_current(Some(id)));
        hooks::poll_started(id);
        OnThread { id, own, _not_send: PhantomData }
    }

    /// It blocks, until the guard is dropped.
    pub fn blocks(&self) -> impl Sized + use<> {
        hooks::poll_ended(self.id);
        GoesOn(self.id)
    }
}

impl Drop for OnThread {
    fn drop(&mut self) {
        if self.own.take().is_some() {
            hooks::poll_ended(self.id);
            hooks::finished(self.id, Outcome::Done);
        }
    }
}

#[derive(Debug)]
struct GoesOn(TaskId);

impl Drop for GoesOn {
    fn drop(&mut self) {
        hooks::poll_started(self.0);
    }
}

/// The thread blocks for this reason, and for this task if it waits for one, until the guard is dropped.
#[inline]
#[track_caller]
pub fn blocking(reason: &'static str, on: Option<TaskId>) -> Option<Blocking> {
    let thread = on_thread()?;
    hooks::waiting(thread.id, reason, on);
    hooks::poll_ended(thread.id);
    Some(Blocking { _goes_on: GoesOn(thread.id), _thread: thread })
}

/// Returned by [`blocking`].
#[derive(Debug)]
#[must_use = "it blocks while the guard lives"]
pub struct Blocking {
    // Dropped in this order.
    _goes_on: GoesOn,
    _thread: OnThread,
}
