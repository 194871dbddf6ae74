//! Something that happens once, at a time.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::alarm::Alarm;
use super::{Time, driver, nanoseconds};
use crate::go::chan::{self, Chan, Receiver};
use crate::go::run::Runtime;

/// Sends the time to its channel once, or calls a function, unless it is stopped before.
///
/// A timer that nobody has any more, neither it nor its channel, is forgotten.
///
/// The original: [`time.Timer`](https://pkg.go.dev/time#Timer).
pub struct Timer {
    alarm: Arc<Alarm>,
    chan: Chan<Time>,
}

/// A timer that sends the time to [its channel](Timer::c) after `duration`.
///
/// ```
/// use std::time::Duration;
/// use fourfold::go::{Builder, time};
///
/// Builder::new().virtual_time().run(|| {
///     let timer = time::new_timer(Duration::from_secs(60));
///     assert!(timer.stop());
///     timer.reset(Duration::from_secs(1));
///     let sent = timer.c().recv().unwrap();
///     assert_eq!(sent.nanoseconds(), 1_000_000_000);
/// });
/// ```
///
/// The original: [`time.NewTimer`](https://pkg.go.dev/time#NewTimer).
pub fn new_timer(duration: Duration) -> Timer {
    let chan = chan::make_synchronous();
    let target = chan.downgrade();
    let driver = driver();
    let clock = driver.clone();
    let alarm = Alarm::new(
        driver,
        Box::new(move |_| {
            if let Some(chan) = target.upgrade() {
                let _ = chan.try_send(Time::from_nanoseconds(clock.now()));
            }
            None
        }),
    );
    alarm.set(nanoseconds(duration), || ());
    Timer { alarm, chan }
}

/// A channel on which the time is received once, after `duration`.
///
/// The original: [`time.After`](https://pkg.go.dev/time#After).
pub fn after(duration: Duration) -> Receiver<Time> {
    let timer = new_timer(duration);
    let receiver = timer.chan.receiver();
    // Kept by the channel: when that goes, so does the timer.
    timer.chan.keep(timer.alarm);
    receiver
}

/// Calls `f` in a goroutine of its own after `duration`.
///
/// The timer goes on when it is dropped.
///
/// The original: [`time.AfterFunc`](https://pkg.go.dev/time#AfterFunc).
#[track_caller]
pub fn after_func(duration: Duration, f: impl FnMut() + Send + 'static) -> Timer {
    let runtime = Runtime::current_or_default();
    let f = Arc::new(Mutex::new(f));
    // A reference to itself, given up when it fires: it goes on without its handle.
    let own: Arc<Mutex<Option<Arc<Alarm>>>> = Arc::default();
    let kept = own.clone();
    let alarm = Alarm::new(
        driver(),
        Box::new(move |_| {
            own.lock().unwrap_or_else(PoisonError::into_inner).take();
            let f = f.clone();
            drop(runtime.go(move || {
                let mut f = f.lock().unwrap_or_else(PoisonError::into_inner);
                (*f)();
            }));
            None
        }),
    );
    *kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(alarm.clone());
    alarm.set(nanoseconds(duration), || ());
    Timer { alarm, chan: Chan::nil() }
}

impl Timer {
    /// The channel the time is sent to; [nil](Chan::nil) for one of [`after_func`].
    pub fn c(&self) -> Receiver<Time> {
        self.chan.receiver()
    }

    /// Stops it: nothing is received and nothing called from here on. Tells whether it was waiting,
    /// or what it sent had not been received.
    ///
    /// A function that was called already goes on.
    pub fn stop(&self) -> bool {
        let (was_set, unread) = self.alarm.stop(|| self.chan.try_recv().is_ok());
        was_set || unread
    }

    /// Has it happen after `duration` from now, whatever it was doing. Tells what
    /// [`stop`](Timer::stop) would.
    pub fn reset(&self, duration: Duration) -> bool {
        let unread = || self.chan.try_recv().is_ok();
        let (was_set, unread) = self.alarm.set(nanoseconds(duration), unread);
        was_set || unread
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").field("alarm", &self.alarm).finish_non_exhaustive()
    }
}
