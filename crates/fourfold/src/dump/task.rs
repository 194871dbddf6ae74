//! What a dump tells of one task.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

use fourfold_kernel::trace::{State, TaskId, TaskSnapshot};

/// Whose task it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Dialect {
    /// A task of an asyncio loop.
    Asyncio,
    /// A task of the C# dialect.
    CSharp,
    /// An async function of the JavaScript dialect.
    Js,
    /// A goroutine.
    Go,
    /// A thread that blocks, and runs no task.
    Thread,
    /// Of which only the number is known.
    Unknown,
}

impl Dialect {
    fn of_kind(kind: &str) -> Dialect {
        match kind {
            "asyncio" => Dialect::Asyncio,
            "csharp" => Dialect::CSharp,
            "async function" => Dialect::Js,
            "goroutine" => Dialect::Go,
            "thread" => Dialect::Thread,
            _ => Dialect::Unknown,
        }
    }

    /// `asyncio`, `csharp`, `js`, `go`, `thread` or `unknown`.
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Asyncio => "asyncio",
            Dialect::CSharp => "csharp",
            Dialect::Js => "js",
            Dialect::Go => "go",
            Dialect::Thread => "thread",
            Dialect::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// One live task at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DumpedTask {
    /// Names it for the life of the process.
    pub id: u64,
    /// Whose it is.
    pub dialect: Dialect,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// What it is doing.
    pub state: State,
    /// For how long.
    pub since: Duration,
    /// It may be longer than `since`: it was so already when the observation began.
    pub since_at_least: bool,
    /// What it waits for, if it waits and said so: `sleep`, `chan receive`, `task`.
    pub reason: Option<&'static str>,
    /// Where it was spawned, if that is known.
    pub spawned_at: Option<&'static Location<'static>>,
    /// The task that spawned it; that one may have ended.
    pub spawned_by: Option<u64>,
    /// The task it awaits, if it waits for one.
    pub awaits: Option<u64>,
    /// The tasks that await it.
    pub awaited_by: Vec<u64>,
    /// It was asked to stop.
    pub cancel_requested: bool,
    /// It is in a circle of tasks that await each other.
    pub deadlocked: bool,
}

impl DumpedTask {
    pub(super) fn new(task: &TaskSnapshot) -> DumpedTask {
        DumpedTask {
            id: task.id.get(),
            dialect: Dialect::of_kind(task.kind),
            name: task.name.as_deref().map(str::to_owned),
            state: task.state,
            since: task.since,
            since_at_least: task.since_at_least,
            reason: task.reason,
            spawned_at: task.spawned_at,
            spawned_by: task.parent.map(TaskId::get),
            awaits: task.awaits.map(TaskId::get),
            awaited_by: task.awaited_by.iter().map(|task| task.get()).collect(),
            cancel_requested: task.cancel_requested,
            deadlocked: false,
        }
    }

    /// `asyncio #3 "fetch"`.
    pub(super) fn label(&self) -> String {
        match &self.name {
            Some(name) => format!("{} #{} {name:?}", self.dialect, self.id),
            None => format!("{} #{}", self.dialect, self.id),
        }
    }
}
