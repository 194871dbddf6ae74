//! A task that ends after a time.

use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, Waker};
use std::time::Duration;

use fourfold_kernel::timer;

use super::super::ambient::{self, Inline};
use super::super::cancellation::CancellationToken;
use super::super::cell::Kind;
use super::super::exceptions::OperationCanceledException;
use super::Task;

/// What the token's callback shares with the sleep.
#[derive(Default)]
struct Canceling {
    canceled: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Canceling {
    fn waker(&self) -> MutexGuard<'_, Option<Waker>> {
        self.waker.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Task<()> {
    /// Ends after this time, on the pool's clock.
    ///
    /// Nanoseconds count. Zero is done at once; a delay of more than 584 years never ends.
    ///
    /// ```
    /// use std::time::Duration;
    /// use fourfold::csharp::{Builder, Task};
    ///
    /// Builder::new().virtual_time().run(async { Task::delay(Duration::from_secs(60)).await })?;
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    ///
    /// The original: [`Task.Delay`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.task.delay).
    /// Its negative delays cannot be said here.
    #[track_caller]
    pub fn delay(delay: Duration) -> Task<()> {
        if delay.is_zero() {
            return Task::completed_task();
        }
        Task::method_of_kind(
            Kind::Delay,
            async move {
                let mut sleep = pin!(timer::sleep(delay));
                poll_fn(|context| {
                    // Whoever awaits the task has a place to go on; the task itself has none.
                    ambient::do_not_capture();
                    sleep.as_mut().poll(context)
                })
                .await;
                Ok(())
            },
            Location::caller(),
        )
    }

    /// As [`delay`](Task::delay), or until the token is cancelled: then it is cancelled, in the call that
    /// cancels.
    #[track_caller]
    pub fn delay_with(delay: Duration, token: CancellationToken) -> Task<()> {
        if token.is_cancellation_requested() {
            return Task::from_canceled(token);
        }
        if delay.is_zero() || !token.can_be_canceled() {
            return Task::delay(delay);
        }
        Task::method_of_kind(Kind::Delay, sleep_or_cancel(delay, token), Location::caller())
    }
}

async fn sleep_or_cancel(delay: Duration, token: CancellationToken) -> crate::Result<()> {
    let canceling = Arc::new(Canceling::default());
    let callback = canceling.clone();
    let registration = token.unsafe_register(move || {
        callback.canceled.store(true, Ordering::Release);
        let waker = callback.waker().take();
        if let Some(waker) = waker {
            ambient::inline(Inline::InPlace, || waker.wake());
        }
    });
    let mut sleep = pin!(timer::sleep(delay));
    let slept = poll_fn(|context| {
        ambient::do_not_capture();
        if canceling.canceled.load(Ordering::Acquire) {
            return Poll::Ready(false);
        }
        if sleep.as_mut().poll(context).is_ready() {
            return Poll::Ready(true);
        }
        *canceling.waker() = Some(context.waker().clone());
        // Cancelled between the two looks.
        if canceling.canceled.load(Ordering::Acquire) { Poll::Ready(false) } else { Poll::Pending }
    });
    let slept = slept.await;
    // Not by dropping it, which would wait for the callback that may be running this very code.
    registration.unregister();
    if slept { Ok(()) } else { Err(OperationCanceledException::of_task(token).into()) }
}
