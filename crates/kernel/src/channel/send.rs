//! Waiting to send.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use super::state::{Channel, SendError, wake};
use super::waiters::{CLOSED, DONE, Node, WAITING};
use crate::fiber;
use crate::pool::{Reason, waiting};
use crate::trace;

/// A future that sends one value; from [`Channel::send`].
///
/// It is ready when the value is in a receiver's hand or in the buffer.
///
/// # Cancellation
///
/// Dropped before it is ready it has sent nothing, and the value is dropped with it.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Send<'a, T> {
    channel: &'a Channel<T>,
    reason: &'static Reason,
    node: Node<T>,
    begun: bool,
}

// SAFETY: the node is touched by other threads under the channel's lock only; the future goes to
// another thread between polls, pinned where it is.
unsafe impl<T: std::marker::Send> std::marker::Send for Send<'_, T> {}
// SAFETY: nothing can be done with a reference to it.
unsafe impl<T: std::marker::Send> Sync for Send<'_, T> {}

impl<T> Channel<T> {
    /// Sends `value`, waiting until it is taken or there is room. `reason` is what a dump says of
    /// the task meanwhile.
    #[inline]
    pub fn send(&self, value: T, reason: &'static Reason) -> Send<'_, T> {
        Send { channel: self, reason, node: Node::new(Some(value)), begun: false }
    }

    /// As [`send`](Channel::send), by a plain call.
    ///
    /// # Errors
    ///
    /// The value, if the channel is closed.
    #[inline]
    pub fn send_plain(&self, value: T, reason: &'static Reason) -> Result<(), T> {
        let mut state = self.lock();
        let value = match state.send(value) {
            Ok(woken) => {
                drop(state);
                wake(woken);
                fiber::checkpoint();
                return Ok(());
            }
            Err(SendError::Closed(value)) => return Err(value),
            Err(SendError::Full(value)) => value,
        };
        let mut wait = pin!(self.send(value, reason));
        // Under the same lock, as for a receive.
        // SAFETY: `wait_pending` comes next.
        let Some((waker, leaving)) = (unsafe { fiber::own_waker() }) else {
            drop(state);
            return fiber::wait(wait);
        };
        // SAFETY: the lock is held; the node is not linked; the future is pinned here, and takes the
        // node out of the list before it goes.
        unsafe {
            let wait = wait.as_mut().get_unchecked_mut();
            wait.node.set_waker(Some(waker));
            trace::sent(|| wait.node.place());
            state.senders.push(&raw const wait.node);
            wait.begun = true;
        }
        drop(state);
        waiting(reason);
        // SAFETY: nothing has switched since.
        unsafe { fiber::wait_pending(leaving, wait) }
    }
}

impl<T> Future for Send<'_, T> {
    /// The value, if the channel is closed.
    type Output = Result<(), T>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<(), T>> {
        // SAFETY: the node is not moved.
        let this = unsafe { self.get_unchecked_mut() };
        if !this.begun {
            return this.begin(context);
        }
        match this.node.outcome() {
            DONE => {
                this.begun = false;
                Poll::Ready(Ok(()))
            }
            CLOSED => {
                this.begun = false;
                // SAFETY: completed, so the node is this owner's alone.
                let value = unsafe { (*this.node.value()).take() };
                Poll::Ready(Err(value.expect("nobody took it")))
            }
            _ => this.wait_on(context),
        }
    }
}

impl<T> Send<'_, T> {
    #[inline]
    fn begin(&mut self, context: &Context<'_>) -> Poll<Result<(), T>> {
        // SAFETY: the node is not linked.
        let value =
            unsafe { (*self.node.value()).take() }.expect("a Send is polled until it is ready");
        let waker = context.waker().clone();
        let sent = {
            let mut state = self.channel.lock();
            let sent = state.send(value);
            match sent {
                Err(SendError::Full(value)) => {
                    // SAFETY: the lock is held; the node is not linked, and this future is pinned
                    // and takes it out of the list before it goes.
                    unsafe {
                        *self.node.value() = Some(value);
                        self.node.set_waker(Some(waker));
                        trace::sent(|| self.node.place());
                        state.senders.push(&raw const self.node);
                    }
                    None
                }
                other => Some((other, waker)),
            }
        };
        match sent {
            None => {
                self.begun = true;
                waiting(self.reason);
                Poll::Pending
            }
            Some((Ok(woken), _)) => {
                wake(woken);
                Poll::Ready(Ok(()))
            }
            Some((Err(error), _)) => Poll::Ready(Err(error.into_inner())),
        }
    }

    /// Polled again without an outcome: perhaps by another task.
    #[cold]
    fn wait_on(&mut self, context: &mut Context<'_>) -> Poll<Result<(), T>> {
        let fresh = context.waker().clone();
        let former = {
            let _state = self.channel.lock();
            // SAFETY: the lock is held.
            unsafe {
                if self.node.is_linked() { self.node.set_waker(Some(fresh)) } else { Some(fresh) }
            }
        };
        drop(former);
        if self.node.outcome() != WAITING {
            // SAFETY: it stays where it is.
            return unsafe { Pin::new_unchecked(self) }.poll(context);
        }
        waiting(self.reason);
        Poll::Pending
    }
}

impl<T> Drop for Send<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if self.begun {
            let mut state = self.channel.lock();
            // SAFETY: the lock is held, and a linked node is in this list.
            unsafe {
                if self.node.is_linked() {
                    state.senders.remove(&raw const self.node);
                }
            }
        }
    }
}

impl<T> std::fmt::Debug for Send<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Send").field("begun", &self.begun).finish_non_exhaustive()
    }
}
