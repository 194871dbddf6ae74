//! Waiting for a condition that a mutex protects.

use std::fmt;

use fourfold_kernel::fiber;
use fourfold_kernel::pool::Reason;
use fourfold_kernel::waiters::{Acquire, Queue, Waiters};

use super::mutex::MutexGuard;

static WAIT: Reason = Reason::by_tasks("sync.Cond.Wait");

/// Where goroutines wait for something to become true.
///
/// ```
/// use fourfold::go::{self, go, sync::{Cond, Mutex}};
/// use std::sync::Arc;
///
/// go::run(|| {
///     let shared = Arc::new((Mutex::new(false), Cond::new()));
///     let other = shared.clone();
///     go(move || {
///         *other.0.lock() = true;
///         other.1.signal();
///     });
///     let (ready, cond) = &*shared;
///     let mut guard = ready.lock();
///     while !*guard {
///         guard = cond.wait(guard);
///     }
/// });
/// ```
///
/// The original: [`sync.Cond`](https://pkg.go.dev/sync#Cond).
pub struct Cond {
    queue: Queue<()>,
}

/// The first attempt always waits: it links the node before the mutex is unlocked.
struct Waiting;

impl Acquire for Waiting {
    type State = ();
    type Output = ();

    fn try_now(&mut self, (): &mut (), _: &mut Waiters, _: bool) -> Option<()> {
        None
    }

    fn granted(&mut self) {}

    /// A signal that was meant for who goes away is meant for the next.
    fn abandon(&mut self, (): &mut (), waiters: &mut Waiters, _: bool) {
        waiters.grant_first();
    }
}

impl Cond {
    /// Nobody waits.
    pub const fn new() -> Cond {
        Cond { queue: Queue::new(()) }
    }

    /// Unlocks the mutex, waits for a signal, and locks it again. No signal that comes after the
    /// mutex was unlocked is missed. It does not return without one, but what was signalled may be
    /// over by the time the mutex is locked again: so wait in a loop.
    ///
    /// # Panics
    ///
    /// In a future: use [`wait_async`](Cond::wait_async).
    pub fn wait<'a, T: ?Sized>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        let mutex = guard.mutex();
        let mut guard = Some(guard);
        let mut wait = std::pin::pin!(self.queue.wait(Waiting, &WAIT));
        fiber::wait(std::future::poll_fn(|context| {
            let polled = wait.as_mut().poll(context);
            // In line first, unlocked then.
            drop(guard.take());
            polled
        }));
        mutex.lock()
    }

    /// As [`wait`](Cond::wait), awaited.
    pub async fn wait_async<'a, T: ?Sized>(&self, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        let mutex = guard.mutex();
        let mut guard = Some(guard);
        let mut wait = std::pin::pin!(self.queue.wait(Waiting, &WAIT));
        std::future::poll_fn(|context| {
            let polled = wait.as_mut().poll(context);
            drop(guard.take());
            polled
        })
        .await;
        mutex.lock_async().await
    }

    /// Wakes the one that waits longest, if one does.
    pub fn signal(&self) {
        self.queue.with(|(), waiters| waiters.grant_first());
    }

    /// Wakes all.
    pub fn broadcast(&self) {
        self.queue.with(|(), waiters| waiters.grant_all());
    }
}

impl Default for Cond {
    fn default() -> Cond {
        Cond::new()
    }
}

impl fmt::Debug for Cond {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Cond")
    }
}

use std::future::Future;
