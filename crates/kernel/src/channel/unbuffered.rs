//! A channel without a buffer: a value goes from a sender's hand into a receiver's, or waits with
//! its sender.

use super::buffer::Buffer;
use super::state::{SendError, Woken, take_from_sender};
use super::waiters::List;
use crate::trace::{self, Place};

/// Nobody waits to receive, and there is no other place for the value.
#[inline]
pub(super) fn keep<T>(value: T) -> Result<Woken, SendError<T>> {
    Err(SendError::Full(value))
}

/// The value of the first sender; before it what a receiver that went away gave back.
#[inline]
pub(super) fn take<T>(buffer: &mut Buffer<T>, senders: &mut List<T>) -> Option<(T, Woken)> {
    if let Some(returned) = buffer.pop() {
        return Some((returned, None));
    }
    take_from_sender(senders, |sender| trace::received(|| Place::Hand(sender)))
}
