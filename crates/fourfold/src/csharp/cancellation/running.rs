//! Futures that know of no token.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};

use super::CancellationToken;
use crate::Result;

impl CancellationToken {
    /// Awaits any future, and drops it when this token is cancelled.
    ///
    /// The tasks of this dialect are passed the token instead. This is for the sockets, the clients and
    /// whatever else is a plain future, in this library and elsewhere.
    ///
    /// ```
    /// use std::time::Duration;
    /// use fourfold::csharp::{Builder, CancellationTokenSource};
    ///
    /// let error = Builder::new().virtual_time().run(async {
    ///     let source = CancellationTokenSource::with_delay(Duration::from_secs(1));
    ///     source.token().run(std::future::pending::<()>()).await
    /// });
    /// assert!(error.unwrap_err().is_cancelled());
    /// ```
    ///
    /// # Errors
    ///
    /// [`OperationCanceledException`](crate::csharp::OperationCanceledException) by this token. Where it is
    /// cancelled already the future is not begun; where both come at once the future's value counts.
    pub async fn run<F: Future>(&self, future: F) -> Result<F::Output> {
        let mut future = pin!(future);
        if !self.can_be_canceled() {
            return Ok(future.await);
        }
        self.throw_if_cancellation_requested()?;
        let waiting = Arc::new(Mutex::new(None::<Waker>));
        let callback = waiting.clone();
        let registration = self.unsafe_register(move || {
            let waker = lock(&callback).take();
            if let Some(waker) = waker {
                waker.wake();
            }
        });
        let result = poll_fn(|context| {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                return Poll::Ready(Ok(value));
            }
            // Cloned and dropped without the lock: both may be foreign code.
            let waker = context.waker().clone();
            let former = lock(&waiting).replace(waker);
            drop(former);
            // After the waker is there: whoever cancels from here on finds it.
            match self.throw_if_cancellation_requested() {
                Ok(()) => Poll::Pending,
                Err(error) => Poll::Ready(Err(error)),
            }
        });
        let result = result.await;
        // Not by dropping it, which would wait for a callback that may wake this very code.
        registration.unregister();
        result
    }
}

fn lock(waker: &Mutex<Option<Waker>>) -> MutexGuard<'_, Option<Waker>> {
    waker.lock().unwrap_or_else(PoisonError::into_inner)
}
