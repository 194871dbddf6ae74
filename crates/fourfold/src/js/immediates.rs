//! `set_immediate`: what is called in the check phase, after the poll.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use super::callback::{Callback, Outcome};
use super::core::{self, Core, CoreRef};
use super::microtasks::Job;

/// The immediates that wait.
#[derive(Default)]
pub(super) struct Immediates {
    /// Added since the check phase began: for the next one.
    queue: RefCell<VecDeque<Rc<Waiting>>>,
    /// Of the check phase that runs.
    outstanding: RefCell<VecDeque<Rc<Waiting>>>,
    referenced: Cell<usize>,
}

struct Waiting {
    job: Cell<Option<Job>>,
    referenced: Cell<bool>,
}

impl Immediates {
    pub(super) fn is_referenced(&self) -> bool {
        self.referenced.get() > 0
    }

    /// Takes the function out, once.
    fn take(&self, waiting: &Waiting) -> Option<Job> {
        let job = waiting.job.take()?;
        if waiting.referenced.replace(false) {
            self.referenced.set(self.referenced.get() - 1);
        }
        Some(job)
    }

    fn set_referenced(&self, waiting: &Waiting, on: bool) {
        let job = waiting.job.take();
        if job.is_some() && waiting.referenced.replace(on) != on {
            let count = self.referenced.get();
            self.referenced.set(if on { count + 1 } else { count - 1 });
        }
        waiting.job.set(job);
    }

    fn push(&self, job: Job, referenced: bool) -> Rc<Waiting> {
        let waiting = Waiting { job: Cell::new(Some(job)), referenced: Cell::new(referenced) };
        let waiting = Rc::new(waiting);
        if referenced {
            self.referenced.set(self.referenced.get() + 1);
        }
        self.queue.borrow_mut().push_back(waiting.clone());
        waiting
    }

    pub(super) fn clear(&self) {
        let (queue, outstanding) = (self.queue.take(), self.outstanding.take());
        drop((queue, outstanding));
        self.referenced.set(0);
    }
}

/// Calls `f` in the check phase: after the poll for I/O, before timers. What is set in that phase is for
/// the next turn.
///
/// What it throws is an uncaught exception. The original is
/// [`setImmediate`](https://nodejs.org/api/timers.html#setimmediatecallback-args).
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
///
/// ```
/// use fourfold::js;
///
/// js::run(async {
///     js::set_immediate(|| println!("second"));
///     js::next_tick(|| println!("first"));
///     Ok(())
/// })
/// # ?; Ok::<(), fourfold::Error>(())
/// ```
#[track_caller]
pub fn set_immediate<R: Outcome>(f: impl FnOnce() -> R + 'static) -> Immediate {
    core::with_running(|core| {
        let waiting = core.local().immediates.push(Job::new(Callback::new(f)), true);
        Immediate { core: CoreRef::new(core), waiting }
    })
}

/// Takes an immediate back. Nothing happens where it was called already, or taken back before.
///
/// The original is
/// [`clearImmediate`](https://nodejs.org/api/timers.html#clearimmediateimmediate).
pub fn clear_immediate(immediate: &Immediate) {
    let taken = immediate.core.owned().immediates.take(&immediate.waiting);
    drop(taken);
}

/// Names a call of [`set_immediate`]. A clone is the same; dropping it changes nothing.
///
/// The original is
/// [`Immediate`](https://nodejs.org/api/timers.html#class-immediate).
#[derive(Clone)]
pub struct Immediate {
    core: CoreRef,
    waiting: Rc<Waiting>,
}

impl Immediate {
    /// Has the loop go on for it, which it does unless told otherwise.
    pub fn ref_(&self) -> &Immediate {
        self.core.owned().immediates.set_referenced(&self.waiting, true);
        self
    }

    /// Lets the loop end without it.
    pub fn unref(&self) -> &Immediate {
        self.core.owned().immediates.set_referenced(&self.waiting, false);
        self
    }

    /// Whether the loop goes on for it.
    pub fn has_ref(&self) -> bool {
        self.waiting.referenced.get()
    }
}

impl fmt::Debug for Immediate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Immediate").field("has_ref", &self.has_ref()).finish_non_exhaustive()
    }
}

impl Core {
    /// The check phase: those that wait when it begins.
    pub(super) fn run_immediates(&self) {
        let immediates = &self.local().immediates;
        let waiting = immediates.queue.take();
        immediates.outstanding.borrow_mut().extend(waiting);
        let mut ran = false;
        while !self.is_leaving() {
            let next = immediates.outstanding.borrow_mut().pop_front();
            let Some(next) = next else { break };
            if std::mem::replace(&mut ran, true) {
                self.drain();
            }
            // It may have been cleared by then.
            if let Some(job) = immediates.take(&next) {
                ran = self.run_job(job);
            }
        }
        self.drain();
    }

    /// What an exception has kept from running is run when the next check phase comes, at the latest.
    pub(super) fn drain_later(&self) {
        let drain = Callback::new(|| core::with_running(Core::drain));
        let waiting = self.local().immediates.push(Job::new(drain), true);
        drop(waiting);
    }
}
