//! What a generator's body and its caller hand each other.

use std::borrow::BorrowMut;
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::{Generator, GeneratorExit, StopIteration};
use crate::{Error, Result};

/// With what a suspended body goes on.
pub(crate) enum Resume<S> {
    /// The `yield_` gives this: `None` from `next`, a value from `send`.
    Send(Option<S>),
    /// The `yield_` fails with this.
    Throw(Error),
}

/// The place between a body and its caller.
pub(crate) struct Slot<Y, S> {
    /// What the body yielded last and the caller has not taken.
    yielded: Cell<Option<Y>>,
    /// What the caller resumed the body with and the body has not taken.
    resumed: Cell<Option<Resume<S>>>,
    /// What the next `yield_` fails with at once, for a body that could not be told in its wait.
    due: Cell<Option<Error>>,
}

impl<Y, S> Default for Slot<Y, S> {
    fn default() -> Self {
        Slot { yielded: Cell::new(None), resumed: Cell::new(None), due: Cell::new(None) }
    }
}

impl<Y, S> Slot<Y, S> {
    pub(crate) fn take_yielded(&self) -> Option<Y> {
        self.yielded.take()
    }

    pub(crate) fn resume(&self, with: Resume<S>) {
        self.resumed.set(Some(with));
    }

    pub(crate) fn fail_next(&self, error: Error) {
        self.due.set(Some(error));
    }
}

/// Yields from within a generator's body. Clones yield from the same generator.
///
/// It is of use in its own generator only: elsewhere a `yield_` is never resumed.
pub struct Yielder<Y, S = ()>(Rc<Slot<Y, S>>);

impl<Y, S> Yielder<Y, S> {
    pub(crate) fn new(slot: Rc<Slot<Y, S>>) -> Yielder<Y, S> {
        Yielder(slot)
    }

    /// Gives `value` to the caller and suspends the body until it is resumed. Gives what was
    /// sent: `None` where the caller only asked for the next value.
    ///
    /// # Errors
    ///
    /// What the caller throws; [`GeneratorExit`] when the generator is closed: clean up, and pass
    /// it on with `?`.
    ///
    /// The original is
    /// [the `yield` expression](https://docs.python.org/3/reference/expressions.html#yield-expressions).
    pub fn yield_(&self, value: Y) -> Yield<'_, Y, S> {
        Yield { slot: &self.0, value: Some(value) }
    }

    /// Yields all that `inner` yields, and passes on to it what is sent and thrown. Gives what it
    /// returns.
    ///
    /// # Errors
    ///
    /// What `inner` fails with; [`GeneratorExit`], after `inner` was closed.
    ///
    /// The original is [PEP 380](https://peps.python.org/pep-0380/), `yield from`.
    ///
    /// ```
    /// use fourfold::generator::{Yielder, generator};
    ///
    /// let inner = generator(async |y: Yielder<i32>| {
    ///     y.yield_(1).await?;
    ///     Ok("inner is done")
    /// });
    /// let mut outer = generator(async |y: Yielder<i32>| {
    ///     assert_eq!(y.yield_from(inner).await?, "inner is done");
    ///     y.yield_(2).await?;
    ///     Ok(())
    /// });
    /// assert_eq!(outer.next().unwrap(), 1);
    /// assert_eq!(outer.next().unwrap(), 2);
    /// ```
    pub async fn yield_from<R: 'static>(
        &self,
        mut inner: impl BorrowMut<Generator<Y, S, R>>,
    ) -> Result<R>
    where
        Y: 'static,
        S: 'static,
    {
        let inner = inner.borrow_mut();
        let mut resume = Resume::Send(None);
        loop {
            let value = match inner.resume(resume) {
                Ok(value) => value,
                Err(stop) if stop.is::<StopIteration>() => {
                    return inner.take_value().ok_or(stop);
                }
                Err(error) => return Err(error),
            };
            resume = match self.yield_(value).await {
                Ok(sent) => Resume::Send(sent),
                Err(exit) if exit.is::<GeneratorExit>() => {
                    inner.close()?;
                    return Err(exit);
                }
                Err(error) => Resume::Throw(error),
            };
        }
    }
}

impl<Y, S> Clone for Yielder<Y, S> {
    fn clone(&self) -> Self {
        Yielder(self.0.clone())
    }
}

impl<Y, S> fmt::Debug for Yielder<Y, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Yielder").finish_non_exhaustive()
    }
}

/// The future [`Yielder::yield_`] returns.
#[must_use = "a value is yielded when this is awaited"]
pub struct Yield<'a, Y, S> {
    slot: &'a Slot<Y, S>,
    value: Option<Y>,
}

// The value is moved, never pinned.
impl<Y, S> Unpin for Yield<'_, Y, S> {}

impl<Y, S> Future for Yield<'_, Y, S> {
    type Output = Result<Option<S>>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<Option<S>>> {
        let slot = self.slot;
        if let Some(value) = self.value.take() {
            if let Some(error) = slot.due.take() {
                return Poll::Ready(Err(error));
            }
            // What an abandoned caller sent is not for this yield.
            slot.resumed.set(None);
            slot.yielded.set(Some(value));
            return Poll::Pending;
        }
        match slot.resumed.take() {
            None => Poll::Pending,
            Some(Resume::Send(sent)) => Poll::Ready(Ok(sent)),
            Some(Resume::Throw(error)) => Poll::Ready(Err(error)),
        }
    }
}

impl<Y, S> fmt::Debug for Yield<'_, Y, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Yield").field("suspended", &self.value.is_none()).finish()
    }
}
