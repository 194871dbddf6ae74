//! One operation that a select may choose.

use std::ptr::NonNull;

use super::state::{Channel, RecvError, SendError, Woken};
use super::waiters::{CLOSED, DONE, Node, Ticket};
use crate::lock::Word;
use crate::trace;

/// A send or a receive among which [`select`](super::select()) chooses.
///
/// # Safety
///
/// For this module's own types: `select` relies on what they do under their channels' locks.
#[allow(private_interfaces)]
pub unsafe trait Case {
    /// The channel's lock, which also names it; `None` for one that is never ready.
    #[doc(hidden)]
    fn lock(&self) -> Option<NonNull<Word>>;

    /// Does the operation at once if that can be: true if it was done.
    ///
    /// # Safety
    ///
    /// The caller has the lock.
    #[doc(hidden)]
    unsafe fn try_now(&mut self, woken: &mut Woken) -> bool;

    /// Waits in the channel's list.
    ///
    /// # Safety
    ///
    /// The caller has the lock; case and ticket stay where they are until `unlink`.
    #[doc(hidden)]
    unsafe fn link(&mut self, ticket: *const Ticket, case: usize);

    /// Waits no more.
    ///
    /// # Safety
    ///
    /// The caller has the lock.
    #[doc(hidden)]
    unsafe fn unlink(&mut self);

    /// Takes over what the completer left, once it has: false while it has not.
    #[doc(hidden)]
    fn settle(&mut self) -> bool;

    /// Undoes a receive that nobody will look at.
    #[doc(hidden)]
    fn give_back(&mut self);
}

/// Receives in a select.
pub struct RecvCase<'a, T> {
    channel: Option<&'a Channel<T>>,
    node: Node<T>,
    received: Option<T>,
}

impl<'a, T> RecvCase<'a, T> {
    /// From `channel`; from none it is never ready.
    pub fn new(channel: Option<&'a Channel<T>>) -> RecvCase<'a, T> {
        RecvCase { channel, node: Node::new(None), received: None }
    }

    /// What the chosen case received; `None` if the channel is closed and empty.
    pub fn take(&mut self) -> Option<T> {
        self.received.take()
    }

    fn known(&self) -> &'a Channel<T> {
        self.channel.expect("a case without a channel is left out")
    }
}

/// Sends in a select.
pub struct SendCase<'a, T> {
    channel: Option<&'a Channel<T>>,
    node: Node<T>,
    closed: bool,
}

impl<'a, T> SendCase<'a, T> {
    /// `value` to `channel`; to none it is never ready.
    pub fn new(channel: Option<&'a Channel<T>>, value: T) -> SendCase<'a, T> {
        SendCase { channel, node: Node::new(Some(value)), closed: false }
    }

    /// Whether the chosen case found its channel closed.
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// The value of a case that was not chosen, or whose channel is closed.
    pub fn into_value(self) -> Option<T> {
        // SAFETY: owned, and not linked outside of a select.
        unsafe { (*self.node.value()).take() }
    }

    fn known(&self) -> &'a Channel<T> {
        self.channel.expect("a case without a channel is left out")
    }
}

// SAFETY: the node is touched by other threads under the channel's lock only, and the case does not
// move while it is linked.
unsafe impl<T: Send> Send for RecvCase<'_, T> {}
// SAFETY: as above.
unsafe impl<T: Send> Send for SendCase<'_, T> {}

// SAFETY: the operations are done under the lock as the trait says.
#[allow(private_interfaces)]
unsafe impl<T> Case for RecvCase<'_, T> {
    #[inline]
    fn lock(&self) -> Option<NonNull<Word>> {
        self.channel.map(|channel| NonNull::from(channel.raw().word()))
    }

    #[inline]
    unsafe fn try_now(&mut self, woken: &mut Woken) -> bool {
        // SAFETY: the caller has the lock.
        let state = unsafe { &mut *self.known().raw().value() };
        match state.recv() {
            Ok((value, wake)) => {
                self.received = Some(value);
                *woken = wake;
                true
            }
            Err(RecvError::Closed) => true,
            Err(RecvError::Empty) => false,
        }
    }

    #[inline]
    unsafe fn link(&mut self, ticket: *const Ticket, case: usize) {
        self.node.reset();
        // SAFETY: the caller has the lock, and keeps the node where it is.
        unsafe {
            self.node.set_ticket(ticket, case);
            (*self.known().raw().value()).receivers.push(&raw const self.node);
        }
    }

    #[inline]
    unsafe fn unlink(&mut self) {
        // SAFETY: the caller has the lock.
        unsafe {
            if self.node.is_linked() {
                (*self.known().raw().value()).receivers.remove(&raw const self.node);
            }
        }
    }

    fn settle(&mut self) -> bool {
        let outcome = self.node.outcome();
        let settled = outcome != super::waiters::WAITING;
        if settled {
            if outcome == DONE {
                trace::received(|| self.node.place());
            }
            // SAFETY: completed, so the node is this owner's alone.
            self.received = unsafe { (*self.node.value()).take() };
        }
        settled
    }

    fn give_back(&mut self) {
        if let Some(value) = self.received.take() {
            self.known().give_back(value);
        }
    }
}

// SAFETY: the operations are done under the lock as the trait says.
#[allow(private_interfaces)]
unsafe impl<T> Case for SendCase<'_, T> {
    #[inline]
    fn lock(&self) -> Option<NonNull<Word>> {
        self.channel.map(|channel| NonNull::from(channel.raw().word()))
    }

    #[inline]
    unsafe fn try_now(&mut self, woken: &mut Woken) -> bool {
        // SAFETY: the caller has the lock; the node is not linked.
        let (state, value) = unsafe { (&mut *self.known().raw().value(), &mut *self.node.value()) };
        let own = value.take().expect("it is sent once");
        match state.send(own) {
            Ok(wake) => {
                *woken = wake;
                true
            }
            Err(SendError::Full(own)) => {
                *value = Some(own);
                false
            }
            Err(SendError::Closed(own)) => {
                *value = Some(own);
                self.closed = true;
                true
            }
        }
    }

    #[inline]
    unsafe fn link(&mut self, ticket: *const Ticket, case: usize) {
        self.node.reset();
        // SAFETY: the caller has the lock, and keeps the node where it is.
        unsafe {
            self.node.set_ticket(ticket, case);
            trace::sent(|| self.node.place());
            (*self.known().raw().value()).senders.push(&raw const self.node);
        }
    }

    #[inline]
    unsafe fn unlink(&mut self) {
        // SAFETY: the caller has the lock.
        unsafe {
            if self.node.is_linked() {
                (*self.known().raw().value()).senders.remove(&raw const self.node);
            }
        }
    }

    fn settle(&mut self) -> bool {
        let outcome = self.node.outcome();
        if outcome == CLOSED {
            self.closed = true;
        }
        outcome != super::waiters::WAITING
    }

    /// What was sent is sent: its receiver has it.
    fn give_back(&mut self) {}
}
