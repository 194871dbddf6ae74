//! A callback that wakes whoever awaits by then.
//!
//! A callback is registered once, but a future may be polled by one task after another. So the callback
//! gets a relay, and each poll leaves its waker there.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use fourfold_kernel::lock::Lock;
use fourfold_kernel::task::data_of;

use super::ambient::{self, Inline};
use super::cell::{Node, has_stack};

pub(crate) struct Relay(Lock<State>);

enum State {
    Waits(Waker),
    Woken,
}

impl Relay {
    pub(crate) fn new(waker: Waker) -> Arc<Relay> {
        Arc::new(Relay(Lock::new(State::Waits(waker))))
    }

    /// The callback. What is woken is queued.
    pub(crate) fn wake_in_turn(&self) {
        let state = std::mem::replace(&mut *self.0.lock(), State::Woken);
        if let State::Waits(waker) = state {
            waker.wake();
        }
    }

    /// The callback. A body of this dialect goes on inside of it, wherever it is called.
    pub(crate) fn wake(&self) {
        let state = std::mem::replace(&mut *self.0.lock(), State::Woken);
        let State::Waits(waker) = state else { return };
        // SAFETY: the scheduler is shared.
        let ours = unsafe { data_of::<Node>(&waker) }.is_some();
        if ours && has_stack() {
            ambient::inline(Inline::Always, || waker.wake());
        } else {
            waker.wake();
        }
    }

    /// Ready once it was called.
    pub(crate) fn poll(&self, context: &mut Context<'_>) -> Poll<()> {
        // Cloned and dropped without the lock: both may be foreign code.
        let waker = context.waker().clone();
        let mut state = self.0.lock();
        let State::Waits(current) = &mut *state else { return Poll::Ready(()) };
        let former = std::mem::replace(current, waker);
        drop(state);
        drop(former);
        Poll::Pending
    }
}
