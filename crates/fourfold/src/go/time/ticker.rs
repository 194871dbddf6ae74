//! Something that happens again and again.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::alarm::Alarm;
use super::{Time, driver, nanoseconds};
use crate::go::chan::{self, Chan, Receiver};

/// Sends the time to its channel again and again. A reader that is slow loses ticks; they do not
/// queue up. Dropping it, and its channel, ends it.
///
/// The original: [`time.Ticker`](https://pkg.go.dev/time#Ticker).
pub struct Ticker {
    alarm: Arc<Alarm>,
    chan: Chan<Time>,
    period: Arc<AtomicU64>,
}

/// A ticker with this period.
///
/// ```
/// use std::time::Duration;
/// use fourfold::go::{Builder, time};
///
/// Builder::new().virtual_time().run(|| {
///     let ticker = time::new_ticker(Duration::from_secs(1));
///     ticker.c().recv();
///     ticker.c().recv();
///     assert_eq!(time::now().nanoseconds(), 2_000_000_000);
///     ticker.stop();
/// });
/// ```
///
/// The original: [`time.NewTicker`](https://pkg.go.dev/time#NewTicker).
///
/// # Panics
///
/// With "non-positive interval for NewTicker" for zero.
#[track_caller]
pub fn new_ticker(period: Duration) -> Ticker {
    assert!(!period.is_zero(), "non-positive interval for NewTicker");
    let chan = chan::make_synchronous();
    let target = chan.downgrade();
    let every = Arc::new(AtomicU64::new(nanoseconds(period)));
    let period = every.clone();
    let driver = driver();
    let clock = driver.clone();
    let alarm = Alarm::new(
        driver,
        Box::new(move |due| {
            let chan = target.upgrade()?;
            let now = clock.now();
            let _ = chan.try_send(Time::from_nanoseconds(now));
            // The next multiple that is still to come: what was missed is not made up for.
            let period = every.load(Ordering::Relaxed);
            let late = now.saturating_sub(due);
            Some(due.saturating_add(period.saturating_mul(1 + late / period)))
        }),
    );
    alarm.set(period.load(Ordering::Relaxed), || ());
    Ticker { alarm, chan, period }
}

/// The channel of a ticker with this period, which ends when the channel is dropped; a nil channel
/// for zero.
///
/// The original: [`time.Tick`](https://pkg.go.dev/time#Tick).
pub fn tick(period: Duration) -> Receiver<Time> {
    if period.is_zero() {
        return Receiver::nil();
    }
    let ticker = new_ticker(period);
    let receiver = ticker.chan.receiver();
    ticker.chan.keep(ticker.alarm);
    receiver
}

impl Ticker {
    /// The channel the times are sent to.
    pub fn c(&self) -> Receiver<Time> {
        self.chan.receiver()
    }

    /// Ends it: nothing is received from here on. The channel is not closed.
    pub fn stop(&self) {
        self.alarm.stop(|| self.chan.try_recv().is_ok());
    }

    /// Gives it another period, which begins now; also if it was stopped.
    ///
    /// ```
    /// use std::time::Duration;
    /// use fourfold::go::{Builder, time};
    ///
    /// Builder::new().virtual_time().run(|| {
    ///     let ticker = time::new_ticker(Duration::from_secs(1));
    ///     time::sleep(Duration::from_millis(1500));
    ///     // The tick of the first second is not received any more.
    ///     ticker.reset(Duration::from_secs(3));
    ///     assert_eq!(ticker.c().recv().unwrap().nanoseconds(), 4_500_000_000);
    /// });
    /// ```
    ///
    /// # Panics
    ///
    /// With "non-positive interval for Ticker.Reset" for zero.
    #[track_caller]
    pub fn reset(&self, period: Duration) {
        assert!(!period.is_zero(), "non-positive interval for Ticker.Reset");
        let period = nanoseconds(period);
        self.alarm.set(period, || {
            self.period.store(period, Ordering::Relaxed);
            self.chan.try_recv().is_ok()
        });
    }
}

impl fmt::Debug for Ticker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ticker").field("alarm", &self.alarm).finish_non_exhaustive()
    }
}
