//! What is to run, first come first, for a loop that goes on until nothing is left.
//!
//! A ring that is as large as a power of two, so that the place of an entry is found by a mask. It is
//! used through a shared reference: what runs adds to it.

use std::cell::{Cell, UnsafeCell};
use std::fmt;
use std::mem::MaybeUninit;

/// A queue that is filled while it is emptied. One thread.
///
/// ```
/// use fourfold_kernel::queue::Fifo;
///
/// let queue = Fifo::new();
/// queue.push(1);
/// queue.push(2);
/// assert_eq!(queue.pop(), Some(1));
/// queue.push(3);
/// assert_eq!(std::iter::from_fn(|| queue.pop()).collect::<Vec<_>>(), [2, 3]);
/// ```
pub struct Fifo<T> {
    /// The entries from `head` to `tail`, counted from the first ever and masked, are there.
    ring: UnsafeCell<Box<[MaybeUninit<T>]>>,
    head: Cell<usize>,
    tail: Cell<usize>,
}

/// The least ring, and how much larger than needed one may be and stay.
const LEAST: usize = 64;

impl<T> Fifo<T> {
    /// An empty queue.
    pub fn new() -> Fifo<T> {
        let ring = (0..LEAST).map(|_| MaybeUninit::uninit()).collect();
        Fifo { ring: UnsafeCell::new(ring), head: Cell::new(0), tail: Cell::new(0) }
    }

    /// How many wait.
    #[inline]
    pub fn len(&self) -> usize {
        self.tail.get().wrapping_sub(self.head.get())
    }

    /// Whether none waits.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.head.get() == self.tail.get()
    }

    /// Calls `f` with the ring. `f` calls no foreign code: it moves entries, and drops none.
    #[inline(always)]
    fn with<R>(&self, f: impl FnOnce(&mut Box<[MaybeUninit<T>]>) -> R) -> R {
        // SAFETY: the queue is not `Sync`, the callers are below, and none of what they do comes back to
        // it, so there is one reference at a time.
        f(unsafe { &mut *self.ring.get() })
    }

    /// Adds an entry behind all others.
    #[inline]
    pub fn push(&self, entry: T) {
        let tail = self.tail.get();
        if self.len() == self.with(|ring| ring.len()) {
            self.grow();
        }
        self.with(|ring| {
            let mask = ring.len() - 1;
            ring[tail & mask] = MaybeUninit::new(entry);
        });
        self.tail.set(tail.wrapping_add(1));
    }

    /// Takes the first.
    #[inline]
    pub fn pop(&self) -> Option<T> {
        let head = self.head.get();
        if head == self.tail.get() {
            return None;
        }
        self.head.set(head.wrapping_add(1));
        self.with(|ring| {
            let mask = ring.len() - 1;
            // SAFETY: it was there, and from here on is not any more.
            Some(unsafe { ring[head & mask].assume_init_read() })
        })
    }

    /// Gives back the memory of a queue that was much longer once; it is empty.
    pub fn shrink(&self) {
        if self.is_empty() && self.with(|ring| ring.len()) > 16 * LEAST {
            let least = (0..LEAST).map(|_| MaybeUninit::uninit()).collect();
            let former = self.with(|ring| std::mem::replace(ring, least));
            drop(former);
        }
    }

    #[cold]
    #[inline(never)]
    fn grow(&self) {
        let (head, len) = (self.head.get(), self.len());
        self.with(|ring| {
            let (mask, wider) = (ring.len() - 1, 2 * ring.len());
            let mut grown: Box<[MaybeUninit<T>]> =
                (0..wider).map(|_| MaybeUninit::uninit()).collect();
            for at in 0..len {
                let place = head.wrapping_add(at);
                std::mem::swap(&mut grown[place & (wider - 1)], &mut ring[place & mask]);
            }
            *ring = grown;
        });
    }
}

impl<T> Default for Fifo<T> {
    fn default() -> Self {
        Fifo::new()
    }
}

impl<T> Drop for Fifo<T> {
    fn drop(&mut self) {
        while let Some(entry) = self.pop() {
            drop(entry);
        }
    }
}

impl<T> fmt::Debug for Fifo<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fifo").field("len", &self.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;
    use std::rc::Rc;

    #[test]
    fn entries_leave_in_the_order_they_came() {
        let (queue, mut model) = (Fifo::new(), VecDeque::new());
        // Rises beyond the least ring, falls to nothing, and turns the ring around many times.
        for round in 0..40_usize {
            for number in 0..(round * 7) % 150 {
                queue.push(Box::new(number));
                model.push_back(Box::new(number));
            }
            for _ in 0..(round * 11) % 170 {
                assert_eq!(queue.pop(), model.pop_front());
            }
            assert_eq!((queue.len(), queue.is_empty()), (model.len(), model.is_empty()));
        }
        assert!(std::iter::from_fn(|| queue.pop()).eq(model));
    }

    #[test]
    fn what_is_left_is_dropped_with_the_queue() {
        let count = Rc::new(());
        let queue = Fifo::new();
        (0..100).for_each(|_| queue.push(count.clone()));
        drop(queue.pop());
        assert_eq!(Rc::strong_count(&count), 100);
        drop(queue);
        assert_eq!(Rc::strong_count(&count), 1);
    }

    #[test]
    fn a_long_queue_gives_its_memory_back() {
        let queue = Fifo::new();
        (0..10_000).for_each(|entry| queue.push(entry));
        assert_eq!(std::iter::from_fn(|| queue.pop()).count(), 10_000);
        queue.shrink();
        assert_eq!(queue.with(|ring| ring.len()), LEAST);
        queue.push(1);
        assert_eq!(queue.pop(), Some(1));
    }
}
