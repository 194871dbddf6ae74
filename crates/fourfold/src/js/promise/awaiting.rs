//! `promise.await`.

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use fourfold_kernel::task::ListenerKey;

use super::super::callback::Callback;
use super::super::core::{self, Core};
use super::super::microtasks::{Job, Microtask};
use super::Promise;
use crate::Result;

/// The future that `promise.await` waits with.
///
/// It is ready one microtask after the promise is settled, also where that is long past. Dropped before,
/// it leaves nothing behind at the promise, which counts as handled all the same.
#[must_use = "an await does nothing until it is polled"]
pub struct Await<T: 'static> {
    promise: Promise<T>,
    site: &'static Location<'static>,
    key: Option<ListenerKey>,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// It was settled when it was awaited first; the next poll is the microtask.
    Ticking,
    Waiting,
}

impl<T: 'static> Await<T> {
    #[inline]
    pub(super) fn new(promise: Promise<T>, site: &'static Location<'static>) -> Await<T> {
        Await { promise, site, key: None, state: State::New }
    }

    #[inline]
    fn trace_waiting(&self) {
        self.promise.cell().data().local().trace_wait();
    }
}

impl<T: Clone + 'static> Future for Await<T> {
    type Output = Result<T>;

    // Always: what is not of a promise that was made with its value is out of line, and what is left is
    // not more than a call would be.
    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let this = &mut *self;
        if this.promise.has_cell() {
            return this.poll_cell(context);
        }
        if this.state == State::New {
            this.state = State::Ticking;
            core::with_running(|core| again_in_a_microtask(core, context.waker()));
            return Poll::Pending;
        }
        match this.promise.take_fulfilled() {
            Some(value) => Poll::Ready(Ok(value)),
            None => polled_again(),
        }
    }
}

#[cold]
fn polled_again() -> ! {
    panic!("an await was polled after it was ready");
}

impl<T: Clone + 'static> Await<T> {
    #[inline(never)]
    fn poll_cell(&mut self, context: &mut Context<'_>) -> Poll<Result<T>> {
        match self.state {
            State::New => {
                self.promise.handle();
                self.trace_waiting();
                if self.promise.cell().is_done() {
                    self.state = State::Ticking;
                    again_in_a_microtask(self.promise.core(), context.waker());
                    return Poll::Pending;
                }
                self.state = State::Waiting;
                let pending = self.promise.cell().poll_done(context, &mut self.key);
                debug_assert!(pending.is_pending());
                self.promise.core().awaits();
                return Poll::Pending;
            }
            State::Waiting => {
                if self.promise.cell().poll_done(context, &mut self.key).is_pending() {
                    self.promise.core().awaits();
                    self.trace_waiting();
                    return Poll::Pending;
                }
            }
            State::Ticking => {}
        }
        let outcome = self.promise.take(self.site).outcome();
        if let Err(error) = &outcome {
            core::try_with_running(|core| core.awaited(error, self.site));
        }
        Poll::Ready(outcome)
    }
}

/// Has `waker` woken by a microtask that is queued behind all others.
#[inline]
fn again_in_a_microtask(core: &Core, waker: &Waker) {
    if core.is_stepping(waker) {
        core.again();
    } else {
        wake_in_a_microtask(core, waker);
    }
}

#[cold]
fn wake_in_a_microtask(core: &Core, waker: &Waker) {
    core.awaits();
    let waker = waker.clone();
    let wake = Callback::new(move || waker.wake());
    core.queue_microtask(Microtask::Call(Box::new(Job::without_frame(wake))));
}

impl<T: 'static> Drop for Await<T> {
    #[inline]
    fn drop(&mut self) {
        if self.key.is_some() {
            self.promise.cell().forget(&mut self.key);
        }
    }
}

// The promise is a handle, and nothing in here is pinned.
impl<T: 'static> Unpin for Await<T> {}

impl<T: 'static> fmt::Debug for Await<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Await").field(&self.promise).finish()
    }
}
