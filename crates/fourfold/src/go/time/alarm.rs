//! What timers and tickers are made of: something that is called at a time, unless it is set to
//! another one or stopped before.
//!
//! # Invariants
//!
//! 1. At most one entry of the wheel belongs to an alarm, and it carries the number of its setting.
//! 2. An entry that fires with a number that is not the present one does nothing: it was on its way
//!    when the alarm was set anew or stopped.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Wake, Waker};

use fourfold_kernel::driver::Driver;
use fourfold_kernel::timer::Key;

/// What is called, with the time that was due, under the alarm's lock: it must be short, and may
/// answer with the time of the next call.
pub(in crate::go) type Ring = Box<dyn FnMut(u64) -> Option<u64> + Send>;

pub(in crate::go) struct Alarm {
    driver: Arc<dyn Driver>,
    state: Mutex<State>,
}

struct State {
    setting: u64,
    pending: Option<(Key, u64)>,
    ring: Ring,
}

/// The entry in the wheel. It does not keep the alarm alive.
struct Entry {
    alarm: Weak<Alarm>,
    setting: u64,
}

impl Wake for Entry {
    fn wake(self: Arc<Self>) {
        let Some(alarm) = self.alarm.upgrade() else { return };
        let mut state = alarm.lock();
        if state.setting != self.setting {
            return;
        }
        let Some((_, deadline)) = state.pending.take() else { return };
        if let Some(next) = (state.ring)(deadline) {
            alarm.arm(&mut state, next);
        }
    }
}

impl Alarm {
    pub(in crate::go) fn new(driver: Arc<dyn Driver>, ring: Ring) -> Arc<Alarm> {
        Arc::new(Alarm { driver, state: Mutex::new(State { setting: 0, pending: None, ring }) })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arm(self: &Arc<Self>, state: &mut State, deadline: u64) {
        state.setting += 1;
        let entry = Entry { alarm: Arc::downgrade(self), setting: state.setting };
        let key = self.driver.timer_insert(deadline, Waker::from(Arc::new(entry)));
        state.pending = Some((key, deadline));
    }

    /// Sets it to `delay` from now; tells whether it was set before. `meanwhile` is called under
    /// the lock in between.
    pub(in crate::go) fn set<R>(
        self: &Arc<Self>,
        delay: u64,
        meanwhile: impl FnOnce() -> R,
    ) -> (bool, R) {
        let mut state = self.lock();
        let was_set = self.disarm(&mut state);
        let result = meanwhile();
        let deadline = self.driver.now().saturating_add(delay);
        self.arm(&mut state, deadline);
        (was_set, result)
    }

    /// Stops it; tells whether it was set.
    pub(in crate::go) fn stop<R>(&self, meanwhile: impl FnOnce() -> R) -> (bool, R) {
        let mut state = self.lock();
        let was_set = self.disarm(&mut state);
        (was_set, meanwhile())
    }

    fn disarm(&self, state: &mut State) -> bool {
        state.setting += 1;
        match state.pending.take() {
            Some((key, _)) => {
                self.driver.timer_cancel(key);
                true
            }
            None => false,
        }
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some((key, _)) = state.pending.take() {
            self.driver.timer_cancel(key);
        }
    }
}

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = self.lock().pending.is_some();
        f.debug_struct("Alarm").field("set", &set).finish_non_exhaustive()
    }
}
