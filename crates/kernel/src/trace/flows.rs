//! Which value that is taken is which that was sent.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::chrome::Track;
use super::event::Place;

/// Where an arrow begins.
#[derive(Clone, Copy)]
pub(super) struct Start {
    pub(super) from: Track,
    pub(super) at: Duration,
}

/// The values on their way; none for one that was sent before the recording.
#[derive(Default)]
pub(super) struct Passing {
    hands: BTreeMap<usize, Start>,
    queues: BTreeMap<usize, VecDeque<Option<Start>>>,
}

impl Passing {
    pub(super) fn sent(&mut self, place: Place, start: Start) {
        match place {
            Place::Hand(hand) => drop(self.hands.insert(hand, start)),
            Place::Queue { queue, len } => self.queue(queue, len).push_back(Some(start)),
        }
    }

    pub(super) fn received(&mut self, place: Place) -> Option<Start> {
        match place {
            Place::Hand(hand) => self.hands.remove(&hand),
            Place::Queue { queue, len } => {
                let taken = self.queue(queue, len).pop_front().flatten();
                if len <= 1 {
                    // An address is used again.
                    self.queues.remove(&queue);
                }
                taken
            }
        }
    }

    pub(super) fn queued(&mut self, from: usize, to: usize, len: usize) {
        let start = self.hands.remove(&from);
        self.queue(to, len).push_back(start);
    }

    /// A queue that has `len` values. What is more is of a former one at that address, or was taken out
    /// untold; what is missing was there before the recording, or was put back in front.
    fn queue(&mut self, queue: usize, len: usize) -> &mut VecDeque<Option<Start>> {
        let values = self.queues.entry(queue).or_default();
        while values.len() > len {
            values.pop_front();
        }
        while values.len() < len {
            values.push_front(None);
        }
        values
    }
}
