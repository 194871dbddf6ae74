//! Arrays of emptied slots, kept for the next slots that need one.
//!
//! By level, since the slots of one level hold about as many items as each other. Without this a
//! busy wheel would grow each array from nothing, thousands of times a second.

use super::entries::Item;
use super::slots::LEVELS;

/// Memory for so many items is kept in any case: 64 KiB.
const FLOOR: usize = 4096;
/// An array with room for more than this is given back unless a quarter of it was in use.
const SMALL: usize = 64;

pub(super) struct Spare {
    arrays: [Vec<Vec<Item>>; LEVELS],
    /// The capacity of all arrays together.
    capacity: usize,
}

impl Spare {
    pub(super) fn new() -> Self {
        Spare { arrays: [const { Vec::new() }; LEVELS], capacity: 0 }
    }

    pub(super) fn take(&mut self, level: usize) -> Vec<Item> {
        let array = self.arrays[level].pop().unwrap_or_default();
        self.capacity -= array.capacity();
        array
    }

    /// Keeps the array of a slot that held what is still in it. No more is kept than there are
    /// timers `pending`, so when the load goes, the memory goes; the largest first.
    pub(super) fn put(&mut self, level: usize, mut array: Vec<Item>, pending: usize) {
        if !is_wasteful(&array) {
            array.clear();
            self.capacity += array.capacity();
            self.arrays[level].push(array);
        }
        while self.capacity > FLOOR + pending {
            let largest = self.arrays.iter_mut().rev().find_map(Vec::pop);
            self.capacity -= largest.expect("the capacity is that of some array").capacity();
        }
    }
}

/// Whether an array takes much more memory than its items need.
pub(super) fn is_wasteful(array: &Vec<Item>) -> bool {
    array.capacity() > SMALL && array.len() < array.capacity() / 4
}
