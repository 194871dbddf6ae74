//! A function that the pool calls when a time has come.

use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Wake, Waker};
use std::time::Duration;

use fourfold_kernel::driver::Driver;
use fourfold_kernel::pool::Pool;
use fourfold_kernel::timer;

use super::execution_context::Flow;
use super::thread_pool;

/// A timer of a pool. Dropped before its time it calls nothing, unless the call is queued already.
pub(crate) struct Alarm {
    driver: Arc<dyn Driver>,
    key: timer::Key,
}

impl Alarm {
    /// After this time, on the pool that is current here.
    pub(crate) fn after(delay: Duration, f: impl FnOnce() + Send + 'static) -> Alarm {
        let pool = thread_pool::current();
        Alarm::at(pool, pool.driver().now().saturating_add(nanoseconds(delay)), f)
    }

    /// When the clock of `pool` shows `deadline`.
    pub(crate) fn at(pool: Pool, deadline: u64, f: impl FnOnce() + Send + 'static) -> Alarm {
        let ring = Arc::new(Ring { pool, function: Mutex::new(Some(f)) });
        let driver = pool.driver();
        let key = driver.timer_insert(deadline, Waker::from(ring));
        Alarm { driver, key }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.driver.timer_cancel(self.key);
    }
}

/// As the pool's clock counts; what is more than 584 years is never.
pub(crate) fn nanoseconds(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

/// What is woken at the time. It queues the function, as the worker that fires timers must not run it.
struct Ring<F> {
    pool: Pool,
    function: Mutex<Option<F>>,
}

impl<F: FnOnce() + Send + 'static> Wake for Ring<F> {
    fn wake(self: Arc<Self>) {
        let function = self.function.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(function) = function {
            thread_pool::queue_behind(self.pool, Flow::default(), function);
        }
    }
}
