//! `set_timeout` and `set_interval`.
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | the functions, and the timers phase |
//! | `delay.rs` | what a delay may be |
//! | `lists.rs` | where timers wait, and in which order they expire |
//! | `promises.rs` | timers that are promises, which a signal may end |
//! | `scheduler.rs` | `scheduler.wait` and `scheduler.yield` |

mod delay;
mod lists;
mod promises;
pub mod scheduler;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::async_local_storage;
use super::callback::{Callback, Outcome};
use super::core::{self, Core, CoreRef};
use super::process::{self, Origin};
use crate::{Error, Result};

pub use delay::Delay;
pub(crate) use lists::Timers;
use lists::{Call, Name, Next};
pub use promises::{
    TimerOptions, set_immediate_promise, set_immediate_promise_with_options, set_interval_promise,
    set_timeout_promise, set_timeout_promise_with, set_timeout_promise_with_options,
};

/// Calls `f` once, `delay` from now or later, in the timers phase.
///
/// Timers of one duration are called in the order in which they were set. What `f` throws is an uncaught
/// exception. The original is
/// [`setTimeout`](https://nodejs.org/api/timers.html#settimeoutcallback-delay-args).
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
///
/// ```
/// use std::time::Duration;
/// use fourfold::js;
///
/// js::run(async {
///     js::set_timeout(|| println!("in a moment"), 1);
///     js::set_timeout(|| println!("a little later"), Duration::from_millis(2));
///     Ok(())
/// })
/// # ?; Ok::<(), fourfold::Error>(())
/// ```
#[track_caller]
pub fn set_timeout<R: Outcome>(f: impl FnOnce() -> R + 'static, delay: impl Delay) -> Timeout {
    core::with_running(|core| core.set_timer(Call::Once(Callback::new(f)), delay))
}

/// Calls `f` every `delay`, in the timers phase, until it is cleared.
///
/// The time of the next call begins when `f` is called, so no two calls are ever due at once. What `f`
/// throws is an uncaught exception. The original is
/// [`setInterval`](https://nodejs.org/api/timers.html#setintervalcallback-delay-args).
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
#[track_caller]
pub fn set_interval<R: Outcome>(mut f: impl FnMut() -> R + 'static, delay: impl Delay) -> Timeout {
    let call = Call::Repeat(Box::new(move || f().into_result()));
    core::with_running(|core| core.set_timer(call, delay))
}

/// Ends a timer. Nothing happens where it was called already, or ended before.
///
/// The original is
/// [`clearTimeout`](https://nodejs.org/api/timers.html#cleartimeouttimeout).
pub fn clear_timeout(timeout: &Timeout) {
    let removed = timeout.core.owned().timers.borrow_mut().remove(timeout.name);
    drop(removed);
}

/// The same as [`clear_timeout`]: each ends timers of both kinds.
///
/// The original is
/// [`clearInterval`](https://nodejs.org/api/timers.html#clearintervaltimeout).
pub fn clear_interval(timeout: &Timeout) {
    clear_timeout(timeout);
}

/// Names a timer. A clone is the same; dropping it changes nothing.
///
/// The original is
/// [`Timeout`](https://nodejs.org/api/timers.html#class-timeout).
#[derive(Clone)]
pub struct Timeout {
    core: CoreRef,
    name: Name,
}

impl Timeout {
    /// Has the loop go on for it, which it does unless told otherwise.
    pub fn ref_(&self) -> &Timeout {
        self.core.owned().timers.borrow_mut().set_referenced(self.name, true);
        self
    }

    /// Lets the loop end without it.
    pub fn unref(&self) -> &Timeout {
        self.core.owned().timers.borrow_mut().set_referenced(self.name, false);
        self
    }

    /// Whether the loop goes on for it. Not where it has ended.
    pub fn has_ref(&self) -> bool {
        self.core.owned().timers.borrow_mut().has_ref(self.name)
    }

    /// Begins its time anew, now. Nothing happens where it has ended: unlike Node's, a timeout's function
    /// is gone once it was called.
    pub fn refresh(&self) -> &Timeout {
        let now = self.core.now_ms();
        self.core.owned().timers.borrow_mut().refresh(self.name, now);
        self
    }

    /// The same as [`clear_timeout`].
    pub fn close(&self) -> &Timeout {
        clear_timeout(self);
        self
    }
}

impl fmt::Debug for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timeout").field("has_ref", &self.has_ref()).finish_non_exhaustive()
    }
}

impl Core {
    fn set_timer(&self, call: Call, delay: impl Delay) -> Timeout {
        let (msecs, warning) = delay::checked(delay);
        if let Some((name, text)) = warning {
            process::warn_on(self, name, &text);
        }
        let frame = async_local_storage::capture();
        let name = self.local().timers.borrow_mut().add(call, msecs, self.now_ms(), frame);
        Timeout { core: CoreRef::new(self), name }
    }

    /// The timers phase: the lists whose time has come, earliest first.
    pub(super) fn run_timers(&self) {
        if self.local().timers.borrow_mut().next_expiry().is_none() {
            return;
        }
        let mut now = self.now_ms();
        let mut ran = false;
        while !self.is_leaving() {
            let due = self.local().timers.borrow_mut().pop_due(now);
            let Some(msecs) = due else {
                let then = std::mem::replace(&mut now, self.now_ms());
                if now > then {
                    continue;
                }
                break;
            };
            if std::mem::replace(&mut ran, true) {
                self.drain();
            }
            ran = self.run_list(msecs, now);
        }
        self.drain();
    }

    /// Calls what has expired of a list. `false`: the last call threw, and what is queued waits.
    fn run_list(&self, msecs: u32, now: u64) -> bool {
        let timers = &self.local().timers;
        let mut ran = false;
        let mut last = true;
        while !self.is_leaving() {
            let next = timers.borrow_mut().next_of(msecs, now);
            let Next::Due(name) = next else { break };
            if std::mem::replace(&mut ran, true) {
                self.drain();
            }
            let begun = timers.borrow_mut().begin_call(name);
            let Some((call, frame)) = begun else { continue };
            last = {
                let _frame = async_local_storage::enter(frame);
                let (again, returned) = self.call_timer(call);
                let left = timers.borrow_mut().end_call(name, again);
                drop(left);
                returned.map_err(|error| self.uncaught(error, Origin::UncaughtException)).is_ok()
            };
            if !last {
                self.threw();
            }
            ran = last;
        }
        last
    }

    /// Calls a timer's function: gives it back with the time it begins anew at, where it does.
    fn call_timer(&self, call: Call) -> (Option<(Call, u64)>, Result<()>) {
        match call {
            Call::Once(callback) => {
                let returned = catch_unwind(AssertUnwindSafe(|| callback.call()));
                (None, returned.unwrap_or_else(|panic| Err(Error::from_panic(panic))))
            }
            Call::Repeat(mut f) => {
                let start = self.now_ms();
                let returned = catch_unwind(AssertUnwindSafe(&mut f));
                let returned = returned.unwrap_or_else(|panic| Err(Error::from_panic(panic)));
                (Some((Call::Repeat(f), start)), returned)
            }
        }
    }
}
