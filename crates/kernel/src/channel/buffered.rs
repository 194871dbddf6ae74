//! A channel with a buffer: values wait there, and their senders only while it is full.

use std::ptr;

use super::buffer::Buffer;
use super::state::{SendError, Woken, take_from_sender};
use super::waiters::List;
use crate::trace::{self, Place};

/// As a trace names it, with so many more values than it has now.
fn queue<T>(buffer: &Buffer<T>, more: usize) -> Place {
    Place::Queue { queue: ptr::from_ref(buffer).addr(), len: buffer.len() + more }
}

/// Nobody waits to receive: the value goes into the buffer, if there is room.
#[inline]
pub(super) fn keep<T>(buffer: &mut Buffer<T>, value: T) -> Result<Woken, SendError<T>> {
    if buffer.is_full() {
        return Err(SendError::Full(value));
    }
    trace::sent(|| queue(buffer, 0));
    buffer.push(value);
    Ok(None)
}

/// The value at the head; the first sender that waited for room puts its own at the tail.
#[inline]
pub(super) fn take<T>(buffer: &mut Buffer<T>, senders: &mut List<T>) -> Option<(T, Woken)> {
    let value = buffer.pop()?;
    trace::received(|| queue(buffer, 1));
    if !senders.is_empty()
        && !buffer.is_full()
        && let Some((next, woken)) = take_from_sender(senders, |sender| {
            trace::queued(sender, ptr::from_ref(buffer).addr(), buffer.len());
        })
    {
        buffer.push(next);
        return Some((value, woken));
    }
    Some((value, None))
}
