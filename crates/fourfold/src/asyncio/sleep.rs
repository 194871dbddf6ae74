//! Waiting for time to pass.

use std::future::Future as StdFuture;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use fourfold_kernel::timer;

use super::cell::{self, WaitReason};
use super::loop_core::CoreRef;
use super::running;
use crate::Result;

/// Suspends the task for `delay`; for no delay, for one turn of the loop.
///
/// # Errors
///
/// `Cancelled` when the task is cancelled meanwhile.
///
/// # Panics
///
/// When it is awaited where no loop is running on this thread.
///
/// The original is
/// [`asyncio.sleep`](https://docs.python.org/3/library/asyncio-task.html#asyncio.sleep).
///
/// ```
/// use std::time::Duration;
/// use fourfold::asyncio;
///
/// asyncio::run(async {
///     asyncio::sleep(Duration::from_millis(1)).await?;
///     asyncio::sleep(Duration::ZERO).await // lets everybody else run once
/// })
/// .unwrap();
/// ```
#[track_caller]
pub fn sleep(delay: Duration) -> Sleep {
    Sleep { made_at: Location::caller(), state: State::New(delay) }
}

/// As [`sleep`], and gives `result`.
///
/// # Errors
///
/// As for [`sleep`].
#[track_caller]
pub fn sleep_with<T>(delay: Duration, result: T) -> impl StdFuture<Output = Result<T>> {
    let sleep = sleep(delay);
    async move {
        sleep.await?;
        Ok(result)
    }
}

/// The future [`sleep`] returns.
#[derive(Debug)]
#[must_use = "a sleep does nothing until it is awaited"]
pub struct Sleep {
    made_at: &'static Location<'static>,
    state: State,
}

#[derive(Debug)]
enum State {
    New(Duration),
    Yielded,
    /// The timer, and when it is due.
    Waiting(CoreRef, timer::Key, u64),
    Done,
}

impl StdFuture for Sleep {
    type Output = Result<()>;

    // Always: the rest is out of line, and what is left is not more than a call would be.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        if cell::is_throw_due() {
            return self.cancelled();
        }
        match &self.state {
            State::New(delay) if delay.is_zero() => {
                self.state = State::Yielded;
                cell::yield_now(context.waker());
                Poll::Pending
            }
            State::Yielded => {
                self.state = State::Done;
                Poll::Ready(Ok(()))
            }
            _ => self.poll_timer(context),
        }
    }
}

impl Sleep {
    #[cold]
    fn cancelled(&mut self) -> Poll<Result<()>> {
        self.forget();
        Poll::Ready(Err(cell::throw()))
    }

    #[inline(never)]
    fn poll_timer(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        match &self.state {
            State::New(delay) => {
                let delay = *delay;
                let waiting = running::with_running_loop(|core| {
                    let deadline = core.deadline_after(delay);
                    let key = core.wake_at(deadline, context.waker().clone());
                    State::Waiting(CoreRef::new(core), key, deadline)
                });
                match waiting {
                    Some(waiting) => self.state = waiting,
                    None => panic!("no running event loop: await a sleep under asyncio::run"),
                }
            }
            State::Waiting(core, key, deadline) if core.time_queued() < *deadline => {
                // Polled for another reason; if by another waker, that is the one to wake.
                core.rewake(*key, context.waker());
            }
            State::Waiting(..) => {
                self.state = State::Done;
                return Poll::Ready(Ok(()));
            }
            State::Yielded | State::Done => panic!("a sleep was polled after it was done"),
        }
        cell::wait_in_leaf_at(&WaitReason("sleep"), Some(self.made_at));
        Poll::Pending
    }

    fn forget(&mut self) {
        if let State::Waiting(core, key, _) = std::mem::replace(&mut self.state, State::Done) {
            core.cancel_timer(key);
        }
    }
}

impl Drop for Sleep {
    #[inline]
    fn drop(&mut self) {
        if matches!(self.state, State::Waiting(..)) {
            self.forget();
        }
    }
}
