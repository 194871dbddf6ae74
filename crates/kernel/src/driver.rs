//! What every loop offers the things that run on it, whatever its language.
//!
//! A socket, a sleep or an HTTP connection does not know which dialect's loop polls it. It asks
//! [`current`] for the [`Driver`] of the loop that is running on this thread and finds there the
//! reactor, the clock, the timers and a way to start another task.

use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::Waker;

use crate::reactor;
use crate::timer;

/// A future without a result that never leaves its thread.
pub type LocalBoxFuture = Pin<Box<dyn Future<Output = ()> + 'static>>;

/// The services of a running loop.
///
/// A driver is handed out as `Arc<dyn Driver>` and may be kept by any thread; the methods that
/// name an *owner thread* act only there.
pub trait Driver: Send + Sync + 'static {
    /// The reactor that readiness for this loop's sockets comes from.
    fn reactor(&self) -> &reactor::Handle;

    /// The loop's time, in nanoseconds since the loop was made. Virtual under a virtual clock.
    fn now(&self) -> u64;

    /// Wakes `waker` once [`now`](Driver::now) has reached `deadline`.
    ///
    /// # Panics
    ///
    /// When it is not called on the owner thread.
    fn timer_insert(&self, deadline: u64, waker: Waker) -> timer::Key;

    /// Whether [`now`](Driver::now) has reached `deadline`. A driver that knows a time it has reached
    /// need not read its clock for this.
    fn has_reached(&self, deadline: u64) -> bool {
        self.now() >= deadline
    }

    /// Nobody waits any more for a timer whose deadline has been reached. A driver may leave it to
    /// fire, if it has not fired yet, which then costs one spurious wake.
    fn timer_passed(&self, key: timer::Key) {
        self.timer_cancel(key);
    }

    /// Forgets a timer. Called on a thread other than the owner it may leave the timer in place,
    /// which costs one spurious wake and nothing else.
    fn timer_cancel(&self, key: timer::Key);

    /// Starts `future` as a detached task of this loop.
    ///
    /// # Panics
    ///
    /// When it is not called on the owner thread.
    fn spawn_local(&self, future: LocalBoxFuture);

    /// Another thread works for what waits on this loop, until the guard is dropped: one that ends by
    /// itself goes on until then. `None` from a driver that does not.
    ///
    /// # Panics
    ///
    /// When it is not called on the owner thread.
    fn outside_work(&self) -> Option<OutsideWork> {
        None
    }

    /// What the task that is polled here was asked to stop with, if it was and the wait that asks this is
    /// to answer for it; it is not told again. `None` from a driver whose tasks are not asked to stop, or
    /// are by other means.
    ///
    /// Called on the owner thread, in a poll.
    fn take_cancellation(&self) -> Option<Cancellation> {
        None
    }

    /// The task that is polled here is about to wait, and the wait will ask for its
    /// [cancellation](Driver::take_cancellation) when it is polled again: a request wakes it.
    ///
    /// Called on the owner thread, in a poll.
    fn waits_for_cancellation(&self) {}
}

/// Why a task was asked to stop, in the words of its dialect.
pub type Cancellation = Box<dyn Any + Send>;

/// Returned by [`Driver::outside_work`]; may be dropped on any thread.
pub type OutsideWork = Box<dyn Send + Sync>;

thread_local! {
    static CURRENT: RefCell<Option<Arc<dyn Driver>>> = const { RefCell::new(None) };
}

/// The driver of the loop that is running on this thread, if one is.
pub fn current() -> Option<Arc<dyn Driver>> {
    CURRENT.with(|current| current.borrow().clone())
}

/// As [`current`], without a clone. `f` must not [`enter`] a driver.
#[inline]
pub fn with_current<R>(f: impl FnOnce(Option<&Arc<dyn Driver>>) -> R) -> R {
    CURRENT.with(|current| f(current.borrow().as_ref()))
}

/// Makes `driver` the current one until the guard is dropped; then the former one is current
/// again.
pub fn enter(driver: Arc<dyn Driver>) -> Enter {
    Enter {
        former: CURRENT.with(|current| current.replace(Some(driver))),
        _not_send: std::marker::PhantomData,
    }
}

/// Returned by [`enter`].
#[must_use = "the driver is current only while the guard lives"]
pub struct Enter {
    former: Option<Arc<dyn Driver>>,
    _not_send: std::marker::PhantomData<*const ()>,
}

impl Drop for Enter {
    fn drop(&mut self) {
        let former = self.former.take();
        let left = CURRENT.with(|current| current.replace(former));
        drop(left);
    }
}
