//! Awaiting any awaiter.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::super::relay::Relay;
use super::{Action, Awaiter};

/// The future that awaiting an [`Awaiter`] is.
#[must_use = "futures do nothing until they are awaited"]
pub struct AwaiterFuture<A> {
    awaiter: A,
    register: fn(&mut A, Action),
    relay: Option<Arc<Relay>>,
}

impl<A> AwaiterFuture<A> {
    pub(super) fn new(awaiter: A, register: fn(&mut A, Action)) -> AwaiterFuture<A> {
        AwaiterFuture { awaiter, register, relay: None }
    }
}

// The awaiter is never pinned.
impl<A> Unpin for AwaiterFuture<A> {}

impl<A: Awaiter> Future for AwaiterFuture<A> {
    type Output = A::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<A::Output> {
        let this = &mut *self;
        if this.relay.is_none() {
            if this.awaiter.is_completed() {
                return Poll::Ready(this.awaiter.get_result());
            }
            let relay = Relay::new(context.waker().clone());
            let woken = relay.clone();
            this.relay = Some(relay);
            (this.register)(&mut this.awaiter, Box::new(move || woken.wake()));
        }
        let relay = this.relay.as_ref().expect("set above");
        relay.poll(context).map(|()| this.awaiter.get_result())
    }
}

impl<A: fmt::Debug> fmt::Debug for AwaiterFuture<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AwaiterFuture").field(&self.awaiter).finish()
    }
}
