//! The table of pending timers: what a key names.
//!
//! Only inserting, cancelling and firing come here, one cache line each. What moves through the
//! wheel is a copy of the deadline and the key; it is *stale* once its timer has been cancelled,
//! which its generation tells.

use super::Key;
use crate::prefetch::prefetch;

/// A deadline and the timer it is of, as it lies in slots and among the due.
#[derive(Clone, Copy)]
pub(super) struct Item {
    pub(super) deadline: u64,
    pub(super) key: Key,
}

pub(super) struct Entries<T> {
    entries: Vec<Entry<T>>,
    /// Indices of vacant entries, the last left first. Not a list through the entries: to find
    /// the next vacant one would wait for the cache miss on this one.
    vacant: Vec<u32>,
}

/// 32 bytes with a `Waker`, and aligned, so that none lies across two cache lines.
#[repr(align(32))]
struct Entry<T> {
    deadline: u64,
    /// Of the present timer if there is one, else of the next.
    generation: u32,
    /// `None`: vacant.
    value: Option<T>,
}

/// How many insertions ahead a vacant entry is asked for.
const AHEAD: usize = 8;

impl<T> Entries<T> {
    pub(super) fn new() -> Self {
        Entries { entries: Vec::new(), vacant: Vec::new() }
    }

    /// # Panics
    ///
    /// When 4 294 967 295 timers are pending; nothing has changed then.
    #[inline]
    pub(super) fn insert(&mut self, deadline: u64, value: T) -> Key {
        let Some(index) = self.vacant.pop() else {
            let index = u32::try_from(self.entries.len()).ok().filter(|&index| index != u32::MAX);
            let index = index.expect("more than 4 294 967 295 timers are pending in one loop");
            self.entries.push(Entry { deadline, generation: 0, value: Some(value) });
            return Key { index, generation: 0 };
        };
        if let Some(ahead) = self.vacant.len().checked_sub(AHEAD) {
            self.prefetch(self.vacant[ahead]);
        }
        let entry = &mut self.entries[index as usize];
        entry.deadline = deadline;
        entry.value = Some(value);
        Key { index, generation: entry.generation }
    }

    /// Takes the timer out, with its deadline; every copy of its key becomes stale.
    #[inline]
    pub(super) fn take(&mut self, key: Key) -> Option<(u64, T)> {
        let entry = self.entries.get_mut(key.index as usize)?;
        if entry.generation != key.generation {
            return None;
        }
        let value = entry.value.take()?;
        entry.generation += 1;
        // An entry that has used up its generations is left unused, so that no key ever names a
        // later timer: one entry's bytes lost in four thousand million timers.
        if entry.generation < u32::MAX {
            self.vacant.push(key.index);
        }
        Some((entry.deadline, value))
    }

    pub(super) fn deadline(&self, key: Key) -> Option<u64> {
        let entry = self.entries.get(key.index as usize)?;
        (entry.generation == key.generation && entry.value.is_some()).then_some(entry.deadline)
    }

    pub(super) fn get_mut(&mut self, key: Key) -> Option<&mut T> {
        let entry = self.entries.get_mut(key.index as usize)?;
        if entry.generation == key.generation { entry.value.as_mut() } else { None }
    }

    /// Whether the timer of an item is still pending.
    #[inline]
    pub(super) fn is_pending(&self, key: Key) -> bool {
        self.entries[key.index as usize].generation == key.generation
    }

    /// Asks for the line of an entry that is needed soon.
    #[inline]
    pub(super) fn prefetch(&self, index: u32) {
        prefetch(self.entries.as_ptr().wrapping_add(index as usize));
    }
}
