//! What the kernel's parts and the loops call. Each hook is one load and a branch while tracing is
//! off; the rest is outlined.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use super::event::{EventKind, Outcome, TaskInfo};
use super::hub::{dispatch, enabled};
use super::id::{CurrentGuard, TaskId, current, set_current};

/// What is said of a task when it is made.
#[derive(Clone, Copy, Debug)]
pub struct Spawned<'a> {
    /// What sort of task, in the words of whoever makes it.
    pub kind: &'static str,
    /// Its name, if it has one.
    pub name: Option<&'a str>,
    /// Where it is made.
    pub location: &'static Location<'static>,
}

/// A task was made; its parent is the [current](current) one. It counts as ready.
///
/// For a cell that nobody polls, call [`waiting`] next: it then counts as waiting for whoever is to
/// resolve it.
#[inline]
pub fn task_spawned(id: TaskId, spawned: Spawned<'_>) {
    if enabled() {
        emit_spawned(id, spawned);
    }
}

/// This thread begins to poll the task. Pairs with [`poll_ended`]; see [`polling`].
#[inline]
pub fn poll_started(id: TaskId) {
    if enabled() {
        emit(|| EventKind::PollStarted(id));
    }
}

/// The poll came back, with or without a result. If another thread polls the task by now, or this one
/// did so again meanwhile, the task's state is theirs to tell.
#[inline]
pub fn poll_ended(id: TaskId) {
    if enabled() {
        emit(|| EventKind::PollEnded(id));
    }
}

/// Makes the task the current one and marks its poll as begun, until the guard is dropped, be it by
/// a panic.
#[inline]
pub fn polling(id: TaskId) -> Polling {
    let current = set_current(Some(id));
    poll_started(id);
    Polling { id, _current: current }
}

/// Returned by [`polling`].
#[derive(Debug)]
#[must_use = "the poll ends when the guard is dropped"]
pub struct Polling {
    id: TaskId,
    _current: CurrentGuard,
}

impl Drop for Polling {
    #[inline]
    fn drop(&mut self) {
        poll_ended(self.id);
    }
}

/// The task is about to wait: what for, and which task it awaits, if it awaits one.
///
/// Called while the task is polled it takes effect when the poll ends; of several in one poll the
/// last counts. The next poll forgets it.
#[inline]
pub fn waiting(id: TaskId, reason: &'static str, on: Option<TaskId>) {
    if enabled() {
        emit(|| EventKind::Waiting { task: id, reason, on });
    }
}

/// The task was made ready by the [current](current) task or, outside of any, by this thread. To be
/// said before it is put in a queue, from where another thread could poll it first.
#[inline]
pub fn woken(id: TaskId) {
    if enabled() {
        emit(|| EventKind::Woken { task: id, by: current() });
    }
}

/// The task got another name.
#[inline]
pub fn renamed(id: TaskId, name: &str) {
    if enabled() {
        emit(|| EventKind::Renamed { task: id, name: Arc::from(name) });
    }
}

/// The [current](current) task or, outside of any, this thread asked the task to stop.
#[inline]
pub fn cancel_requested(id: TaskId) {
    if enabled() {
        emit(|| EventKind::CancelRequested { task: id, by: current() });
    }
}

/// The task came to its end. The registry forgets it, so it must be said of every task, also of one
/// that is dropped before its end.
#[inline]
pub fn finished(id: TaskId, outcome: Outcome) {
    if enabled() {
        emit(|| EventKind::Finished { task: id, outcome });
    }
}

/// The reactor reports a source as ready: what kind of source, and its number.
#[inline]
pub fn io_ready(source: &'static str, token: usize) {
    if enabled() {
        emit(|| EventKind::IoReady { source, token });
    }
}

/// Something worth a mark. The detail is formatted only while tracing is on:
/// `instant("accepted", format_args!("{peer}"))`.
#[inline]
pub fn instant(name: &'static str, detail: fmt::Arguments<'_>) {
    if enabled() {
        emit(|| EventKind::Instant { name, detail: detail.to_string().into() });
    }
}

/// The value of something measured, from now on: the length of a queue, the sockets open.
#[inline]
pub fn counter(name: &'static str, value: i64) {
    if enabled() {
        emit(|| EventKind::Counter { name, value });
    }
}

/// A phase of a loop on this thread, until the guard is dropped: `poll`, `timers`, `run`.
#[inline]
pub fn span(name: &'static str) -> Span {
    let started = enabled();
    if started {
        emit(|| EventKind::SpanStarted(name));
    }
    Span { name, started, _not_send: PhantomData }
}

/// Returned by [`span`].
#[derive(Debug)]
#[must_use = "the span ends when the guard is dropped"]
pub struct Span {
    name: &'static str,
    started: bool,
    _not_send: PhantomData<*const ()>,
}

impl Drop for Span {
    #[inline]
    fn drop(&mut self) {
        if self.started && enabled() {
            emit(|| EventKind::SpanEnded(self.name));
        }
    }
}

/// Builds the event outside of the lock, for formatting runs code of the user, and outside of the
/// hook, which stays small enough to be inlined everywhere.
#[cold]
#[inline(never)]
fn emit(event: impl FnOnce() -> EventKind) {
    dispatch(event());
}

#[cold]
#[inline(never)]
fn emit_spawned(id: TaskId, spawned: Spawned<'_>) {
    dispatch(EventKind::Spawned(Arc::new(TaskInfo {
        id,
        kind: spawned.kind,
        name: spawned.name.map(Arc::from),
        location: Some(spawned.location),
        parent: current(),
    })));
}
