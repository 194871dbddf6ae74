//! A channel with a buffer: values wait there, and their senders only while it is full.

use super::buffer::Buffer;
use super::state::{SendError, Woken, take_from_sender};
use super::waiters::List;

/// Nobody waits to receive: the value goes into the buffer, if there is room.
#[inline]
pub(super) fn keep<T>(buffer: &mut Buffer<T>, value: T) -> Result<Woken, SendError<T>> {
    if buffer.is_full() {
        return Err(SendError::Full(value));
    }
    buffer.push(value);
    Ok(None)
}

/// The value at the head; the first sender that waited for room puts its own at the tail.
#[inline]
pub(super) fn take<T>(buffer: &mut Buffer<T>, senders: &mut List<T>) -> Option<(T, Woken)> {
    let value = buffer.pop()?;
    if !senders.is_empty()
        && !buffer.is_full()
        && let Some((next, woken)) = take_from_sender(senders)
    {
        buffer.push(next);
        return Some((value, woken));
    }
    Some((value, None))
}
