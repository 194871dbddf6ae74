//! What the tasks of this process are doing: the registry of live tasks and the recorder of events.
//!
//! ```text
//!   task · queue · reactor · timer · pool
//!        │  hooks: task_spawned, poll_started, waiting, woken, …
//!        ▼
//!   enabled()?  ── no ──►  back to work (one relaxed load)
//!        │ yes
//!        ▼
//!   one Event, stamped under one lock
//!        ├──►  registry   while someone holds an Observer    ──►  snapshot(): who waits for whom
//!        └──►  recordings while a Recording is running       ──►  Trace: events, Chrome's JSON
//! ```
//!
//! | file | tells |
//! |---|---|
//! | `hooks.rs`, `blocking.rs`, `passing.rs` | what is called: for tasks and phases, for threads that block, for values |
//! | `event.rs`, `hub.rs` | what can happen, and the lock through which it goes |
//! | `registry.rs`, `snapshot.rs`, `lists.rs` | the tasks that are alive, and those that were before |
//! | `recording.rs`, `chrome.rs`, `flows.rs`, `json.rs` | what is kept, and how it is written |
//!
//! # Invariants
//!
//! * When nobody observes and nothing is recorded, a hook costs one relaxed load and a branch, and
//!   nothing is allocated or kept.
//! * A [`TaskId`] is never used twice in a process.
//! * In a recording the times never decrease, and an effect never stands before its cause: both are
//!   stamped and stored under one lock.
//! * A recording is bounded. When it is full it stops and counts what it [missed](Trace::missed).
//! * No code of the user runs under the lock.
//!
//! # Why one lock
//!
//! Buffers per thread would scale further, but then the order of events on different threads comes
//! from comparing clocks, and the registry, which any thread changes, needs a lock anyway. Alone, the
//! lock costs less (13 ns) than reading the clock (27 ns), which both ways need; a recorded event is
//! about 80 ns in all, an untraced hook 0.4 ns. The price: two threads that do nothing but record
//! hinder each other, to about 390 ns for each event. Should a pool of many workers show this while
//! it records, the place to divide is `hub.rs` alone.
//!
//! # Why a full recording stops
//!
//! Dropping the oldest events would drop the spawns, and with them the names and arrows of what is
//! kept. The beginning of a run is whole; its end is counted.

mod blocking;
mod chrome;
mod event;
mod flows;
mod hooks;
mod hub;
mod id;
mod json;
mod lists;
mod passing;
mod recording;
mod registry;
mod snapshot;

pub use blocking::{Blocking, OnThread, blocking, on_thread};
pub use event::{Doing, Event, EventKind, Outcome, Owner, Place, TaskInfo, ThreadId};
pub use hooks::{
    Polling, Span, Spawned, cancel_requested, counter, counter_of, finished, forgotten, found,
    instant, io_ready, poll_ended, poll_started, polling, polling_as, renamed, span, task_spawned,
    waiting, waiting_here, woken,
};
pub use hub::{Observer, enabled, is_observed, observe, snapshot};
pub use id::{CurrentGuard, TaskId, current, set_current};
pub use json::Quoted;
pub use lists::{Asked, List, list, wait_for_lists};
pub use passing::{queued, received, sent};
pub use recording::{Recording, Trace};
pub use snapshot::{Snapshot, State, TaskSnapshot};
