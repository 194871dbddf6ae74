//! Time for HTTP: that of the running loop, so that under a virtual clock it is virtual.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use fourfold_kernel::driver::{self, Driver};
use fourfold_kernel::timer::Key;

/// Where time begins; only differences are ever used.
fn origin() -> Instant {
    static ORIGIN: OnceLock<Instant> = OnceLock::new();
    *ORIGIN.get_or_init(Instant::now)
}

/// The time of the loop that runs on this thread, or the machine's where none runs.
pub(crate) fn now() -> Duration {
    match driver::current() {
        Some(driver) => Duration::from_nanos(driver.now()),
        None => origin().elapsed(),
    }
}

/// hyper's timer on a loop of ours.
#[derive(Clone)]
pub struct Timer {
    driver: Arc<dyn Driver>,
}

impl Timer {
    /// The timer of the loop that runs on this thread; none if none runs.
    pub fn current() -> Option<Timer> {
        driver::current().map(|driver| Timer { driver })
    }

    /// The timer of this loop.
    pub fn new(driver: Arc<dyn Driver>) -> Timer {
        Timer { driver }
    }

    fn at(&self, deadline: u64) -> Sleep {
        Sleep { driver: Arc::clone(&self.driver), deadline, set: None }
    }

    /// A future that is ready once `duration` has passed. It is polled on the loop's own thread.
    pub(crate) fn after(&self, duration: Duration) -> Sleep {
        let duration = u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX);
        self.at(self.driver.now().saturating_add(duration))
    }
}

impl hyper::rt::Timer for Timer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(self.after(duration))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(self.after(deadline.saturating_duration_since(hyper::rt::Timer::now(self))))
    }

    fn now(&self) -> Instant {
        origin() + Duration::from_nanos(self.driver.now())
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timer").finish_non_exhaustive()
    }
}

/// One wait; the timer goes with it when it is dropped.
pub(crate) struct Sleep {
    driver: Arc<dyn Driver>,
    deadline: u64,
    set: Option<(Key, Waker)>,
}

impl Sleep {
    fn unset(&mut self) {
        if let Some((key, _)) = self.set.take() {
            self.driver.timer_cancel(key);
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let this = self.get_mut();
        if this.driver.now() >= this.deadline {
            this.unset();
            return Poll::Ready(());
        }
        if !this.set.as_ref().is_some_and(|(_, waker)| waker.will_wake(cx.waker())) {
            this.unset();
            let key = this.driver.timer_insert(this.deadline, cx.waker().clone());
            this.set = Some((key, cx.waker().clone()));
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.unset();
    }
}

impl hyper::rt::Sleep for Sleep {}
