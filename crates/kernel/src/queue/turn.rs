//! What waits for the next turn of a loop.
//!
//! A turn runs exactly what is queued when it begins. So it takes everything out at once, and what
//! is queued meanwhile goes into another vector: nothing has to be counted, an entry that runs is
//! read from where it lies, and adding one is a push. The two vectors change places every turn,
//! so neither is allocated again.
//!
//! Rejected: a ring, of which the turn takes as many as there were. Finding the place of an entry
//! in it, for adding and for taking, was a tenth of the instructions of a yield.

use std::cell::UnsafeCell;
use std::fmt;
use std::mem::MaybeUninit;

/// What waits for the next turn, first come first.
pub struct TurnQueue<T>(UnsafeCell<Rooms<T>>);

/// Memory for entries. Who has it knows which of them are there, so that handing it around drops
/// nothing.
type Room<T> = Vec<MaybeUninit<T>>;

struct Rooms<T> {
    /// All of it is entries.
    waiting: Room<T>,
    /// Empty: the room of the turn before.
    spare: Room<T>,
}

impl<T> TurnQueue<T> {
    /// An empty queue.
    pub const fn new() -> TurnQueue<T> {
        TurnQueue(UnsafeCell::new(Rooms { waiting: Vec::new(), spare: Vec::new() }))
    }

    /// Calls `f` with the vectors. `f` calls no foreign code: it moves entries, and drops none.
    #[inline(always)]
    fn with<R>(&self, f: impl FnOnce(&mut Rooms<T>) -> R) -> R {
        // SAFETY: the queue is not `Sync`, the callers are below, and none of what they do comes
        // back to it, so there is one reference at a time.
        f(unsafe { &mut *self.0.get() })
    }

    /// Adds an entry at the back.
    #[inline]
    pub fn push(&self, entry: T) {
        self.with(|rooms| rooms.waiting.push(MaybeUninit::new(entry)));
    }

    /// Whether nothing waits for the next turn.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.with(|rooms| rooms.waiting.is_empty())
    }

    /// How many wait for the next turn.
    pub fn len(&self) -> usize {
        self.with(|rooms| rooms.waiting.len())
    }

    /// Calls `f` for every entry that waits now, until it says `false`. What `f` adds waits for
    /// the next time; what was not reached is in front of it, also where `f` panics.
    #[inline]
    pub fn run(&self, mut f: impl FnMut(T) -> bool) {
        let mut room = self
            .with(|rooms| std::mem::replace(&mut rooms.waiting, std::mem::take(&mut rooms.spare)));
        let end = room.len();
        // The entries are the batch's now.
        room.clear();
        let mut batch = Batch { queue: self, room, next: 0, end };
        while let Some(entry) = batch.take_next() {
            if !f(entry) {
                break;
            }
        }
    }
}

/// What a turn has not run yet: the entries from `next` to `end` of `room`, which counts none of
/// them itself.
struct Batch<'a, T> {
    queue: &'a TurnQueue<T>,
    room: Room<T>,
    next: usize,
    end: usize,
}

impl<T> Batch<'_, T> {
    #[inline(always)]
    fn take_next(&mut self) -> Option<T> {
        if self.next == self.end {
            return None;
        }
        let at = self.next;
        self.next += 1;
        // SAFETY: one of the batch's entries, and from here on not any more.
        Some(unsafe { self.room.as_ptr().add(at).read().assume_init() })
    }

    #[cold]
    fn put_back(&mut self) {
        let left = std::iter::from_fn(|| self.take_next());
        let mut entries: Room<T> = left.map(MaybeUninit::new).collect();
        self.queue.with(|rooms| {
            entries.append(&mut rooms.waiting);
            rooms.waiting = entries;
        });
    }
}

impl<T> Default for TurnQueue<T> {
    fn default() -> Self {
        TurnQueue::new()
    }
}

impl<T> fmt::Debug for TurnQueue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TurnQueue(..)")
    }
}

impl<T> Drop for TurnQueue<T> {
    fn drop(&mut self) {
        self.run(|entry| {
            drop(entry);
            true
        });
    }
}

impl<T> Drop for Batch<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if self.next != self.end {
            self.put_back();
        }
        let room = std::mem::take(&mut self.room);
        self.queue.with(|rooms| rooms.spare = room);
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

    #[test]
    fn what_is_left_is_dropped_with_the_queue() {
        let count = std::rc::Rc::new(());
        let queue = TurnQueue::new();
        (0..3).for_each(|_| queue.push(count.clone()));
        queue.run(|_| false);
        assert_eq!(std::rc::Rc::strong_count(&count), 3);
        drop(queue);
        assert_eq!(std::rc::Rc::strong_count(&count), 1);
    }
}
