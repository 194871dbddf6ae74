//! The ring of a buffered channel.

use std::collections::VecDeque;
use std::mem::MaybeUninit;

/// Up to a fixed number of values, first in first out.
pub(super) struct Buffer<T> {
    places: Box<[MaybeUninit<T>]>,
    /// The place of the first value.
    head: usize,
    len: usize,
    /// What was handed to a receiver that went away before it looked; it comes before all else.
    returned: VecDeque<T>,
}

impl<T> Buffer<T> {
    pub(super) fn new(capacity: usize) -> Buffer<T> {
        Buffer {
            places: Box::new_uninit_slice(capacity),
            head: 0,
            len: 0,
            returned: VecDeque::new(),
        }
    }

    #[inline]
    pub(super) fn capacity(&self) -> usize {
        self.places.len()
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len + self.returned.len()
    }

    #[inline]
    pub(super) fn is_full(&self) -> bool {
        self.len == self.places.len()
    }

    /// Adds a value behind all others. There must be room.
    #[inline]
    pub(super) fn push(&mut self, value: T) {
        let mut at = self.head + self.len;
        if at >= self.places.len() {
            at -= self.places.len();
        }
        self.places[at].write(value);
        self.len += 1;
    }

    /// Takes the first value.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<T> {
        if !self.returned.is_empty() {
            return self.returned.pop_front();
        }
        if self.len == 0 {
            return None;
        }
        // SAFETY: the first of `len` places that were written and not yet read.
        let value = unsafe { self.places[self.head].assume_init_read() };
        self.head += 1;
        if self.head == self.places.len() {
            self.head = 0;
        }
        self.len -= 1;
        Some(value)
    }

    /// Puts back, before all others, what was taken out.
    pub(super) fn put_back(&mut self, value: T) {
        self.returned.push_front(value);
    }
}

impl<T> Drop for Buffer<T> {
    fn drop(&mut self) {
        while self.pop().is_some() {}
    }
}

#[cfg(all(test, not(loom)))]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_in_order_around_the_end() {
        let mut buffer = Buffer::new(3);
        for round in 0..5 {
            buffer.push(round);
            buffer.push(round + 10);
            assert_eq!(buffer.pop(), Some(round));
            assert_eq!(buffer.pop(), Some(round + 10));
        }
        assert_eq!(buffer.pop(), None);
    }

    #[test]
    fn what_is_put_back_comes_first() {
        let mut buffer = Buffer::new(2);
        buffer.push("b");
        buffer.put_back("a");
        assert_eq!(buffer.len(), 2);
        assert_eq!(buffer.pop(), Some("a"));
        assert_eq!(buffer.pop(), Some("b"));
    }

    #[test]
    fn what_is_left_is_dropped_once() {
        let value = std::rc::Rc::new(());
        let mut buffer = Buffer::new(4);
        buffer.push(value.clone());
        buffer.push(value.clone());
        drop(buffer.pop());
        drop(buffer);
        assert_eq!(std::rc::Rc::strong_count(&value), 1);
    }
}
