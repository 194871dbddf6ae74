//! Time: sleeping, timers, tickers.
//!
//! All of it goes by the clock of the runtime it is used in, which may be
//! [virtual](crate::go::Builder::virtual_time); on a plain thread by that of the default runtime.
//!
//! | Go | here |
//! |---|---|
//! | `time.Sleep` | [`sleep`], [`sleep_async`] |
//! | `time.Now`, `time.Since`, `time.Until` | [`now`], [`since`], [`until`] |
//! | `time.After`, `time.AfterFunc` | [`after`], [`after_func`] |
//! | `time.NewTimer` | [`new_timer`]: [`Timer`] |
//! | `time.Tick`, `time.NewTicker` | [`tick`], [`new_ticker`]: [`Ticker`] |
//!
//! As in Go since 1.23, what a timer sends cannot be stale: after `stop` or `reset` nothing is
//! received that was sent before, and `len` and `cap` of its channel are 0.

pub(super) mod alarm;
mod ticker;
mod timer;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use fourfold_kernel::driver::Driver;
use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Reason, waiting};
use fourfold_kernel::timer as kernel;

pub use ticker::{Ticker, new_ticker, tick};
pub use timer::{Timer, after, after_func, new_timer};

static SLEEP: Reason = Reason::by_time("sleep");

/// A moment on a runtime's clock. Moments of different runtimes cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time {
    nanoseconds: u64,
}

// Go's names, which are not quite what the operators of Rust mean: neither can fail.
#[allow(clippy::should_implement_trait)]
impl Time {
    pub(super) fn from_nanoseconds(nanoseconds: u64) -> Time {
        Time { nanoseconds }
    }

    /// Nanoseconds since the runtime was made.
    pub fn nanoseconds(self) -> u64 {
        self.nanoseconds
    }

    /// How much later than `earlier` it is; zero if it is not.
    pub fn sub(self, earlier: Time) -> Duration {
        Duration::from_nanos(self.nanoseconds.saturating_sub(earlier.nanoseconds))
    }

    /// This much later.
    pub fn add(self, duration: Duration) -> Time {
        Time { nanoseconds: self.nanoseconds.saturating_add(nanoseconds(duration)) }
    }
}

pub(super) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// The loop of the runtime this runs in, or of the default one.
pub(super) fn driver() -> Arc<dyn Driver> {
    super::run::current_or_default().driver()
}

/// The time now.
pub fn now() -> Time {
    Time { nanoseconds: super::run::current_or_default().now() }
}

/// How long ago `time` was.
pub fn since(time: Time) -> Duration {
    now().sub(time)
}

/// How long it is until `time`; zero if it has passed.
///
/// ```
/// use std::time::Duration;
/// use fourfold::go::{Builder, time};
///
/// Builder::new().virtual_time().run(|| {
///     let deadline = time::now().add(Duration::from_secs(3));
///     time::sleep(Duration::from_secs(1));
///     assert_eq!(time::until(deadline), Duration::from_secs(2));
/// });
/// ```
///
/// The original: [`time.Until`](https://pkg.go.dev/time#Until).
pub fn until(time: Time) -> Duration {
    time.sub(now())
}

/// Waits for `duration`. The goroutine sleeps, its worker does not. Zero is over at once.
///
/// The original: [`time.Sleep`](https://pkg.go.dev/time#Sleep).
///
/// # Panics
///
/// In a future: use [`sleep_async`].
pub fn sleep(duration: Duration) {
    if duration.is_zero() {
        return;
    }
    if fourfold_kernel::pool::Pool::current().is_none() {
        return std::thread::sleep(duration);
    }
    fiber::wait(sleep_async(duration));
}

/// As [`sleep`], awaited, in a goroutine or in a task of any of this crate's loops.
///
/// # Panics
///
/// When it is polled on a thread where no loop is running.
pub fn sleep_async(duration: Duration) -> Sleep {
    Sleep { sleep: kernel::sleep(duration) }
}

/// Returned by [`sleep_async`]. Dropping it ends the sleep.
#[derive(Debug)]
#[must_use = "a future does nothing unless it is awaited"]
pub struct Sleep {
    sleep: kernel::Sleep,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let polled = Pin::new(&mut self.sleep).poll(context);
        if polled.is_pending() {
            waiting(&SLEEP);
        }
        polled
    }
}
