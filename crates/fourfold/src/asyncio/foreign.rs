//! Futures that know nothing of this loop.
//!
//! Any standard future can be awaited in a task: it is polled with the task's waker, and whoever
//! wakes that, on whatever thread, has the task queued. What it does not know is *cancelling*: a
//! cancelled task is woken, and the wait that is polled next fails with `Cancelled` – if it is one
//! of ours. A foreign future just stays pending, and the cancellation arrives at the next wait that
//! knows of it. [`cancellable`](Cancellable::cancellable) makes a foreign future know it too.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use fourfold_kernel::trace;

use super::cell::{self, WaitReason};
use crate::{Error, Result};

/// Makes any future end with `Cancelled` when its task is cancelled.
///
/// ```
/// use fourfold::asyncio::{self, Cancellable};
///
/// asyncio::run(async {
///     let stuck = asyncio::create_task(async {
///         std::future::pending::<()>().cancellable().await
///     });
///     asyncio::sleep(std::time::Duration::ZERO).await?;
///     stuck.cancel();
///     assert!(stuck.await.unwrap_err().is_cancelled());
///     Ok(())
/// })
/// .unwrap();
/// ```
pub trait Cancellable: Future + Sized {
    /// Races this future against the cancellation of the task that awaits it. The result is the
    /// output, or `Cancelled`, and then the future is dropped at once.
    ///
    /// What the future itself awaits of this loop (a task in a `join!`, say) is dropped with it and
    /// not cancelled.
    #[track_caller]
    fn cancellable(self) -> Foreign<Self> {
        Foreign { inner: Some(self), made_at: Location::caller() }
    }
}

impl<F: Future> Cancellable for F {}

/// The future [`Cancellable::cancellable`] returns.
#[derive(Debug)]
#[must_use = "futures do nothing until they are awaited"]
pub struct Foreign<F> {
    /// `None` once it is over.
    inner: Option<F>,
    made_at: &'static Location<'static>,
}

impl<F: Future> Future for Foreign<F> {
    type Output = Result<F::Output>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<F::Output>> {
        let made_at = self.made_at;
        // SAFETY: `inner` is pinned with `self`: it is polled in place, dropped in place by
        // `Pin::set`, never moved out, and `Foreign` has no `Drop` of its own.
        let mut inner = unsafe { self.map_unchecked_mut(|this| &mut this.inner) };
        if let Some(cancelled) = cell::take_throw() {
            inner.set(None);
            return Poll::Ready(Err(cancelled));
        }
        let Some(foreign) = inner.as_mut().as_pin_mut() else {
            panic!("a cancellable future was polled after it was done");
        };
        // The future itself knows better, if it says anything.
        trace::waiting_here("foreign future", None);
        match foreign.poll(context) {
            Poll::Ready(output) => {
                inner.set(None);
                Poll::Ready(Ok(output))
            }
            Poll::Pending => {
                cell::wait_untold_at(&WaitReason("foreign future"), Some(made_at));
                Poll::Pending
            }
        }
    }
}

/// A coroutine out of a foreign future that can fail: cancellable, with its error as an
/// [`Error`]. It can be given to [`create_task`](super::create_task) or awaited.
///
/// # Errors
///
/// What the future fails with; `Cancelled`.
///
/// ```
/// use fourfold::asyncio;
///
/// let number = asyncio::run(asyncio::wrap(async { "4".parse::<u8>() }));
/// assert_eq!(number.unwrap(), 4);
/// ```
#[track_caller]
pub fn wrap<F, T, E>(future: F) -> impl Future<Output = Result<T>>
where
    F: Future<Output = std::result::Result<T, E>>,
    E: Into<Error>,
{
    let foreign = future.cancellable();
    async move { foreign.await?.map_err(Into::into) }
}
