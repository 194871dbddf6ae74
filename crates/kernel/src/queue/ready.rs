//! What is to run, first in first out.
//!
//! Every entry has a position that counts up from the queue's first entry ever. An entry can be
//! replaced by its position while it waits, in constant time, which is how a queued callback is
//! cancelled without an allocation of its own.

use std::collections::VecDeque;

/// A queue whose waiting entries can be reached by position.
#[derive(Debug)]
pub struct Ready<T> {
    entries: VecDeque<T>,
    /// The position of the entry at the front.
    first: u64,
}

impl<T> Ready<T> {
    /// An empty queue.
    pub const fn new() -> Ready<T> {
        Ready { entries: VecDeque::new(), first: 0 }
    }

    /// Adds an entry at the back and tells its position.
    #[inline]
    pub fn push(&mut self, entry: T) -> u64 {
        let position = self.first + self.entries.len() as u64;
        self.entries.push_back(entry);
        position
    }

    /// Takes the entry at the front.
    #[inline]
    pub fn pop(&mut self) -> Option<T> {
        let entry = self.entries.pop_front()?;
        self.first += 1;
        Some(entry)
    }

    /// The entry at `position`; `None` where it was taken already or never added.
    #[inline]
    pub fn at(&mut self, position: u64) -> Option<&mut T> {
        let index = position.checked_sub(self.first)?;
        self.entries.get_mut(usize::try_from(index).ok()?)
    }

    /// The entry at the front.
    pub fn first(&self) -> Option<&T> {
        self.entries.front()
    }

    /// How many entries wait.
    #[inline]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none waits.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl<T> Default for Ready<T> {
    fn default() -> Self {
        Ready::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_leave_in_the_order_they_came() {
        let mut ready = Ready::new();
        for entry in 0..5 {
            ready.push(entry);
        }
        let out: Vec<_> = std::iter::from_fn(|| ready.pop()).collect();
        assert_eq!(out, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_position_names_its_entry_until_it_is_taken() {
        let mut ready = Ready::new();
        let a = ready.push('a');
        let b = ready.push('b');
        assert_eq!(ready.pop(), Some('a'));
        assert_eq!(ready.at(a), None);
        *ready.at(b).unwrap() = 'c';
        assert_eq!(ready.pop(), Some('c'));
        let d = ready.push('d');
        assert_eq!(ready.at(b), None);
        assert_eq!(ready.at(d), Some(&mut 'd'));
        assert_eq!(ready.at(d + 1), None);
    }
}
