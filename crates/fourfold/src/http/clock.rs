//! Time for HTTP: that of the running loop, so that under a virtual clock it is virtual.

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use fourfold_kernel::{driver, timer};

/// Where hyper's time begins; only differences are ever used.
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

/// Whether there is a loop on this thread whose timers can be used.
pub(crate) fn has_timers() -> bool {
    driver::current().is_some()
}

/// hyper's timer on the loop that polls it.
///
/// # Panics
///
/// Its sleeps panic when they are polled on a thread where no loop is running.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timer;

impl hyper::rt::Timer for Timer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn hyper::rt::Sleep>> {
        Box::pin(Sleep(timer::sleep(duration)))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn hyper::rt::Sleep>> {
        let now = hyper::rt::Timer::now(self);
        hyper::rt::Timer::sleep(self, deadline.saturating_duration_since(now))
    }

    fn now(&self) -> Instant {
        origin() + now()
    }
}

/// The kernel's sleep under hyper's trait.
struct Sleep(timer::Sleep);

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.0).poll(cx)
    }
}

impl hyper::rt::Sleep for Sleep {}
