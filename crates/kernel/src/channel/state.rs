//! What a channel holds, and the operations on it.

use std::error::Error;
use std::fmt;
use std::task::Waker;

use super::buffer::Buffer;
use super::waiters::{CLOSED, DONE, List, Node};
use super::{buffered, unbuffered};
use crate::lock::{Guard, Lock};
use crate::trace::{self, Place};

/// A channel between tasks, of any capacity. It is shared by reference; what it is owned by is up
/// to its users.
pub struct Channel<T> {
    state: Lock<State<T>>,
    capacity: usize,
}

pub(super) struct State<T> {
    pub(super) buffer: Buffer<T>,
    pub(super) closed: bool,
    pub(super) receivers: List<T>,
    pub(super) senders: List<T>,
}

// SAFETY: values go from thread to thread, one at a time; the nodes behind the pointers are touched
// under the lock, and stay where they are while they are in a list.
unsafe impl<T: Send> Send for Channel<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Channel<T> {}

/// Why a value could not be sent at once. It is given back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SendError<T> {
    /// Nobody is waiting to receive, and the buffer has no room.
    Full(T),
    /// The channel is closed.
    Closed(T),
}

/// Why nothing could be received at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecvError {
    /// There is nothing, but there may be later.
    Empty,
    /// There is nothing, and nothing will come: the channel is closed.
    Closed,
}

impl<T> SendError<T> {
    /// The value.
    pub fn into_inner(self) -> T {
        match self {
            SendError::Full(value) | SendError::Closed(value) => value,
        }
    }
}

impl<T> fmt::Debug for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SendError::Full(_) => "Full(..)",
            SendError::Closed(_) => "Closed(..)",
        })
    }
}

impl<T> fmt::Display for SendError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SendError::Full(_) => "the channel has no room and nobody waits to receive",
            SendError::Closed(_) => "send on closed channel",
        })
    }
}

impl<T> Error for SendError<T> {}

impl fmt::Display for RecvError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RecvError::Empty => "the channel is empty and nobody waits to send",
            RecvError::Closed => "the channel is closed and empty",
        })
    }
}

impl Error for RecvError {}

/// What an operation did at once, and whom it has to wake after the lock is given back.
pub(super) type Woken = Option<Waker>;

impl<T> State<T> {
    /// Sends at once, if that can be.
    #[inline]
    pub(super) fn send(&mut self, value: T) -> Result<Woken, SendError<T>> {
        if self.closed {
            return Err(SendError::Closed(value));
        }
        if let Some(receiver) = self.receivers.pop() {
            // Direct hand-over: nobody can come in between.
            // SAFETY: popped under the lock, so it is this caller's to complete.
            unsafe {
                *(*receiver).value() = Some(value);
                trace::sent(|| Place::Hand(receiver.addr()));
                return Ok(Node::complete(receiver, DONE));
            }
        }
        if self.buffer.capacity() == 0 {
            unbuffered::keep(value)
        } else {
            buffered::keep(&mut self.buffer, value)
        }
    }

    /// Receives at once, if that can be.
    #[inline]
    pub(super) fn recv(&mut self) -> Result<(T, Woken), RecvError> {
        let received = if self.buffer.capacity() == 0 {
            unbuffered::take(&mut self.buffer, &mut self.senders)
        } else {
            buffered::take(&mut self.buffer, &mut self.senders)
        };
        received.ok_or(if self.closed { RecvError::Closed } else { RecvError::Empty })
    }
}

/// Takes the value of the sender that waits first; `moved` tells a trace, by the sender's address.
#[inline]
pub(super) fn take_from_sender<T>(
    senders: &mut List<T>,
    moved: impl FnOnce(usize),
) -> Option<(T, Woken)> {
    let sender = senders.pop()?;
    // SAFETY: popped under the lock, so it is this caller's to complete.
    unsafe {
        let value = (*(*sender).value()).take().expect("a sender that waits has its value");
        moved(sender.addr());
        Some((value, Node::complete(sender, DONE)))
    }
}

#[inline]
pub(super) fn wake(woken: Woken) {
    if let Some(waker) = woken {
        waker.wake();
    }
}

impl<T> Channel<T> {
    /// An open channel that keeps up to `capacity` values; none: a sender waits for its receiver.
    pub fn new(capacity: usize) -> Channel<T> {
        let state = State {
            buffer: Buffer::new(capacity),
            closed: false,
            receivers: List::new(),
            senders: List::new(),
        };
        Channel { state: Lock::new(state), capacity }
    }

    #[inline]
    pub(super) fn lock(&self) -> Guard<'_, State<T>> {
        self.state.lock()
    }

    pub(super) fn raw(&self) -> &Lock<State<T>> {
        &self.state
    }

    /// How many values it keeps at most.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// How many values it keeps now.
    pub fn len(&self) -> usize {
        self.lock().buffer.len()
    }

    /// Whether it keeps none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it was closed; there may still be values to receive.
    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Sends at once or not at all.
    ///
    /// # Errors
    ///
    /// The value, if it would have to wait or the channel is closed.
    #[inline]
    pub fn try_send(&self, value: T) -> Result<(), SendError<T>> {
        let sent = self.lock().send(value);
        sent.map(wake)
    }

    /// Receives at once or not at all.
    ///
    /// # Errors
    ///
    /// If it would have to wait, or the channel is closed and empty.
    #[inline]
    pub fn try_recv(&self) -> Result<T, RecvError> {
        let received = self.lock().recv();
        received.map(|(value, woken)| {
            wake(woken);
            value
        })
    }

    /// Closes the channel: those that wait to receive find it empty for ever, those that wait to
    /// send get their values back. False if it was closed already.
    pub fn close(&self) -> bool {
        const BATCH: usize = 32;
        {
            let mut state = self.lock();
            if state.closed {
                return false;
            }
            state.closed = true;
        }
        // Nobody is added to the lists of a closed channel, so they can be emptied piece by piece.
        loop {
            let mut wakers: [Option<Waker>; BATCH] = [const { None }; BATCH];
            let mut found = 0;
            {
                let mut state = self.lock();
                while found < BATCH {
                    let node = state.receivers.pop().or_else(|| state.senders.pop());
                    let Some(node) = node else { break };
                    // SAFETY: popped under the lock, so it is this caller's to complete.
                    wakers[found] = unsafe { Node::complete(node, CLOSED) };
                    found += 1;
                }
            }
            wakers.into_iter().take(found).flatten().for_each(Waker::wake);
            if found < BATCH {
                return true;
            }
        }
    }

    /// Gives back what was handed to a receiver that is going away.
    #[cold]
    pub(super) fn give_back(&self, value: T) {
        let woken = {
            let mut state = self.lock();
            match state.receivers.pop() {
                // SAFETY: popped under the lock, so it is this caller's to complete.
                Some(receiver) => unsafe {
                    *(*receiver).value() = Some(value);
                    Node::complete(receiver, DONE)
                },
                None => {
                    state.buffer.put_back(value);
                    None
                }
            }
        };
        wake(woken);
    }
}

impl<T> fmt::Debug for Channel<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("len", &self.len())
            .field("capacity", &self.capacity)
            .field("closed", &self.is_closed())
            .finish()
    }
}
