//! Values on their way from one task to another: what the arrows of a trace show.
//!
//! ```text
//!   sent(Hand(receiver)) ───────────────────────────────────► received(Hand(receiver))
//!   sent(Queue) ────────────────────────────────────────────► received(Queue)
//!   sent(Hand(sender)) ──────────┬──────────────────────────► received(Hand(sender))
//!                                └─► queued(sender, Queue) ─► received(Queue)
//! ```
//!
//! A value has no name, so it is followed from place to place: a queue is first in, first out, and one
//! that waits has one value at a time. Whoever moves a value says so under the lock of what it moves it
//! in, so that the order of the events is that of the moves.

use super::event::{EventKind, Place};
use super::hub::{dispatch, enabled};

/// A value was put somewhere by this thread.
#[inline]
pub fn sent(place: impl FnOnce() -> Place) {
    if enabled() {
        tell(|| EventKind::Sent(place()));
    }
}

/// A value was taken by this thread.
#[inline]
pub fn received(place: impl FnOnce() -> Place) {
    if enabled() {
        tell(|| EventKind::Received(place()));
    }
}

/// The value that the one at `from` kept went into the queue at `to`, behind `len` others.
#[inline]
pub fn queued(from: usize, to: usize, len: usize) {
    if enabled() {
        tell(|| EventKind::Queued { from, to, len });
    }
}

#[cold]
#[inline(never)]
fn tell(event: impl FnOnce() -> EventKind) {
    dispatch(event());
}
