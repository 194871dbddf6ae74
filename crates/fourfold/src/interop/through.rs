//! A wait that passes the cancellation of its task on.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use fourfold_kernel::driver;

use super::Target;
use crate::Error;

/// Ties the task that awaits something to what it awaits.
pub trait Cancels: IntoFuture + Sized {
    /// Awaits this; where the asyncio task that does so is cancelled meanwhile, asks `target` to stop, and
    /// awaits on. What this then ends with is what the await gives: a cancellation as a rule, and if it was
    /// refused, a value.
    ///
    /// A second cancellation is passed on as well. In a dialect whose tasks are not cancelled themselves it
    /// awaits and does nothing else; there [`link`](super::link) ties the token, the context or the signal.
    /// Dropping the future drops this, and asks nobody to stop.
    ///
    /// See the [module](super) for an example.
    fn cancels<T: Target>(self, target: T) -> Through<Self::IntoFuture, T> {
        Through { inner: self.into_future(), target }
    }
}

impl<F: IntoFuture> Cancels for F {}

/// The future that [`Cancels::cancels`] returns.
#[must_use = "futures do nothing until they are awaited"]
pub struct Through<F, T> {
    inner: F,
    target: T,
}

impl<F: Future, T: Target> Future for Through<F, T> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // SAFETY: `inner` is pinned with `self`: it is never moved out, and `Through` has no `Drop` of its
        // own. `target` is not pinned, and only borrowed.
        let (inner, target) = unsafe {
            let this = self.get_unchecked_mut();
            (Pin::new_unchecked(&mut this.inner), &this.target)
        };
        // First, so that the wait inside does not take the request for its own.
        if let Some(reason) = take_request() {
            target.request_cancel(&reason);
        }
        let polled = inner.poll(context);
        if polled.is_pending() {
            answer();
        }
        polled
    }
}

impl<F, T> fmt::Debug for Through<F, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Through")
    }
}

/// For the wait of a handle that is pending: with what its task was asked to stop, and so the wait is to
/// fail. Else a later request wakes the task, and this is asked again.
#[inline]
pub(crate) fn requested() -> Option<Error> {
    driver::with_current(|driver| {
        let driver = driver?;
        let request = driver.take_cancellation();
        if request.is_none() {
            driver.waits_for_cancellation();
        }
        request
    })
    .map(into_error)
}

#[inline]
fn take_request() -> Option<Error> {
    driver::with_current(|driver| driver?.take_cancellation()).map(into_error)
}

#[cold]
fn into_error(request: driver::Cancellation) -> Error {
    request.downcast::<Error>().map_or_else(|_| Error::cancelled(), |error| *error)
}

/// A request to stop, while this waits, wakes the task.
#[inline]
fn answer() {
    driver::with_current(|driver| {
        if let Some(driver) = driver {
            driver.waits_for_cancellation();
        }
    });
}
