//! What the kernel's parts and the loops call. Each hook is one load and a branch while tracing is
//! off; the rest is outlined.

use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::sync::Arc;

use super::event::{Doing, EventKind, Outcome, Owner, TaskInfo};
use super::hub::{self, dispatch, enabled};
use super::id::{CurrentGuard, TaskId, current, set_current};
use super::snapshot::State;

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

/// A task was found that may be older than the observation: what it is, and what it does. It changes
/// nothing where more is known.
///
/// Who tells this of tasks that may end meanwhile looks again afterwards, and calls [`forgotten`] if
/// one did.
pub fn found(id: TaskId, spawned: Spawned<'_>, parent: Option<TaskId>, doing: Doing) {
    if enabled() {
        let info = TaskInfo {
            id,
            kind: spawned.kind,
            name: spawned.name.map(Arc::from),
            location: Some(spawned.location),
            parent,
        };
        dispatch(EventKind::Found { info: Arc::new(info), doing });
    }
}

/// The task has ended, and that may have been told before it was [found].
#[inline]
pub fn forgotten(id: TaskId) {
    if enabled() {
        forget(id);
    }
}

#[cold]
#[inline(never)]
fn forget(id: TaskId) {
    hub::forget(id);
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

/// As [`polling`], of a task that no list has: where it is older than the observation, this tells what
/// it is.
#[inline]
pub fn polling_as<'a>(id: TaskId, spawned: impl FnOnce() -> Spawned<'a>) -> Polling {
    let current = set_current(Some(id));
    if enabled() {
        emit(|| EventKind::PollStarted(id));
        introduce(id, spawned());
    }
    Polling { id, _current: current }
}

#[cold]
#[inline(never)]
fn introduce(id: TaskId, spawned: Spawned<'_>) {
    if hub::is_stranger(id) {
        let doing = Doing { state: State::Running, reason: None, on: None, since: None };
        found(id, spawned, None, doing);
    }
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

/// The [current] task, if there is one, is about to wait; see [`waiting`].
///
/// It is what a future says that knows nothing of whoever polls it. One that wraps others says it
/// before it polls them: they know better.
#[inline]
pub fn waiting_here(reason: &'static str, on: Option<TaskId>) {
    if enabled() {
        tell_waiting(reason, on);
    }
}

/// Never inlined: it reads a thread-local, and is called by code that waits in between.
#[cold]
#[inline(never)]
fn tell_waiting(reason: &'static str, on: Option<TaskId>) {
    if let Some(task) = current() {
        dispatch(EventKind::Waiting { task, reason, on });
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
        emit(|| EventKind::Counter { name, value, of: Owner::Process });
    }
}

/// As [`counter`], of something that the process has several of.
#[inline]
pub fn counter_of(of: Owner, name: &'static str, value: usize) {
    if enabled() {
        emit(|| EventKind::Counter { name, value: value as i64, of });
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
