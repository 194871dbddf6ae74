//! The timers of the slot that is due, in the order in which they fire: by deadline, then by
//! insertion.
//!
//! # Invariants
//!
//! 1. The run is sorted, equal deadlines by insertion: it is a slot's array, which holds equal
//!    deadlines in that order, after one stable sort.
//! 2. A slot becomes the run only when nothing is due. So whatever is late was inserted after all
//!    of the run, and of equal deadlines the run's goes first.
//!
//! Rejected: a heap for all, as in this wheel's first version. Nearly all that is due in a slot is
//! known when the slot comes, so one sort does, and what fires next lies beside what fires now.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::entries::Item;

/// Memory for more items than this is given back as soon as they are gone.
const LARGE: usize = 4096;

pub(super) struct Due {
    run: Vec<Item>,
    /// How many of the run are gone.
    gone: usize,
    /// Inserted at or before the slot of the run.
    late: BinaryHeap<Late>,
    /// Counts the late ones.
    sequence: u64,
}

struct Late {
    item: Item,
    sequence: u64,
}

impl Due {
    pub(super) fn new() -> Self {
        Due { run: Vec::new(), gone: 0, late: BinaryHeap::new(), sequence: 0 }
    }

    pub(super) fn insert(&mut self, item: Item) {
        self.late.push(Late { item, sequence: self.sequence });
        self.sequence += 1;
    }

    /// The items that fire next after all others have; `gather` replaces or fills the array.
    pub(super) fn refill(&mut self, gather: impl FnOnce(&mut Vec<Item>)) {
        debug_assert!(self.first().is_none(), "a slot became due before its time");
        gather(&mut self.run);
        self.gone = 0;
        self.run.sort_by_key(|item| item.deadline);
    }

    #[inline]
    pub(super) fn first(&self) -> Option<Item> {
        match (self.run.get(self.gone), self.late.peek()) {
            (Some(run), Some(late)) if late.item.deadline < run.deadline => Some(late.item),
            (Some(run), _) => Some(*run),
            (None, late) => late.map(|late| late.item),
        }
    }

    /// Removes what [`first`](Due::first) returned.
    #[inline]
    pub(super) fn remove_first(&mut self) {
        match (self.run.get(self.gone), self.late.peek()) {
            (Some(run), Some(late)) if late.item.deadline < run.deadline => self.remove_late(),
            (Some(_), _) => {
                self.gone += 1;
                if self.gone == self.run.len() && self.run.capacity() > LARGE {
                    self.run = Vec::new();
                    self.gone = 0;
                }
            }
            (None, _) => self.remove_late(),
        }
    }

    fn remove_late(&mut self) {
        self.late.pop();
        if self.late.is_empty() && self.late.capacity() > LARGE {
            self.late = BinaryHeap::new();
        }
    }

    /// The item of the run that comes so many after its first.
    #[inline]
    pub(super) fn ahead(&self, by: usize) -> Option<Item> {
        self.run.get(self.gone + by).copied()
    }

    /// Keeps what is still pending and returns how many others there were.
    pub(super) fn sweep(&mut self, is_pending: impl Fn(Item) -> bool) -> usize {
        let before = self.run.len() - self.gone + self.late.len();
        self.run.drain(..self.gone);
        self.gone = 0;
        self.run.retain(|item| is_pending(*item));
        self.late.retain(|late| is_pending(late.item));
        if self.late.capacity() > LARGE {
            self.late.shrink_to(2 * self.late.len());
        }
        before - self.run.len() - self.late.len()
    }
}

impl Ord for Late {
    /// Reversed, since the greatest item of a `BinaryHeap` comes first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.item.deadline, other.sequence).cmp(&(self.item.deadline, self.sequence))
    }
}

impl PartialOrd for Late {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Late {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Late {}
