//! Promises inside of a host that has a loop, and microtasks, of its own: an engine of JavaScript, a
//! window system, a test.

use std::cell::Cell;
use std::fmt;
use std::sync::Arc;

use fourfold_kernel::driver;
use fourfold_kernel::timer::Clock;

use super::core::{self, Core};
use crate::Result;

/// Promises that live on the loop of a host.
///
/// Whatever makes, settles or reacts to promises does so in [`enter`](Embedded::enter). When that has
/// left something to be done, the host is asked to call [`drain`](Embedded::drain) as one of its
/// microtasks. Rejections that nobody handled are told of as usual; without a listener the first of them
/// ends the queues, so a host has one.
///
/// Only the queues of ticks and of microtasks are driven: timers, immediates and connections are the
/// host's. What is pending when this is dropped is dropped too. It stays on its thread.
///
/// ```
/// use std::cell::Cell;
/// use std::rc::Rc;
/// use fourfold::js::{Embedded, Promise};
///
/// let asked = Rc::new(Cell::new(false));
/// let ask = asked.clone();
/// let promises = Embedded::new(move || ask.set(true))?;
/// let sum: Promise<i32> = promises.enter(|| Promise::resolve(1).then(|n: i32| Ok(n + 1)));
/// assert!(asked.get(), "the host has a microtask to run");
/// promises.drain();
/// assert_eq!(promises.enter(|| sum.state()), fourfold::js::State::Fulfilled);
/// # Ok::<(), fourfold::Error>(())
/// ```
pub struct Embedded {
    core: Arc<Core>,
    ask: Box<dyn Fn()>,
    /// The host was asked and has not come yet, or is draining.
    asked: Cell<bool>,
}

impl Embedded {
    /// Promises on a host whose microtasks `ask` adds one to: it is to call [`drain`](Embedded::drain).
    ///
    /// # Errors
    ///
    /// Those of the system, where it refuses a loop.
    pub fn new(ask: impl Fn() + 'static) -> Result<Embedded> {
        let core = Core::new(Clock::real())?;
        Ok(Embedded { core, ask: Box::new(ask), asked: Cell::new(false) })
    }

    /// Calls `f` where promises can be made. May be called inside of itself, and of a reaction.
    ///
    /// # Panics
    ///
    /// Where `f` does.
    pub fn enter<R>(&self, f: impl FnOnce() -> R) -> R {
        let result = {
            let _driver = driver::enter(self.core.clone());
            let _running = core::enter(&self.core);
            f()
        };
        if self.core.has_queued() && !self.asked.replace(true) {
            (self.ask)();
        }
        result
    }

    /// Runs what is queued, ticks before microtasks, until nothing is.
    pub fn drain(&self) {
        self.asked.set(true);
        {
            let _driver = driver::enter(self.core.clone());
            let _running = core::enter(&self.core);
            self.core.drain();
        }
        self.asked.set(false);
    }
}

impl Core {
    /// Whether ticks or microtasks wait.
    fn has_queued(&self) -> bool {
        let local = self.local();
        !local.microtasks.is_empty() || !local.ticks.borrow().is_empty()
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.core.close();
    }
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Embedded").field("asked", &self.asked.get()).finish_non_exhaustive()
    }
}
