//! The order in which the timers of the slot that is due fire: by deadline, then by insertion.

use std::cmp::Ordering;

#[derive(PartialEq, Eq)]
pub(super) struct Due {
    pub(super) deadline: u64,
    pub(super) sequence: u64,
    /// Index and generation of the timer; stale if the generation is no longer its own.
    pub(super) key: (u32, u32),
}

impl Ord for Due {
    /// Reversed, since the greatest item of a `BinaryHeap` comes first.
    fn cmp(&self, other: &Self) -> Ordering {
        (other.deadline, other.sequence).cmp(&(self.deadline, self.sequence))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
