//! How a worker sleeps: at the reactor if nobody else does, else on its own.
//!
//! ```text
//!             park, driver free          event, deadline, wake
//!   EMPTY ───────────────────► DRIVING ────────────────────────► EMPTY
//!     │                           │ unpark: NOTIFIED, and the reactor is woken
//!     │       park, driver taken  ▼
//!     └──────────────────────► PARKED ───────────────────────────► EMPTY
//!                                 │ unpark: NOTIFIED, and the thread is unparked
//! ```
//!
//! An `unpark` that comes first is kept: the next `park` returns at once.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, Thread};

use super::driver::Services;

const EMPTY: u8 = 0;
const PARKED: u8 = 1;
const DRIVING: u8 = 2;
const NOTIFIED: u8 = 3;

pub(super) struct Parker {
    state: AtomicU8,
    /// Of the worker that has this place now.
    thread: Mutex<Option<Thread>>,
}

impl Parker {
    pub(super) fn new() -> Parker {
        Parker { state: AtomicU8::new(EMPTY), thread: Mutex::new(None) }
    }

    /// To be called by the worker's own thread before it first parks.
    pub(super) fn bind(&self) {
        *self.thread.lock().unwrap_or_else(PoisonError::into_inner) = Some(thread::current());
    }

    /// Sleeps until it is unparked, or, where it drives, until anything happened: `woke` is called
    /// then, before anybody is told.
    pub(super) fn park(&self, services: &Services, woke: impl FnOnce()) {
        if self.take_notification() {
            return;
        }
        if let Some(mut driving) = services.try_drive() {
            if self.enter(DRIVING) {
                driving.sleep(|| {
                    self.state.store(EMPTY, Ordering::Release);
                    woke();
                });
            }
            return;
        }
        if self.enter(PARKED) {
            while self.state.load(Ordering::Acquire) == PARKED {
                thread::park();
            }
            self.state.store(EMPTY, Ordering::Release);
        }
    }

    /// False if a notification came first; it is used up then.
    fn enter(&self, state: u8) -> bool {
        let entered =
            self.state.compare_exchange(EMPTY, state, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if !entered {
            self.state.store(EMPTY, Ordering::Release);
        }
        entered
    }

    fn take_notification(&self) -> bool {
        self.state.compare_exchange(NOTIFIED, EMPTY, Ordering::AcqRel, Ordering::Acquire).is_ok()
    }

    /// Makes the present or the next `park` return. Any thread.
    pub(super) fn unpark(&self, services: &Services) {
        match self.state.swap(NOTIFIED, Ordering::AcqRel) {
            PARKED => {
                let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).clone();
                if let Some(thread) = thread {
                    thread.unpark();
                }
            }
            DRIVING => services.wake(),
            _ => {}
        }
    }
}
