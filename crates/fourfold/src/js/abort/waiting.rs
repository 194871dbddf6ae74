//! Futures that wait for a signal, or are dropped by one.

use std::fmt;
use std::future::{Future, IntoFuture, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use super::super::core::{self, Core};
use super::AbortSignal;
use super::signal::Listener;
use crate::{Error, Result};

/// The future of [`AbortSignal::until_aborted`].
#[must_use = "it waits only when it is awaited"]
pub struct UntilAborted {
    signal: AbortSignal,
    number: Option<u64>,
}

impl UntilAborted {
    pub(super) fn new(signal: AbortSignal) -> UntilAborted {
        UntilAborted { signal, number: None }
    }
}

impl UntilAborted {
    fn poll_beside(&mut self, context: &mut Context<'_>) -> Poll<Error> {
        if let Some(reason) = self.signal.reason() {
            return Poll::Ready(reason);
        }
        let waker = context.waker();
        match self.number {
            Some(number) => self.signal.0.set_waker(number, waker),
            None => self.number = Some(self.signal.0.listen(Listener::Wake(waker.clone()))),
        }
        Poll::Pending
    }
}

impl Future for UntilAborted {
    type Output = Error;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Error> {
        let polled = self.poll_beside(context);
        if polled.is_pending() {
            core::try_with_running(Core::awaits);
        }
        polled
    }
}

impl Drop for UntilAborted {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.signal.0.unlisten(number);
        }
    }
}

impl fmt::Debug for UntilAborted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("UntilAborted").field(&self.signal).finish()
    }
}

/// See [`AbortSignal::run`].
pub(super) async fn run<T, E: Into<Error>, F: IntoFuture<Output = Result<T, E>>>(
    signal: AbortSignal,
    future: F,
) -> Result<T> {
    signal.throw_if_aborted()?;
    let mut aborted = signal.until_aborted();
    let mut future = pin!(future.into_future());
    // What the loop goes on for is told by what `future` waits for.
    poll_fn(|context| match aborted.poll_beside(context) {
        Poll::Ready(reason) => Poll::Ready(Err(reason)),
        Poll::Pending => future.as_mut().poll(context).map_err(Into::into),
    })
    .await
}
