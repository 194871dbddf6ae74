//! What the originals block threads with.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};
use std::time::Duration;

/// `Thread.CurrentThread.ManagedThreadId`.
pub(crate) fn here() -> ThreadId {
    thread::current().id()
}

/// A count to wait for: `SemaphoreSlim`, `ManualResetEventSlim` and `CountdownEvent` in one.
pub(crate) struct Count {
    count: Mutex<usize>,
    changed: Condvar,
}

impl Count {
    pub(crate) const fn new(count: usize) -> Count {
        Count { count: Mutex::new(count), changed: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One more.
    pub(crate) fn release(&self) {
        *self.lock() += 1;
        self.changed.notify_all();
    }

    /// Waits for one, and takes it.
    pub(crate) fn take(&self) {
        let count = self.changed.wait_while(self.lock(), |count| *count == 0);
        *count.unwrap_or_else(PoisonError::into_inner) -= 1;
    }

    /// Waits until there are so many, and takes none.
    pub(crate) fn wait(&self, many: usize) {
        drop(self.changed.wait_while(self.lock(), |count| *count < many));
    }
}

/// `ManualResetEventSlim`.
pub(crate) struct Event(Count);

impl Event {
    pub(crate) const fn new() -> Event {
        Event(Count::new(0))
    }

    pub(crate) fn set(&self) {
        self.0.release();
    }

    pub(crate) fn reset(&self) {
        *self.0.lock() = 0;
    }

    pub(crate) fn wait(&self) {
        self.0.wait(1);
    }

    /// Whether it was set within this time.
    pub(crate) fn wait_for(&self, limit: Duration) -> bool {
        let waited = self.0.changed.wait_timeout_while(self.0.lock(), limit, |count| *count == 0);
        *waited.unwrap_or_else(PoisonError::into_inner).0 > 0
    }
}
