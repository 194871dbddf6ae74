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
    /// Of one of [`after_func`]: what keeps it while it is set, also without its handle.
    kept: Option<Kept>,
}

type Kept = Arc<Mutex<Option<Arc<Alarm>>>>;

/// Puts a reference to itself in or takes it out. It is dropped by the caller, without a lock.
fn keep(kept: &Kept, alarm: Option<Arc<Alarm>>) -> Option<Arc<Alarm>> {
    std::mem::replace(&mut *kept.lock().unwrap_or_else(PoisonError::into_inner), alarm)
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
    Timer { alarm, chan, kept: None }
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
/// The timer goes on when it is dropped. If it is [reset](Timer::reset) while `f` is at work, the
/// next call waits for that one.
///
/// ```
/// use std::time::Duration;
/// use fourfold::go::{Builder, chan, time};
///
/// Builder::new().virtual_time().run(|| {
///     let called = chan::make::<()>(0);
///     let tell = called.clone();
///     let timer = time::after_func(Duration::from_secs(1), move || tell.send(()));
///     called.recv();
///     timer.reset(Duration::from_secs(2));
///     called.recv();
///     assert_eq!(time::now().nanoseconds(), 3_000_000_000);
///     assert!(!timer.stop());
/// });
/// ```
///
/// The original: [`time.AfterFunc`](https://pkg.go.dev/time#AfterFunc).
#[track_caller]
pub fn after_func(duration: Duration, f: impl FnMut() + Send + 'static) -> Timer {
    let runtime = Runtime::current_or_default();
    // A lock that parks: `f` may wait while it has it.
    let f = Arc::new(crate::go::sync::Mutex::new(f));
    let kept = Kept::default();
    let fired = kept.clone();
    let alarm = Alarm::new(
        driver(),
        Box::new(move |_| {
            // Not the last reference: who rings has one.
            drop(keep(&fired, None));
            let f = f.clone();
            drop(runtime.go(move || (*f.lock())()));
            None
        }),
    );
    let timer = Timer { alarm, chan: Chan::nil(), kept: Some(kept) };
    timer.reset(duration);
    timer
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
        let (was_set, (unread, kept)) = self.alarm.stop(|| self.unset(None));
        drop(kept);
        was_set || unread
    }

    /// Has it happen after `duration` from now, whatever it was doing. Tells what
    /// [`stop`](Timer::stop) would.
    pub fn reset(&self, duration: Duration) -> bool {
        let set = || self.unset(Some(self.alarm.clone()));
        let (was_set, (unread, kept)) = self.alarm.set(nanoseconds(duration), set);
        drop(kept);
        was_set || unread
    }

    /// Takes back what it sent; `alarm` is kept from here on, what was kept is returned.
    fn unset(&self, alarm: Option<Arc<Alarm>>) -> (bool, Option<Arc<Alarm>>) {
        let kept = self.kept.as_ref().and_then(|kept| keep(kept, alarm));
        (self.chan.try_recv().is_ok(), kept)
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").field("alarm", &self.alarm).finish_non_exhaustive()
    }
}
