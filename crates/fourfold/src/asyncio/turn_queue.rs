//! What waits for the next turn of a loop.
//!
//! A turn runs exactly what is queued when it begins. So it takes everything out at once, and what
//! is queued meanwhile goes into another vector: nothing has to be counted, an entry that runs is
//! read from where it lies, and adding one is a push. The two vectors change places every turn,
//! so neither is allocated again.
//!
//! Rejected: a ring, of which the turn takes as many as there were. Finding the place of an entry
//! in it, for adding and for taking, was a tenth of the instructions of a yield.

use std::cell::{Cell, UnsafeCell};
use std::vec::Drain;

/// What waits for the next turn, first come first.
pub(crate) struct TurnQueue<T> {
    waiting: UnsafeCell<Vec<T>>,
    /// Without entries: the room of the turn before.
    spare: Cell<Vec<T>>,
}

impl<T> TurnQueue<T> {
    pub(crate) const fn new() -> TurnQueue<T> {
        TurnQueue { waiting: UnsafeCell::new(Vec::new()), spare: Cell::new(Vec::new()) }
    }

    /// Calls `f` with the vector. `f` calls no foreign code: it moves entries, and drops none.
    #[inline(always)]
    fn with<R>(&self, f: impl FnOnce(&mut Vec<T>) -> R) -> R {
        // SAFETY: the queue is not `Sync`, the callers are below, and none of what they do comes
        // back to it, so there is one reference at a time.
        f(unsafe { &mut *self.waiting.get() })
    }

    /// Adds an entry at the back.
    #[inline]
    pub(crate) fn push(&self, entry: T) {
        self.with(|waiting| waiting.push(entry));
    }

    #[inline]
    pub(crate) fn is_empty(&self) -> bool {
        self.with(|waiting| waiting.is_empty())
    }

    /// Calls `f` for every entry that waits now, until it says `false`. What `f` adds waits for
    /// the next time; what was not reached is in front of it, also where `f` panics.
    #[inline]
    pub(crate) fn run(&self, mut f: impl FnMut(T) -> bool) {
        let spare = self.spare.take();
        let mut entries = self.with(|waiting| std::mem::replace(waiting, spare));
        let mut batch = Batch { queue: self, left: entries.drain(..) };
        while let Some(entry) = batch.left.next() {
            if !f(entry) {
                break;
            }
        }
        drop(batch);
        self.spare.set(entries);
    }
}

/// What a turn has not run yet.
struct Batch<'a, T> {
    queue: &'a TurnQueue<T>,
    left: Drain<'a, T>,
}

impl<T> Drop for Batch<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if !self.left.as_slice().is_empty() {
            self.put_back();
        }
    }
}

impl<T> Batch<'_, T> {
    #[cold]
    fn put_back(&mut self) {
        self.queue.with(|waiting| {
            let added = std::mem::take(waiting);
            waiting.extend(self.left.by_ref());
            waiting.extend(added);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    fn run(queue: &TurnQueue<u32>, mut f: impl FnMut(u32) -> bool) -> Vec<u32> {
        let mut seen = Vec::new();
        queue.run(|entry| {
            seen.push(entry);
            f(entry)
        });
        seen
    }

    #[test]
    fn what_is_added_during_a_turn_waits_for_the_next() {
        let queue = TurnQueue::new();
        queue.push(1);
        queue.push(2);
        let first = run(&queue, |entry| {
            queue.push(entry + 10);
            true
        });
        assert_eq!(first, [1, 2]);
        assert_eq!(run(&queue, |_| true), [11, 12]);
        assert!(queue.is_empty());
    }

    #[test]
    fn what_an_interrupted_turn_left_comes_before_what_was_added() {
        let queue = TurnQueue::new();
        (1..=3).for_each(|entry| queue.push(entry));
        let first = run(&queue, |entry| {
            queue.push(entry + 10);
            false
        });
        assert_eq!(first, [1]);
        assert_eq!(run(&queue, |_| true), [2, 3, 11]);
    }

    #[test]
    fn a_panic_costs_no_other_entry_its_turn() {
        let queue = TurnQueue::new();
        (1..=3).for_each(|entry| queue.push(entry));
        let panicked = catch_unwind(AssertUnwindSafe(|| {
            queue.run(|entry| {
                queue.push(entry + 10);
                panic!("on purpose")
            });
        }));
        assert!(panicked.is_err());
        assert_eq!(run(&queue, |_| true), [2, 3, 11]);
    }
}
