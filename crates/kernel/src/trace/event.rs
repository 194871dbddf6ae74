//! What can happen, as values.

use std::cell::Cell;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::id::TaskId;
use super::snapshot::State;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// When, since the recording started.
    pub at: Duration,
    /// On which thread.
    pub thread: ThreadId,
    /// What.
    pub kind: EventKind,
}

/// What happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EventKind {
    /// A task was made.
    Spawned(Arc<TaskInfo>),
    /// A task that is older than the observation was found.
    Found {
        /// What is known of it.
        info: Arc<TaskInfo>,
        /// What it does, as far as whoever found it could tell.
        doing: Doing,
    },
    /// A thread began to poll a task.
    PollStarted(TaskId),
    /// The poll came back.
    PollEnded(TaskId),
    /// A task is about to wait.
    Waiting {
        /// The task that waits.
        task: TaskId,
        /// What for.
        reason: &'static str,
        /// The task it awaits, if it awaits one.
        on: Option<TaskId>,
    },
    /// A task was made ready.
    Woken {
        /// The task that was woken.
        task: TaskId,
        /// The task that woke it; none when the thread did so outside of any task.
        by: Option<TaskId>,
    },
    /// A task got another name.
    Renamed {
        /// The task.
        task: TaskId,
        /// Its name from now on.
        name: Arc<str>,
    },
    /// Someone asked a task to stop.
    CancelRequested {
        /// The task that is to stop.
        task: TaskId,
        /// The task that asked; none when the thread did so outside of any task.
        by: Option<TaskId>,
    },
    /// A task came to its end.
    Finished {
        /// The task.
        task: TaskId,
        /// How it ended.
        outcome: Outcome,
    },
    /// A value was handed over, or left where others find it.
    Sent(Place),
    /// A value was taken.
    Received(Place),
    /// A value that was in a hand went behind those in a queue.
    Queued {
        /// The hand it was in.
        from: usize,
        /// The queue it is in from now on.
        to: usize,
        /// How many were before it.
        len: usize,
    },
    /// The reactor reported a source as ready.
    IoReady {
        /// What kind of source.
        source: &'static str,
        /// Its number in the reactor.
        token: usize,
    },
    /// Something worth a mark.
    Instant {
        /// What it is called.
        name: &'static str,
        /// The particulars.
        detail: Box<str>,
    },
    /// A phase of a loop began.
    SpanStarted(&'static str),
    /// A phase of a loop ended.
    SpanEnded(&'static str),
    /// A measured value changed.
    Counter {
        /// What is measured.
        name: &'static str,
        /// The value from now on.
        value: i64,
        /// Of whom.
        of: Owner,
    },
}

/// Whose something is that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// The process's.
    Process,
    /// The thread's that says so: it has one for itself.
    Thread,
    /// Something that several threads share, by its name.
    Named(&'static str),
}

/// Where a value is between its sender and its receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Of one that waits, by its address: that of the receiver it was given to, or of the sender that
    /// keeps it until it is fetched.
    Hand(usize),
    /// A queue, first in, first out.
    Queue {
        /// Its address.
        queue: usize,
        /// How many were in it: before the value was put there, or with the value that is taken.
        len: usize,
    },
}

/// What a task does that was found.
#[derive(Clone, Copy, Debug)]
pub struct Doing {
    /// Ready, running, or waiting.
    pub state: State,
    /// What it waits for.
    pub reason: Option<&'static str>,
    /// The task it awaits.
    pub on: Option<TaskId>,
    /// For how long, if that is known.
    pub since: Option<Duration>,
}

/// What is known of a task from the moment it was made.
#[derive(Clone, Debug)]
pub struct TaskInfo {
    /// The task.
    pub id: TaskId,
    /// What sort of task, in the words of whoever made it: `"task"`, `"fiber"`, `"future"`.
    pub kind: &'static str,
    /// The name it was given.
    pub name: Option<Arc<str>>,
    /// Where it was made; none for a task that is older than the observation.
    pub location: Option<&'static Location<'static>>,
    /// The task that was being polled when it was made.
    pub parent: Option<TaskId>,
}

/// How a task ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// With its value.
    Done,
    /// With an error.
    Failed,
    /// Because it was asked to stop, or was dropped.
    Cancelled,
    /// With a panic.
    Panicked,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Outcome::Done => "done",
            Outcome::Failed => "failed",
            Outcome::Cancelled => "cancelled",
            Outcome::Panicked => "panicked",
        })
    }
}

/// Names a thread that took part in a trace; never reused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ThreadId(u32);

impl ThreadId {
    /// The calling thread's id.
    pub fn current() -> ThreadId {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        thread_local! {
            static ID: Cell<u32> = const { Cell::new(0) };
        }
        if ID.get() == 0 {
            ID.set(NEXT.fetch_add(1, Ordering::Relaxed));
        }
        ThreadId(ID.get())
    }
}

impl fmt::Display for ThreadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "thread {}", self.0)
    }
}
