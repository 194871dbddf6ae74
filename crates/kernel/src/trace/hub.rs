//! The one lock through which every event goes, to the registry and to the recordings.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::event::{EventKind, ThreadId};
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

/// Keeps the registry of live tasks until the returned handle and all its clones are dropped.
///
/// Tasks made before are seen from their next poll on, without the place of their spawn.
pub fn observe() -> Observer {
    let mut hub = Hub::lock();
    hub.observers += 1;
    hub.update_enabled();
    Observer { _private: () }
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
        observe()
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
