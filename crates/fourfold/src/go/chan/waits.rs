//! The waits of channels, by a plain call and as futures.

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll};

use fourfold_kernel::channel::{self, Channel};
use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Reason, waiting};

use super::{RECEIVE, RECEIVE_NIL, SEND, SEND_NIL, send_on_closed};

/// What waits for a channel that is not there.
#[cold]
pub(super) fn for_ever<T>(reason: &'static Reason) -> T {
    fiber::wait(poll_fn(|_| {
        waiting(reason);
        Poll::Pending
    }))
}

/// A send that is awaited; from [`Chan::send_async`](super::Chan::send_async).
///
/// # Panics
///
/// With "send on closed channel".
///
/// # Cancellation
///
/// Dropped before it is ready it has sent nothing; the value is dropped.
#[derive(Debug)]
#[must_use = "a future does nothing unless it is awaited"]
pub struct Send<'a, T> {
    send: Option<channel::Send<'a, T>>,
}

impl<'a, T> Send<'a, T> {
    pub(super) fn new(channel: Option<&'a Channel<T>>, value: T) -> Send<'a, T> {
        Send { send: channel.map(|channel| channel.send(value, &SEND)) }
    }
}

impl<T> Future for Send<'_, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // SAFETY: the inner future is pinned with this one.
        let send = unsafe { self.map_unchecked_mut(|this| &mut this.send) }.as_pin_mut();
        match send {
            None => {
                waiting(&SEND_NIL);
                Poll::Pending
            }
            Some(send) => send.poll(context).map(|sent| match sent {
                Ok(()) => {}
                Err(_) => send_on_closed(),
            }),
        }
    }
}

/// A receive that is awaited; from [`Chan::recv_async`](super::Chan::recv_async).
///
/// # Cancellation
///
/// Nothing is lost: what was handed to it and not looked at goes to the next receiver.
#[derive(Debug)]
#[must_use = "a future does nothing unless it is awaited"]
pub struct Recv<'a, T> {
    recv: Option<channel::Recv<'a, T>>,
}

impl<'a, T> Recv<'a, T> {
    pub(super) fn new(channel: Option<&'a Channel<T>>) -> Recv<'a, T> {
        Recv { recv: channel.map(|channel| channel.recv(&RECEIVE)) }
    }
}

impl<T> Future for Recv<'_, T> {
    /// `None` if the channel is closed and empty.
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        // SAFETY: the inner future is pinned with this one.
        let recv = unsafe { self.map_unchecked_mut(|this| &mut this.recv) }.as_pin_mut();
        match recv {
            None => {
                waiting(&RECEIVE_NIL);
                Poll::Pending
            }
            Some(recv) => recv.poll(context),
        }
    }
}
