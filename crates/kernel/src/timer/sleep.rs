//! The future that waits for a time.
//!
//! # Invariants
//!
//! 1. A `Sleep` has at most one timer, in the wheel of the driver it keeps beside the key.
//! 2. That timer wakes the waker of the last poll.
//! 3. A finished `Sleep` has no timer, and stays finished.
//!
//! Rejected: a cell that the timer and the future share, in which the waker is replaced. It costs
//! an allocation for each sleep to save a cancel and an insert on the rare change of waker.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, RawWakerVTable, Waker};
use std::time::Duration;

use super::Key;
use crate::driver::{self, Driver};
use crate::trace;

/// Waits for `duration`, counted from the first poll.
///
/// Nanoseconds count: the wait is not rounded to milliseconds. A duration of zero is over at the
/// first poll, without giving way to others; one of more than 584 years never ends.
///
/// ```no_run
/// # async fn example() {
/// use std::time::Duration;
/// fourfold_kernel::timer::sleep(Duration::from_micros(250)).await;
/// # }
/// ```
pub fn sleep(duration: Duration) -> Sleep {
    let nanoseconds = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
    Sleep { until: Until::After(nanoseconds), timer: None }
}

/// Waits until the loop's time is `deadline`, in nanoseconds since that loop was made
/// ([`Driver::now`]). A deadline in the past is over at the first poll.
///
/// The number means what it means to the loop that polls it: two loops that were made at
/// different times reach it at different times.
pub fn sleep_until(deadline: u64) -> Sleep {
    Sleep { until: Until::Deadline(deadline), timer: None }
}

/// A future that is ready once its time has come; made by [`sleep`] and [`sleep_until`].
///
/// # Cancellation
///
/// Dropping it takes its timer out of the wheel; that is all there is to undo. Dropped on another
/// thread than its loop's, the timer may stay until its deadline and then wake a task for
/// nothing, which a task must bear anyhow.
///
/// # Threads
///
/// It may be moved to another thread at any time, polled or not. Polled under another driver it
/// leaves the former one and goes on there: after [`sleep`], for the time that remained.
///
/// # Panics
///
/// When it is polled on a thread where no loop is running.
#[derive(Debug)]
#[must_use = "a sleep does nothing unless it is awaited"]
pub struct Sleep {
    until: Until,
    timer: Option<Timer>,
}

#[derive(Clone, Copy, Debug)]
enum Until {
    /// Not yet polled, this long to go.
    After(u64),
    /// By [`sleep`], on the clock of the driver in `timer`.
    Counted(u64),
    /// By [`sleep_until`], on the clock of whoever polls.
    Deadline(u64),
    Over,
}

struct Timer {
    driver: Arc<dyn Driver>,
    key: Key,
    wakes: Identity,
}

/// Which waker it is, without a reference of its own: for as long as the timer has not fired the
/// driver has one, so that no other can look the same. Once it has fired nobody asks.
#[derive(PartialEq, Eq)]
struct Identity(*const (), *const RawWakerVTable);

// SAFETY: the addresses are compared and never followed.
unsafe impl Send for Identity {}
// SAFETY: as above.
unsafe impl Sync for Identity {}

impl Identity {
    #[inline]
    fn of(waker: &Waker) -> Identity {
        Identity(waker.data(), waker.vtable())
    }
}

impl Timer {
    /// Addresses only: the same type may have several vtables.
    #[inline]
    fn is_of(&self, driver: &Arc<dyn Driver>) -> bool {
        std::ptr::addr_eq(Arc::as_ptr(&self.driver), Arc::as_ptr(driver))
    }
}

impl std::fmt::Debug for Timer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Timer").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Drop for Sleep {
    #[inline]
    fn drop(&mut self) {
        self.cancel();
    }
}

impl Sleep {
    #[inline]
    fn cancel(&mut self) {
        if let Some(timer) = self.timer.take() {
            timer.driver.timer_cancel(timer.key);
        }
    }

    /// Its time has come.
    #[inline]
    fn finish(&mut self) -> Poll<()> {
        self.until = Until::Over;
        if let Some(timer) = self.timer.take() {
            timer.driver.timer_passed(timer.key);
        }
        Poll::Ready(())
    }

    /// Whether it is over or waits already, as far as that can be told with the `driver` borrowed.
    #[inline]
    fn look(&mut self, driver: &Arc<dyn Driver>, waker: &Waker) -> Option<Poll<()>> {
        let (Until::Counted(deadline) | Until::Deadline(deadline)) = self.until else {
            return None;
        };
        let timer = self.timer.as_ref().filter(|timer| timer.is_of(driver))?;
        if driver.has_reached(deadline) {
            return Some(self.finish());
        }
        (timer.wakes == Identity::of(waker)).then_some(Poll::Pending)
    }

    /// The deadline on the clock of `driver`.
    fn deadline(&self, driver: &Arc<dyn Driver>) -> u64 {
        match (self.until, &self.timer) {
            (Until::After(duration), _) => driver.now().saturating_add(duration),
            (Until::Counted(deadline), Some(former)) if !former.is_of(driver) => {
                let left = deadline.saturating_sub(former.driver.now());
                driver.now().saturating_add(left)
            }
            (Until::Counted(deadline) | Until::Deadline(deadline), _) => deadline,
            (Until::Over, _) => unreachable!("it is not asked any more"),
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if let Until::Over = self.until {
            return Poll::Ready(());
        }
        let waker = context.waker();
        let looked = driver::with_current(|driver| self.look(driver?, waker));
        if let Some(polled) = looked {
            if polled.is_pending() {
                trace::waiting_here("sleep", None);
            }
            return polled;
        }
        let Some(driver) = driver::current() else {
            panic!(
                "a Sleep was polled on a thread where no loop is running; await it in a task of a \
                 loop, or make a driver current with fourfold_kernel::driver::enter first"
            );
        };
        let fresh = matches!(self.until, Until::After(1..));
        let deadline = self.deadline(&driver);
        if !matches!(self.until, Until::Deadline(_)) {
            self.until = Until::Counted(deadline);
        }
        // The former timer goes first: were the insert to panic, none would be left over.
        self.cancel();
        if !fresh && driver.has_reached(deadline) {
            return self.finish();
        }
        let wakes = Identity::of(waker);
        let key = driver.timer_insert(deadline, waker.clone());
        self.timer = Some(Timer { driver, key, wakes });
        trace::waiting_here("sleep", None);
        Poll::Pending
    }
}
