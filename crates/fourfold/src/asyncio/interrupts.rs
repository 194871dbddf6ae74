//! SIGINT while a [`Runner`](super::Runner) runs or closes: asked once, then told.
//!
//! ```text
//!   SIGINT 1 ──► cancel the main task            (it may clean up, or refuse)
//!   SIGINT 2 ──► leave the loop at the end of the step that runs
//!   SIGINT 3 ──► nobody heard the second: end the process
//! ```
//!
//! While the runner closes there is no main task to ask, so the first SIGINT leaves the loop.

use std::cell::RefCell;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::extras::Part;
use super::loop_core::Core;
use super::running;
use super::tasks::AnyTask;
use crate::Error;

/// The program was interrupted from the keyboard, by SIGINT.
///
/// ```
/// # use fourfold::{Result, asyncio::KeyboardInterrupt};
/// fn exit_code(outcome: &Result<()>) -> i32 {
///     match outcome {
///         Ok(()) => 0,
///         Err(error) if error.is::<KeyboardInterrupt>() => 130,
///         Err(_) => 1,
///     }
/// }
/// # assert_eq!(exit_code(&Ok(())), 0);
/// ```
///
/// The original is
/// [`KeyboardInterrupt`](https://docs.python.org/3/library/exceptions.html#KeyboardInterrupt).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyboardInterrupt;

impl KeyboardInterrupt {
    pub(crate) fn error() -> Error {
        Error::new(KeyboardInterrupt)
    }
}

impl fmt::Display for KeyboardInterrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("interrupted from the keyboard")
    }
}

impl std::error::Error for KeyboardInterrupt {}

/// The main task, where a SIGINT finds it on the loop's thread.
#[derive(Default)]
struct MainTask(RefCell<Option<AnyTask>>);

impl Part for MainTask {
    fn close(&self) {
        self.0.take();
    }
}

/// Turns SIGINT into a cancellation, then into an interrupt, until it is dropped.
pub(crate) struct Interrupts {
    shared: Arc<Shared>,
    #[cfg(unix)]
    _sigint: Option<super::signals::Listening>,
}

struct Shared {
    core: Arc<Core>,
    count: AtomicU32,
    /// The main task can be cancelled; without one, or once it is done, an interrupt is at once.
    has_main: AtomicBool,
}

impl Interrupts {
    /// Listens on behalf of a loop that runs `main`, or closes where there is none. `wanted`
    /// decides whether at all; without it, the thread does.
    pub(crate) fn watch(core: &Core, main: Option<AnyTask>, wanted: Option<bool>) -> Interrupts {
        let shared = Arc::new(Shared {
            core: core.this(),
            count: AtomicU32::new(0),
            has_main: AtomicBool::new(main.is_some()),
        });
        core.extras().get::<MainTask>().0.replace(main);
        #[cfg(not(unix))]
        let _ = wanted;
        #[cfg(unix)]
        let _sigint = {
            let shared = shared.clone();
            super::signals::listen_for_interrupts(wanted, move || shared.interrupt())
        };
        Interrupts {
            shared,
            #[cfg(unix)]
            _sigint,
        }
    }

    /// Whether a SIGINT came.
    pub(crate) fn seen(&self) -> bool {
        self.shared.count.load(Ordering::Acquire) > 0
    }
}

impl Drop for Interrupts {
    fn drop(&mut self) {
        self.shared.has_main.store(false, Ordering::Release);
        if let Some(main) = self.shared.core.extras().find::<MainTask>() {
            main.0.take();
        }
    }
}

#[cfg_attr(not(unix), allow(dead_code))]
impl Shared {
    /// A SIGINT came. `false`: nothing is left that could still be asked to end. Any thread.
    fn interrupt(&self) -> bool {
        let first = self.count.fetch_add(1, Ordering::AcqRel) == 0;
        if first && self.has_main.load(Ordering::Acquire) {
            return self.core.send_call(Box::new(cancel_main)).is_ok();
        }
        self.core.interrupt()
    }
}

/// On the loop's thread.
fn cancel_main() {
    running::with_running_loop(|core| {
        let main = core.extras().find::<MainTask>()?;
        let task = main.0.borrow().clone()?;
        if !task.cancel() {
            // Done already, and the loop is about to stop: nothing to wait for.
            core.interrupt();
        }
        Some(())
    });
}
