//! What no worker has yet: a queue that any thread adds to and any worker takes from.
//!
//! A mutex and a deque. It is the slow way in, for what comes from outside of the pool and what a
//! full ring spills; workers take batches from it, so the lock is met once for many entries, and a
//! worker that looks in vain does not meet it at all.
//!
//! # Invariant
//!
//! `len` is the length of the deque, written under the lock. A pusher that then looks whether
//! somebody sleeps, and a worker that goes to sleep and then looks at `len`, see each other: both
//! put a sequentially consistent fence between the two (`pool/idle.rs`).

use std::collections::VecDeque;
use std::fmt;

use super::inbox::Closed;
use super::ring::{Ring, Token};
use crate::sync::{AtomicUsize, Mutex, MutexGuard, Ordering};

/// So many entries a worker takes at most at once.
const BATCH: usize = 64;

/// A shared queue, first in first out.
pub struct Injector<T> {
    len: AtomicUsize,
    state: Mutex<State<T>>,
}

struct State<T> {
    queue: VecDeque<T>,
    closed: bool,
}

impl<T: Token> Injector<T> {
    /// An empty one.
    pub fn new() -> Injector<T> {
        Injector {
            len: AtomicUsize::new(0),
            state: Mutex::new(State { queue: VecDeque::new(), closed: false }),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing but an allocation can panic under the lock.
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Whether nothing waits; it may be stale at once.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len.load(Ordering::Acquire) == 0
    }

    /// How many wait; it may be stale at once.
    pub fn len(&self) -> usize {
        self.len.load(Ordering::Relaxed)
    }

    /// Adds a value at the end. Any thread.
    ///
    /// # Errors
    ///
    /// The value, if the queue was [closed](Injector::close).
    pub fn push(&self, value: T) -> Result<(), Closed<T>> {
        let mut state = self.lock();
        if state.closed {
            return Err(Closed(value));
        }
        state.queue.push_back(value);
        self.len.store(state.queue.len(), Ordering::Release);
        Ok(())
    }

    /// Adds several values at the end, in their order. They are added also to a closed queue: what
    /// workers give back when they end is still to be taken out by who closed it.
    pub fn push_batch(&self, values: impl Iterator<Item = T>) {
        let mut state = self.lock();
        state.queue.extend(values);
        self.len.store(state.queue.len(), Ordering::Release);
    }

    /// Takes the fair part of one of `workers` workers, returns its first and puts the others into
    /// the ring, as far as they fit.
    ///
    /// # Safety
    ///
    /// The caller owns the ring.
    pub unsafe fn pop_batch_into(&self, ring: &Ring<T>, workers: usize) -> Option<T> {
        let mut state = self.lock();
        let first = state.queue.pop_front();
        let fair = (state.queue.len() / workers.max(1)).min(BATCH);
        // Only the owner adds to the ring, so the room that is seen is there.
        for value in state.queue.drain(..fair.min(ring.room())) {
            // SAFETY: the caller's promise.
            unsafe { ring.push(value) };
        }
        self.len.store(state.queue.len(), Ordering::Release);
        first
    }

    /// Refuses what is pushed from now on and takes what is there.
    pub fn close(&self) -> impl Iterator<Item = T> + use<T> {
        let mut state = self.lock();
        state.closed = true;
        let queue = std::mem::take(&mut state.queue);
        self.len.store(0, Ordering::Release);
        queue.into_iter()
    }
}

impl<T: Token> Default for Injector<T> {
    fn default() -> Self {
        Injector::new()
    }
}

impl<T> fmt::Debug for Injector<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Injector").field("len", &self.len.load(Ordering::Relaxed)).finish()
    }
}
