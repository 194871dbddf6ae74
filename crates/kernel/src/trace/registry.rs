//! The tasks that are alive.
//!
//! ```text
//!                    waiting()                         finished()
//!          ┌──────────────────────► Waiting ──┐     ────────────────► forgotten, from any state
//!  spawned │                        ▲      │  │
//!    ──► Ready ──► Running ─────────┘      │  │ poll_started() without a wake: allowed
//!          ▲  poll_started │  poll_ended   │  └──► Running
//!          │               │ after a wake  │ woken()
//!          └───────────────┴───────────────┘
//! ```
//!
//! A task woken in its poll may be polled elsewhere before that poll's end is told; so an end counts
//! only if it comes from the thread of the latest begin.
//!
//! A task that is older than the observation is *found*, by whoever keeps a list of it, or seen at its
//! next poll; what was found of it counts until it is seen to do something.
//!
//! A task that is not running and whose last poll was not followed by a wake is waiting. What it
//! waits for is known if it said so in that poll.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use super::event::{Doing, EventKind, TaskInfo, ThreadId};
use super::id::TaskId;
use super::snapshot::{State, TaskSnapshot};

/// Ordered by id, so that a snapshot comes out sorted.
#[derive(Default)]
pub(super) struct Registry {
    tasks: BTreeMap<TaskId, Entry>,
}

struct Entry {
    info: Arc<TaskInfo>,
    name: Option<Arc<str>>,
    state: State,
    /// Where its latest poll began.
    polled_on: Option<ThreadId>,
    since: Instant,
    reason: Option<&'static str>,
    on: Option<TaskId>,
    woken_in_poll: bool,
    cancel_requested: bool,
    polls: u64,
    /// It was found, and nothing it did was seen since.
    found: bool,
    /// It may have been in its state for longer than `since` says.
    longer: bool,
}

impl Entry {
    fn new(info: Arc<TaskInfo>, now: Instant) -> Entry {
        Entry {
            name: info.name.clone(),
            info,
            state: State::Ready,
            polled_on: None,
            since: now,
            reason: None,
            on: None,
            woken_in_poll: false,
            cancel_requested: false,
            polls: 0,
            found: false,
            longer: false,
        }
    }

    /// What was found of a task counts until it does something that is seen.
    fn find(&mut self, info: &Arc<TaskInfo>, doing: &Doing, now: Instant) {
        if self.info.location.is_none() {
            self.name = info.name.clone();
            self.info = info.clone();
        }
        if self.found {
            self.enter(doing.state, now);
            self.since = doing.since.and_then(|since| now.checked_sub(since)).unwrap_or(now);
            self.longer = doing.since.is_none();
            self.reason = doing.reason;
            self.on = doing.on;
        }
    }

    fn enter(&mut self, state: State, now: Instant) {
        if self.state != state {
            self.state = state;
            self.since = now;
            self.longer = false;
        }
        if state != State::Waiting {
            self.reason = None;
            self.on = None;
        }
    }
}

impl Registry {
    pub(super) const fn new() -> Registry {
        Registry { tasks: BTreeMap::new() }
    }

    pub(super) fn apply(&mut self, event: &EventKind, now: Instant, thread: ThreadId) {
        match *event {
            EventKind::Spawned(ref info) => {
                self.tasks.insert(info.id, Entry::new(info.clone(), now));
            }
            EventKind::Found { ref info, ref doing } => {
                let entry = self
                    .tasks
                    .entry(info.id)
                    .or_insert_with(|| Entry { found: true, ..Entry::new(info.clone(), now) });
                entry.find(info, doing, now);
            }
            EventKind::PollStarted(task) => {
                // A task older than the observation is known to live only when it is polled: a
                // stale waker or handle may name one that ended.
                let entry =
                    self.tasks.entry(task).or_insert_with(|| Entry::new(unknown(task), now));
                entry.found = false;
                entry.woken_in_poll = false;
                entry.polls += 1;
                entry.polled_on = Some(thread);
                entry.enter(State::Running, now);
            }
            EventKind::PollEnded(task) => self.change(task, |entry| {
                // Of one that was found running, the thread is not known.
                if entry.state == State::Running && entry.polled_on.is_none_or(|on| on == thread) {
                    entry.found = false;
                    let woken = std::mem::take(&mut entry.woken_in_poll);
                    entry.enter(if woken { State::Ready } else { State::Waiting }, now);
                }
            }),
            EventKind::Waiting { task, reason, on } => self.change(task, |entry| {
                if entry.state != State::Running {
                    entry.enter(State::Waiting, now);
                }
                entry.reason = Some(reason);
                entry.on = on;
            }),
            EventKind::Woken { task, .. } => self.change(task, |entry| match entry.state {
                State::Running => entry.woken_in_poll = true,
                State::Ready | State::Waiting => entry.enter(State::Ready, now),
            }),
            EventKind::Renamed { task, ref name } => {
                self.change(task, |entry| entry.name = Some(name.clone()));
            }
            EventKind::CancelRequested { task, .. } => {
                self.change(task, |entry| entry.cancel_requested = true);
            }
            EventKind::Finished { task, .. } => {
                self.tasks.remove(&task);
            }
            EventKind::Sent(_)
            | EventKind::Received(_)
            | EventKind::Queued { .. }
            | EventKind::IoReady { .. }
            | EventKind::Instant { .. }
            | EventKind::SpanStarted(_)
            | EventKind::SpanEnded(_)
            | EventKind::Counter { .. } => {}
        }
    }

    /// Whether nothing is known of a task but that it lives.
    pub(super) fn is_stranger(&self, task: TaskId) -> bool {
        self.tasks.get(&task).is_some_and(|entry| entry.info.location.is_none())
    }

    pub(super) fn forget(&mut self, task: TaskId) {
        self.tasks.remove(&task);
    }

    fn change(&mut self, task: TaskId, change: impl FnOnce(&mut Entry)) {
        if let Some(entry) = self.tasks.get_mut(&task) {
            change(entry);
        }
    }

    /// What is known of the tasks alive, with their present names.
    pub(super) fn known(&self) -> impl Iterator<Item = Arc<TaskInfo>> + '_ {
        self.tasks.values().map(|entry| {
            let mut info = entry.info.clone();
            if info.name != entry.name {
                Arc::make_mut(&mut info).name = entry.name.clone();
            }
            info
        })
    }

    /// All tasks, by id; `awaited_by` is left to [`Snapshot::new`](super::Snapshot).
    pub(super) fn copy(&self, now: Instant) -> Vec<TaskSnapshot> {
        let copy = |entry: &Entry| {
            let waiting = entry.state == State::Waiting;
            TaskSnapshot {
                id: entry.info.id,
                kind: entry.info.kind,
                name: entry.name.clone(),
                spawned_at: entry.info.location,
                parent: entry.info.parent,
                state: entry.state,
                since: now.saturating_duration_since(entry.since),
                since_at_least: entry.longer,
                reason: entry.reason.filter(|_| waiting),
                awaits: entry.on.filter(|_| waiting),
                awaited_by: Vec::new(),
                cancel_requested: entry.cancel_requested,
                polls: entry.polls,
            }
        };
        self.tasks.values().map(copy).collect()
    }
}

fn unknown(id: TaskId) -> Arc<TaskInfo> {
    Arc::new(TaskInfo { id, kind: "task", name: None, location: None, parent: None })
}
