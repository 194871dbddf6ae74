//! Polling inside of a runtime of tokio.
//!
//! # Invariants
//!
//! 1. The runtime is entered only inside of [`within`], which no fiber leaves: `without_switching`.
//!    So the guards of one thread are dropped in the reverse order of their making, which tokio
//!    insists on, and no other task of the thread finds a runtime it did not ask for.
//! 2. What is polled in the runtime is dropped in it too: destructors of tokio's types look for it.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use ::tokio::runtime::Handle;
use fourfold_kernel::driver::{self, OutsideWork};
use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Reason, waiting};
use futures_core::Stream;

use super::runtime::runtime;

static TOKIO: Reason = Reason::from_outside("tokio");

/// A future, or a stream, that is polled inside of a runtime of tokio: that which is current here, or
/// else the process's own, [`runtime`].
///
/// It can be awaited in every dialect; a goroutine waits for it with [`go::wait`](crate::go::wait).
/// Dropping it drops what is inside, in the runtime.
///
/// # Panics
///
/// If there is no runtime and none can be started. When it is polled: if a plain call waits inside; see
/// [the module](mod@crate::compat).
///
/// ```
/// use std::time::Duration;
/// use fourfold::{asyncio, compat};
///
/// asyncio::run(async {
///     let slow = asyncio::wrap(compat(async {
///         tokio::time::sleep(Duration::from_secs(3600)).await;
///         Ok::<_, fourfold::Error>(())
///     }));
///     let error = asyncio::wait_for(slow, Some(Duration::from_millis(1))).await.unwrap_err();
///     assert!(error.is_timed_out());
///     Ok(())
/// })?;
/// # Ok::<(), fourfold::Error>(())
/// ```
pub fn compat<F>(inner: F) -> Compat<F> {
    let handle = Handle::try_current().or_else(|_| runtime());
    match handle {
        Ok(handle) => Compat::on(handle, inner),
        Err(error) => panic!("tokio's runtime could not be started: {error}"),
    }
}

/// What [`compat`] returns.
#[must_use = "futures and streams do nothing until they are polled"]
pub struct Compat<F> {
    handle: Handle,
    /// From the first poll that is pending to the end.
    outside: Option<Outside>,
    /// Pinned with this. `None` once it is over.
    inner: Option<F>,
}

/// The loop that waits does not end meanwhile, and its virtual time does not jump.
struct Outside {
    /// Which loop: one may have begun to wait, and another go on.
    of: usize,
    _work: OutsideWork,
}

impl Outside {
    fn update(outside: &mut Option<Outside>) {
        driver::with_current(|driver| {
            let of = driver.map_or(0, |driver| Arc::as_ptr(driver).addr());
            if outside.as_ref().is_none_or(|outside| outside.of != of) {
                let work = driver.and_then(|driver| driver.outside_work());
                *outside = work.map(|work| Outside { of, _work: work });
            }
        });
    }
}

impl<F> Compat<F> {
    /// As [`compat`], with a runtime of the caller's choice.
    ///
    /// ```
    /// use fourfold::compat::Compat;
    /// use fourfold::go;
    ///
    /// let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    /// let handle = runtime.handle().clone();
    /// let same = go::run(move || {
    ///     let id = async { tokio::runtime::Handle::current().id() };
    ///     go::wait(Compat::on(handle.clone(), id)) == handle.id()
    /// });
    /// assert!(same);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on(handle: Handle, inner: F) -> Compat<F> {
        Compat { handle, outside: None, inner: Some(inner) }
    }

    /// Polls what is inside with `poll`, and drops it once that says it is over.
    fn poll_inner<T>(
        self: Pin<&mut Self>,
        poll: impl FnOnce(Pin<&mut F>) -> Poll<T>,
        is_over: impl FnOnce(&T) -> bool,
    ) -> Option<Poll<T>> {
        // SAFETY: `inner` is pinned with `self`: it is polled in place, dropped in place by `Pin::set`,
        // here and in `drop`, and never moved out. The other fields are not pinned.
        let this = unsafe { self.get_unchecked_mut() };
        // SAFETY: as above.
        let mut inner = unsafe { Pin::new_unchecked(&mut this.inner) };
        let polled = within(&this.handle, || {
            let polled = poll(inner.as_mut().as_pin_mut()?);
            if let Poll::Ready(value) = &polled
                && is_over(value)
            {
                inner.set(None);
            }
            Some(polled)
        })?;
        if polled.is_pending() {
            waiting(&TOKIO);
            Outside::update(&mut this.outside);
        } else {
            this.outside = None;
        }
        Some(polled)
    }
}

/// Calls `f` in the runtime of `handle`.
fn within<R>(handle: &Handle, f: impl FnOnce() -> R) -> R {
    fiber::without_switching(|| {
        let _entered = handle.enter();
        f()
    })
}

impl<F: Future> Future for Compat<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        match self.poll_inner(|inner| inner.poll(context), |_| true) {
            Some(polled) => polled,
            None => panic!("a future of tokio's was polled after it was done"),
        }
    }
}

impl<S: Stream> Stream for Compat<S> {
    type Item = S::Item;

    /// At its end it is dropped, and goes on to say that it is over.
    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        let polled = self.poll_inner(|inner| inner.poll_next(context), Option::is_none);
        polled.unwrap_or(Poll::Ready(None))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.inner.as_ref().map_or((0, Some(0)), S::size_hint)
    }
}

impl<F> Drop for Compat<F> {
    fn drop(&mut self) {
        if self.inner.is_some() {
            // SAFETY: `self` is dropped and not used again, so its pin holds to the end: dropped in
            // place.
            let mut inner = unsafe { Pin::new_unchecked(&mut self.inner) };
            within(&self.handle, || inner.set(None));
        }
    }
}

impl<F> fmt::Debug for Compat<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compat").field("over", &self.inner.is_none()).finish_non_exhaustive()
    }
}
