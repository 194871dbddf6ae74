//! The one lock through which every event goes, to the registry and to the recordings.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::event::{EventKind, ThreadId};
use super::id::TaskId;
use super::lists;
use super::recording::Buffer;
use super::registry::Registry;
use super::snapshot::Snapshot;

/// True exactly while there is an observer or a recording; written under the lock only.
static ENABLED: AtomicBool = AtomicBool::new(false);

static HUB: Mutex<Hub> =
    Mutex::new(Hub { observers: 0, registry: Registry::new(), buffers: Vec::new() });

pub(super) struct Hub {
    observers: usize,
    /// Empty while `observers` is 0.
    pub(super) registry: Registry,
    /// One for each running recording.
    pub(super) buffers: Vec<Buffer>,
}

impl Hub {
    pub(super) fn lock() -> MutexGuard<'static, Hub> {
        // Nothing under the lock panics halfway through a change but a failed allocation, after
        // which a trace with a hole is better than none.
        HUB.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To be called after each change of `observers` or `buffers`.
    pub(super) fn update_enabled(&self) {
        // Relaxed: a hook that sees the change late misses an event or takes the lock in vain.
        ENABLED.store(self.observers > 0 || !self.buffers.is_empty(), Ordering::Relaxed);
    }
}

/// Whether anyone observes or records. One relaxed load.
#[inline]
pub fn enabled() -> bool {
    ENABLED.load(Ordering::Relaxed)
}

/// Whether anyone [observes](observe).
pub fn is_observed() -> bool {
    Hub::lock().observers > 0
}

/// Keeps the registry of live tasks until the returned handle and all its clones are dropped.
///
/// Tasks made before are [asked for](super::list) where lists of them are kept; others are seen
/// from their next poll on.
pub fn observe() -> Observer {
    let first = {
        let mut hub = Hub::lock();
        hub.observers += 1;
        hub.update_enabled();
        hub.observers == 1
    };
    if first {
        // Only now, so that whoever finds a task that is about to end is told of the end as well.
        lists::ask();
    }
    Observer { _private: () }
}

impl Hub {
    /// One more observes, beside one that does so already.
    fn observe_too() -> Observer {
        Hub::lock().observers += 1;
        Observer { _private: () }
    }
}

/// Keeps the registry alive; from [`observe`].
#[derive(Debug)]
#[must_use = "tasks are observed only while the handle lives"]
pub struct Observer {
    _private: (),
}

impl Observer {
    /// The tasks that are alive now; the same as [`snapshot`], but never empty for want of an
    /// observer.
    pub fn snapshot(&self) -> Snapshot {
        snapshot()
    }
}

impl Clone for Observer {
    fn clone(&self) -> Observer {
        Hub::observe_too()
    }
}

impl Drop for Observer {
    fn drop(&mut self) {
        let mut hub = Hub::lock();
        hub.observers -= 1;
        let forgotten = (hub.observers == 0).then(|| std::mem::take(&mut hub.registry));
        hub.update_enabled();
        drop(hub);
        drop(forgotten);
    }
}

/// The tasks that are alive now, by id; empty while nobody [observes](observe).
///
/// It stops all traced threads while it copies, for a time proportional to the number of tasks.
pub fn snapshot() -> Snapshot {
    let tasks = {
        let hub = Hub::lock();
        hub.registry.copy(Instant::now())
    };
    Snapshot::new(tasks)
}

/// Whether the registry has seen a task of which it knows nothing else.
pub(super) fn is_stranger(task: TaskId) -> bool {
    Hub::lock().registry.is_stranger(task)
}

/// The registry knows no such task any more.
pub(super) fn forget(task: TaskId) {
    Hub::lock().registry.forget(task);
}

/// Stamps the event and hands it to all that asked for it.
pub(super) fn dispatch(event: EventKind) {
    let thread = ThreadId::current();
    let mut hub = Hub::lock();
    // Under the lock, so that the order of the times is the order of the events.
    let now = Instant::now();
    if hub.observers > 0 {
        hub.registry.apply(&event, now, thread);
    }
    if let Some((last, others)) = hub.buffers.split_last_mut() {
        for buffer in others {
            buffer.push(now, thread, event.clone());
        }
        last.push(now, thread, event);
    }
}
