//! The turn of the loop: Node's phases.
//!
//! [`Core::spin`] is the specification of the order of events, as `uv_run` is in libuv and what Node
//! hangs into its phases:
//!
//! 1. *timers*: those that are due, list by list;
//! 2. *pending*: what the last poll left over;
//! 3. *poll*: sleeps until something happens, and runs a callback for each thing that did;
//! 4. *check*: the immediates that wait now;
//! 5. *close*: callbacks of what was closed.
//!
//! After every single callback, in every phase, [`Core::drain`] empties the queue of ticks and that of
//! microtasks. The loop ends by itself when nothing that is referenced is left.

use std::any::Any;
use std::task::Waker;
use std::time::Duration;

use fourfold_kernel::task::{self, Runnable};
use fourfold_kernel::trace::{self, Owner};

use super::cell::PromiseData;
use super::core::{Core, LocalParts};
use super::inbox::Remote;

/// What the poll found.
pub(crate) enum Ready {
    /// Something that an async function waits for has happened.
    Run(Runnable<PromiseData>),
    /// Another thread has sent a message to the receiver of this number.
    Message(u64, Box<dyn Any + Send>),
}

impl Core {
    /// Runs until nothing is left that keeps the loop alive, or until it is left.
    pub(super) fn spin(&self) {
        let local = self.local();
        if self.is_alive() {
            self.timers(local);
        }
        while self.is_alive() && !self.is_leaving() {
            self.pending(local);
            self.poll(local);
            self.check();
            self.close_callbacks(local);
            self.timers(local);
        }
    }

    /// Whether something keeps the loop alive. A pending promise does not; an async function that waits
    /// for anything else does, since that may come from another thread or another dialect.
    pub(super) fn is_alive(&self) -> bool {
        let local = self.local();
        local.timers.borrow().is_referenced()
            || local.immediates.is_referenced()
            || local.references.get() > 0
            || local.foreign.get() > 0
            || self.door.has_outside()
            || !local.closing.borrow().is_empty()
            || !local.ready.is_empty()
            || !local.sleeps.borrow().is_empty()
            || !self.door.is_empty()
            || self.door.reactor().any_waker(is_of_the_living)
    }

    fn timers(&self, local: &LocalParts) {
        let _phase = trace::span("timers");
        self.run_timers();
        self.run_sleeps(local);
    }

    fn pending(&self, local: &LocalParts) {
        if !local.ready.is_empty() {
            let _phase = trace::span("pending");
            self.run_ready(local);
        }
    }

    /// Tells who traces what is waited for.
    #[cold]
    fn count_waits(&self, local: &LocalParts) {
        let sleeps = local.sleeps.borrow().len();
        let timers = local.timers.borrow().len();
        trace::counter_of(Owner::Thread, "timers", sleeps + timers);
        trace::counter_of(Owner::Thread, "I/O sources", self.door.reactor().len());
    }

    fn poll(&self, local: &LocalParts) {
        if trace::enabled() {
            self.count_waits(local);
        }
        let _phase = trace::span("poll");
        if self.is_leaving() {
            return;
        }
        let busy = local.immediates.is_referenced()
            || !local.ready.is_empty()
            || !local.closing.borrow().is_empty()
            || !self.is_alive();
        if busy {
            if !self.door.reactor().is_empty() {
                self.wait(local, Some(Duration::ZERO));
            }
        } else {
            self.sleep(local);
        }
        self.collect_sent(local);
        self.run_ready(local);
    }

    fn check(&self) {
        let _phase = trace::span("check");
        self.run_immediates();
    }

    fn close_callbacks(&self, local: &LocalParts) {
        let closing = local.closing.take();
        for callback in closing {
            if !self.is_leaving() {
                self.run_callback(callback);
            }
        }
    }

    /// Sleeps until the next timer, or until something happens.
    fn sleep(&self, local: &LocalParts) {
        let sleeps = local.sleeps.borrow_mut().next_deadline();
        let timers = local.timers.borrow_mut().next_expiry();
        let next = sleeps.into_iter().chain(timers).min();
        let timeout = match next {
            None => None,
            Some(deadline) if self.clock.is_virtual() => {
                if !self.door.has_outside() {
                    if !self.door.reactor().is_empty() {
                        self.wait(local, Some(Duration::ZERO));
                    }
                    self.collect_sent(local);
                    if local.ready.is_empty() {
                        self.clock.advance_to(deadline);
                    }
                    return;
                }
                None
            }
            Some(deadline) => Some(Duration::from_nanos(deadline.saturating_sub(self.clock.now()))),
        };
        if self.door.prepare_to_sleep() {
            self.wait(local, timeout);
        }
    }

    /// Asks the system what happened. Whom that wakes is found in the queue of this phase.
    fn wait(&self, local: &LocalParts, timeout: Option<Duration>) {
        local.collecting.set(true);
        if let Some(poll) = local.poll.borrow_mut().as_mut()
            // What other threads sent during the wait was there before what the wait found.
            && let Err(error) = poll.poll_then(timeout, || self.collect_sent(local))
        {
            let error = crate::Error::from(error);
            self.uncaught(error, super::process::Origin::UncaughtException);
        }
        local.collecting.set(false);
    }

    /// Queues what other threads sent, oldest first.
    fn collect_sent(&self, local: &LocalParts) {
        for sent in self.door.take() {
            match sent {
                Remote::Run(runnable) => local.ready.push(Ready::Run(runnable)),
                Remote::Message(number, message) => {
                    local.ready.push(Ready::Message(number, message));
                }
                Remote::Orphan(orphan) => super::cell::free_orphan(orphan),
                Remote::Asked(_asked) => self.tell_async_fns(),
                Remote::Nothing => {}
            }
        }
    }

    /// Runs the callbacks of the poll phase.
    fn run_ready(&self, local: &LocalParts) {
        local.ready.run(|ready| {
            match ready {
                Ready::Run(runnable) => {
                    // The step is the callback, and no microtask: ticks go before microtasks behind it.
                    // SAFETY: this is the loop's own thread.
                    unsafe { runnable.run() };
                    self.drain();
                }
                Ready::Message(number, message) => self.receive(number, message),
            }
            !self.is_leaving()
        });
    }

    /// Wakes those whose sleep is over.
    fn run_sleeps(&self, local: &LocalParts) {
        if local.sleeps.borrow().is_empty() {
            return;
        }
        let now = self.clock.now();
        while !self.is_leaving() {
            let due = local.sleeps.borrow_mut().pop_due(now);
            let Some((_, waker)) = due else { return };
            waker.wake();
            self.drain();
        }
    }
}

/// Whether a waker that was left at a source is more than what an async function that has ended forgot
/// there.
fn is_of_the_living(waker: &Waker) -> bool {
    task::is_over::<PromiseData>(waker) != Some(true)
}
