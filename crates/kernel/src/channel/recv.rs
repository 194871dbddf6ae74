//! Waiting to receive.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use super::state::{Channel, RecvError, wake};
use super::waiters::{CLOSED, DONE, Node, WAITING};
use crate::fiber;
use crate::pool::{Reason, waiting};
use crate::trace;

/// A future that receives one value; from [`Channel::recv`].
///
/// # Cancellation
///
/// Nothing is lost: what was handed to it already, and not looked at, is handed to the next receiver
/// or kept for it.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Recv<'a, T> {
    channel: &'a Channel<T>,
    reason: &'static Reason,
    node: Node<T>,
    begun: bool,
}

// SAFETY: as for `Send`.
unsafe impl<T: Send> Send for Recv<'_, T> {}
// SAFETY: as for `Send`.
unsafe impl<T: Send> Sync for Recv<'_, T> {}

impl<T> Channel<T> {
    /// Receives one value, waiting until there is one. `reason` is what a dump says of the task
    /// meanwhile.
    #[inline]
    pub fn recv(&self, reason: &'static Reason) -> Recv<'_, T> {
        Recv { channel: self, reason, node: Node::new(None), begun: false }
    }

    /// As [`recv`](Channel::recv), by a plain call.
    #[inline]
    pub fn recv_plain(&self, reason: &'static Reason) -> Option<T> {
        let mut state = self.lock();
        match state.recv() {
            Ok((value, woken)) => {
                drop(state);
                wake(woken);
                fiber::checkpoint();
                return Some(value);
            }
            Err(RecvError::Closed) => return None,
            Err(RecvError::Empty) => {}
        }
        let mut wait = pin!(self.recv(reason));
        // Under the same lock: taking a fiber's own waker runs no foreign code.
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
            state.receivers.push(&raw const wait.node);
            wait.begun = true;
        }
        drop(state);
        waiting(reason);
        // SAFETY: nothing has switched since.
        unsafe { fiber::wait_pending(leaving, wait) }
    }
}

impl<T> Future for Recv<'_, T> {
    /// The value; `None` if the channel is closed and empty.
    type Output = Option<T>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        // SAFETY: the node is not moved.
        let this = unsafe { self.get_unchecked_mut() };
        if !this.begun {
            return this.begin(context);
        }
        match this.node.outcome() {
            DONE => {
                this.begun = false;
                trace::received(|| this.node.place());
                // SAFETY: completed, so the node is this owner's alone.
                Poll::Ready(unsafe { (*this.node.value()).take() })
            }
            CLOSED => {
                this.begun = false;
                Poll::Ready(None)
            }
            _ => this.wait_on(context),
        }
    }
}

impl<T> Recv<'_, T> {
    #[inline]
    fn begin(&mut self, context: &Context<'_>) -> Poll<Option<T>> {
        let waker = context.waker().clone();
        let received = {
            let mut state = self.channel.lock();
            match state.recv() {
                Err(RecvError::Empty) => {
                    // SAFETY: the lock is held; the node is not linked, and this future is pinned
                    // and takes it out of the list before it goes.
                    unsafe {
                        self.node.set_waker(Some(waker));
                        state.receivers.push(&raw const self.node);
                    }
                    None
                }
                other => Some((other, waker)),
            }
        };
        match received {
            None => {
                self.begun = true;
                waiting(self.reason);
                Poll::Pending
            }
            Some((Ok((value, woken)), _)) => {
                wake(woken);
                Poll::Ready(Some(value))
            }
            Some((Err(_), _)) => Poll::Ready(None),
        }
    }

    /// Polled again without an outcome: perhaps by another task.
    #[cold]
    fn wait_on(&mut self, context: &mut Context<'_>) -> Poll<Option<T>> {
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

impl<T> Drop for Recv<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if self.begun {
            self.leave();
        }
    }
}

impl<T> Recv<'_, T> {
    #[cold]
    fn leave(&mut self) {
        let handed = {
            let mut state = self.channel.lock();
            // SAFETY: the lock is held; a linked node is in this list, and one that is not was
            // completed under the lock, so nobody else touches its value.
            unsafe {
                if self.node.is_linked() {
                    state.receivers.remove(&raw const self.node);
                }
                (*self.node.value()).take()
            }
        };
        if let Some(value) = handed {
            self.channel.give_back(value);
        }
    }
}

impl<T> std::fmt::Debug for Recv<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recv").field("begun", &self.begun).finish_non_exhaustive()
    }
}
