//! Waiting for one awaitable, for so long and no longer.

use std::future::IntoFuture;
use std::time::Duration;

use super::ensure_future::ensure;
use super::futures::Future;
use super::tasks::running_core;
use super::timeouts::timeout;
use crate::{Error, Result};

/// Awaits `awaitable`, and cancels it when `limit` has passed; with `None` it may take for ever.
///
/// After cancelling it waits until that has landed; a result or a failure that comes instead is
/// given as it is. With a limit of zero a coroutine is never begun. When the caller is cancelled,
/// so is `awaitable`; wrap it in [`shield`](super::shield) where it should go on.
///
/// # Errors
///
/// What `awaitable` fails with. Timed out, caused by its `Cancelled`, where it was too slow.
/// `Cancelled`, when the task is cancelled.
///
/// # Panics
///
/// When it is awaited where no loop is running on this thread.
///
/// The original is
/// [`asyncio.wait_for`](https://docs.python.org/3/library/asyncio-task.html#asyncio.wait_for).
///
/// ```
/// use std::time::Duration;
/// use fourfold::asyncio;
///
/// asyncio::run(async {
///     let slow = asyncio::sleep(Duration::from_secs(10));
///     let outcome = asyncio::wait_for(slow, Duration::from_millis(1)).await;
///     assert!(outcome.unwrap_err().is_timed_out());
///     Ok(())
/// })
/// .unwrap();
/// ```
pub async fn wait_for<T, A>(awaitable: A, limit: impl Into<Option<Duration>>) -> Result<T>
where
    T: 'static,
    A: IntoFuture<Output = Result<T>>,
    A::IntoFuture: 'static,
{
    let limit = limit.into();
    if limit != Some(Duration::ZERO) {
        return timeout(limit, awaitable).await;
    }
    let inner = ensure(awaitable);
    if inner.future.done() {
        return (inner.read)(&inner.future);
    }
    cancel_and_wait(&inner.future).await?;
    (inner.read)(&inner.future).map_err(|error| {
        if error.is_cancelled() { Error::timed_out().caused_by(error) } else { error }
    })
}

/// Cancels `future` and waits until it is done. It waits on a future of its own, so that the
/// caller can be cancelled whatever `future` does.
async fn cancel_and_wait<T: 'static>(future: &Future<T>) -> Result<()> {
    let waiter = Future::<()>::new(&running_core());
    let release = waiter.clone();
    let callback = future.on_done(move || release.resolve(()));
    future.cancel();
    let outcome = waiter.await;
    if let Some(key) = callback {
        future.unlisten(key);
    }
    outcome
}
