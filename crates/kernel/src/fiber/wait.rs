//! How plain code waits.

use std::future::Future;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use super::current::{self, Control};
use super::thread;
use crate::pool::Kind;
use crate::pool::worker::{self, Worker};

/// Whether this code runs on a fiber.
pub fn is_fiber() -> bool {
    !current::get().is_null()
}

/// Whether this code runs on a fiber that stays on its thread.
pub fn is_pinned() -> bool {
    let mut pinned = false;
    worker::with_current_task(|task| pinned = task.kind() == Kind::Fiber);
    pinned
}

/// Whether the stack this code runs on is being unwound because its pool has ended. What it does
/// from here on must not wait.
pub fn is_torn_down() -> bool {
    let control = current::get();
    // SAFETY: it is the control of the fiber this code runs on.
    !control.is_null() && unsafe { &*control }.is_tearing_down()
}

/// Waits for `future` and returns its value.
///
/// On a fiber the task waits, and its worker runs others meanwhile. On a thread of its own the
/// thread sleeps.
///
/// A fiber whose thread is panicking never switches: where a destructor waits during a panic, the
/// worker's thread sleeps until the future is ready.
///
/// # Panics
///
/// In a future that a worker polls: it could neither switch nor sleep without keeping the worker
/// from others. Await there.
///
/// # Teardown
///
/// If the pool ends while the fiber waits here, the stack is unwound from here.
#[inline]
#[track_caller]
pub fn wait<F: Future>(future: F) -> F::Output {
    let future = pin!(future);
    let control = current::get();
    if control.is_null() {
        return wait_elsewhere(future);
    }
    // SAFETY: it is the control of the fiber this code runs on, whose stack it lies on.
    wait_on_fiber(unsafe { &*control }, future)
}

/// A fiber that is about to leave its stack, from [`own_waker`].
pub(crate) struct Leaving(*const Control);

/// This fiber's own waker to keep, if this code runs on one that may leave its stack now.
///
/// # Safety
///
/// If there is one, [`wait_pending`] is called next, and nothing else that suspends.
#[inline]
pub(crate) unsafe fn own_waker() -> Option<(Waker, Leaving)> {
    let control = current::get();
    if control.is_null() || std::thread::panicking() {
        return None;
    }
    // SAFETY: as in `wait`; the rest is the caller's promise.
    Some((unsafe { (*control).own_waker() }, Leaving(control)))
}

/// As [`wait`], of a future that is pending already and has been given [`own_waker`].
///
/// # Safety
///
/// This runs on the fiber that `leaving` was given to.
#[inline]
pub(crate) unsafe fn wait_pending<F: Future>(
    leaving: Leaving,
    mut future: Pin<&mut F>,
) -> F::Output {
    // SAFETY: as in `wait`: it is on this stack.
    let control = unsafe { &*leaving.0 };
    loop {
        control.suspend();
        let mut context = Context::from_waker(control.waker());
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        if std::thread::panicking() {
            return wait_in_panic(control, future);
        }
    }
}

#[inline]
fn wait_on_fiber<F: Future>(control: &Control, mut future: Pin<&mut F>) -> F::Output {
    loop {
        let mut context = Context::from_waker(control.waker());
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        if std::thread::panicking() {
            return wait_in_panic(control, future);
        }
        control.suspend();
    }
}

#[cold]
#[inline(never)]
fn wait_in_panic<F: Future>(control: &Control, future: Pin<&mut F>) -> F::Output {
    if control.is_tearing_down() {
        // It would wait for tasks that are being unwound themselves, on this thread perhaps.
        eprintln!(
            "fourfold: a destructor waited while its fiber was unwound at the end of the pool; \
             aborting. Let destructors not wait, or end the task before its pool."
        );
        std::process::abort();
    }
    thread::wait(future)
}

#[cold]
#[track_caller]
fn wait_elsewhere<F: Future>(future: Pin<&mut F>) -> F::Output {
    assert!(
        worker::current_task().is_null(),
        "a plain call waited inside of a future: use the form that is awaited (`…_async().await`), \
         or run the code as a fiber of its own"
    );
    thread::wait(future)
}

/// Calls `f` as a part of a poll: on a fiber too, what waits in it by a plain call panics, as it does
/// in a future that a worker polls, and nothing switches.
///
/// For code that sets something of the thread's and takes it back, which a switch in between would
/// show to other tasks, or leave with them.
///
/// ```
/// use fourfold_kernel::fiber;
///
/// assert_eq!(fiber::without_switching(|| fiber::is_fiber()), false);
/// ```
pub fn without_switching<R>(f: impl FnOnce() -> R) -> R {
    /// Gives the thread its fiber back, also where `f` unwinds.
    struct Restore(*const Control);

    impl Drop for Restore {
        fn drop(&mut self) {
            current::set(self.0);
        }
    }

    // A fiber whose thread is panicking never switches anyway, and may still wait.
    if std::thread::panicking() {
        return f();
    }
    let _restore = Restore(current::set(std::ptr::null()));
    f()
}

/// Lets others run: the fiber goes behind all that waits on its worker. On a thread that is no
/// worker, as [`std::thread::yield_now`]; in a future that is polled it does nothing.
#[inline]
pub fn yield_now() {
    let control = current::get();
    if control.is_null() {
        return yield_elsewhere();
    }
    if std::thread::panicking() {
        return;
    }
    // SAFETY: as in `wait`.
    let control = unsafe { &*control };
    control.task().yield_next();
    control.suspend();
}

#[cold]
fn yield_elsewhere() {
    if worker::current_task().is_null() {
        std::thread::yield_now();
    }
}

/// Gives way if this fiber has run for longer than its share. Operations that often need not wait
/// call it, so that a loop of them does not keep its worker from others.
// Never inlined: it reads a thread-local, and its callers wait in between (`current.rs`).
#[inline(never)]
pub fn checkpoint() {
    if Worker::current().is_some_and(Worker::is_overdue) {
        overdue();
    }
}

#[cold]
fn overdue() {
    if is_fiber() {
        yield_now();
    }
}
