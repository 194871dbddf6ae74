//! One turn of the loop, and the parts it is composed of.
//!
//! [`Core::turn`] is the specification of the order of events, as `_run_once` is in CPython's
//! `base_events.py`:
//!
//! 1. what other threads sent is queued;
//! 2. I/O is polled – sleeping until the next timer if nothing is queued – and what became ready
//!    is queued;
//! 3. due timers are queued, earliest first;
//! 4. exactly what is queued *now* is run; what that queues waits for the next turn.
//!
//! A poll for I/O is left out where no socket is registered and nothing is to be waited for: it
//! could find nothing, and it would be the dearest part of a short turn.

use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use fourfold_kernel::prefetch::prefetch;
use fourfold_kernel::task::Erased;
use fourfold_kernel::trace::{self, Owner};

use super::ExceptionContext;
use super::cell::{DoneCall, TaskData};
use super::context;
use super::debug::SlowCallback;
use super::handles::{Callback, In};
use super::loop_core::{Core, LocalParts};
use super::queueing::{Entry, Remote, SentCall, TimerEntry};
use super::running;
use crate::Error;

/// How [`Core::run`] came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// By [`Core::stop`].
    Stopped,
    /// By [`Core::interrupt`].
    Interrupted,
}

impl Core {
    /// Runs turns until [`stop`](Core::stop): the turn in which it is called is finished.
    pub(crate) fn run(self: &Arc<Self>) -> Ended {
        let local = self.local();
        let _driver = fourfold_kernel::driver::enter(self.clone());
        let _current = running::enter_loop(self);
        local.running.set(true);
        loop {
            self.turn(local);
            if self.interrupted.load(Ordering::Relaxed) {
                self.interrupted.store(false, Ordering::Relaxed);
                local.stopping.set(false);
                return Ended::Interrupted;
            }
            if local.stopping.take() {
                return Ended::Stopped;
            }
        }
    }

    fn turn(&self, local: &LocalParts) {
        local.turns.set(local.turns.get().wrapping_add(1));
        if !self.door.is_empty() {
            self.queue_sent();
        }
        self.poll_io(local);
        self.queue_due_timers(local);
        if self.interrupted.load(Ordering::Relaxed) {
            return;
        }
        let debug = local.debug.get();
        if trace::enabled() {
            self.count(local);
        }
        let _running = trace::span("run");
        local.ready.run(|entry| {
            match entry {
                entry if debug => self.run_entry_watched(local, entry),
                // SAFETY: this is the loop's own thread.
                Entry::Task(runnable) => unsafe { runnable.run() },
                other => self.run_entry(local, other),
            }
            !self.interrupted.load(Ordering::Relaxed)
        });
    }

    /// Tells who traces what waits.
    #[cold]
    fn count(&self, local: &LocalParts) {
        let timers = local.timers.borrow().len();
        trace::counter_of(Owner::Thread, "ready queue", local.ready.len());
        trace::counter_of(Owner::Thread, "timers", timers);
        trace::counter_of(Owner::Thread, "I/O sources", self.door.reactor().len());
    }

    /// Queues what other threads sent, oldest first.
    fn queue_sent(&self) {
        for sent in self.door.take() {
            match sent {
                Remote::Task(runnable) => self.queue_task(runnable),
                Remote::Orphan(orphan) => super::cell::free_orphan(orphan),
                Remote::Call(SentCall { call, values, location }) => {
                    context::mark_in_use(&values);
                    self.queue_call(Callback::new(call, In::Copy(values), location));
                }
                Remote::Asked(_asked) => self.tell_tasks(),
            }
        }
    }

    /// Polls for I/O; sleeps in it if there is nothing else to do.
    fn poll_io(&self, local: &LocalParts) {
        let idle = local.ready.is_empty() && !local.stopping.get();
        if !idle {
            if !self.door.reactor().is_empty() {
                self.poll_for(local, Some(Duration::ZERO));
            }
            return;
        }
        let next = local.timers.borrow_mut().next_deadline();
        let timeout = match next {
            None => None,
            Some(deadline) if self.clock.is_virtual() => {
                if !self.door.has_outside() {
                    if !self.door.reactor().is_empty() {
                        self.poll_for(local, Some(Duration::ZERO));
                        self.queue_sent();
                    }
                    if local.ready.is_empty() && self.door.is_empty() {
                        self.clock.advance_to(deadline);
                    }
                    return;
                }
                None
            }
            Some(deadline) => match deadline.saturating_sub(self.clock.now()) {
                0 => {
                    if !self.door.reactor().is_empty() {
                        self.poll_for(local, Some(Duration::ZERO));
                    }
                    return;
                }
                left => Some(Duration::from_nanos(left)),
            },
        };
        if self.door.prepare_to_sleep() {
            self.poll_for(local, timeout);
        }
        self.queue_sent();
    }

    fn poll_for(&self, local: &LocalParts, timeout: Option<Duration>) {
        let _polling = trace::span("poll");
        if let Some(poll) = local.poll.borrow_mut().as_mut()
            // What other threads sent during the wait was there before what the wait found.
            && let Err(error) = poll.poll_then(timeout, || self.queue_sent())
        {
            self.report(ExceptionContext::new("polling for I/O failed", Some(error.into())));
        }
    }

    #[inline]
    fn queue_due_timers(&self, local: &LocalParts) {
        if local.timers.borrow().is_empty() {
            return;
        }
        let now = self.clock.now();
        local.time_queued.set(now);
        let mut firing = None;
        while let Some((_, due)) = { local.timers.borrow_mut().pop_due(now) } {
            if trace::enabled() && firing.is_none() {
                firing = Some(trace::span("timers"));
            }
            match due {
                TimerEntry::Wake(waker) => {
                    // The wakes run when all due timers are queued; by then the cells they are
                    // for are at hand.
                    let cell = waker.data().cast::<[u8; 64]>();
                    prefetch(cell);
                    prefetch(cell.wrapping_add(1));
                    local.ready.push(Entry::Wake(waker));
                }
                TimerEntry::Call(callback, state) => {
                    state.set(Some(self.queue_call(callback)));
                }
            }
        }
    }

    #[inline(never)]
    fn run_entry(&self, local: &LocalParts, entry: Entry) {
        match entry {
            // SAFETY: this is the loop's own thread.
            Entry::Task(runnable) => unsafe { runnable.run() },
            Entry::Wake(waker) => waker.wake(),
            Entry::Call => {
                let next = local.calls.borrow_mut().pop();
                if let Some(Some(callback)) = next {
                    self.run_callback(callback);
                }
            }
            Entry::Done(call, cell) => self.run_done(&call, cell),
        }
    }

    #[inline]
    fn run_done(&self, call: &DoneCall, cell: Erased<TaskData>) {
        let DoneCall::Each(call) = call else { return };
        let _values = context::enter(None);
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| call(cell))) {
            let error = Error::from_panic(payload);
            self.report(ExceptionContext::new("Exception in callback", Some(error)));
        }
    }

    #[inline]
    fn run_callback(&self, callback: Callback) {
        let location = callback.location;
        // Where no variable was ever set on this thread, every context is empty.
        let result = if callback.has_own_context() && !context::in_use() {
            catch_unwind(AssertUnwindSafe(|| callback.call())).map_err(Error::from_panic)
        } else {
            call_in_context(callback)
        };
        if let Err(error) = result {
            self.report_callback(error, location);
        }
    }

    #[cold]
    fn report_callback(&self, error: Error, location: &'static Location<'static>) {
        let mut context = ExceptionContext::new("Exception in callback", Some(error));
        context.created_at = Some(location);
        self.report(context);
    }

    /// In debug mode: as [`run_entry`](Core::run_entry), and reports what took too long.
    #[cold]
    fn run_entry_watched(&self, local: &LocalParts, entry: Entry) {
        let what = match &entry {
            Entry::Task(runnable) => {
                // SAFETY: tasks and their data are used on the loop's own thread.
                let task = unsafe { runnable.data() }.local();
                SlowCallback::Task(task.name(), task.location)
            }
            Entry::Call => match local.calls.borrow().first() {
                Some(Some(callback)) => SlowCallback::Callback(callback.location),
                _ => return self.run_entry(local, entry),
            },
            Entry::Wake(_) | Entry::Done(..) => return self.run_entry(local, entry),
        };
        let watch = local.extras.get::<super::debug::Watch>();
        let watching = watch.begin(&what, local.slow.get());
        let start = std::time::Instant::now();
        self.run_entry(local, entry);
        drop(watching);
        let took = start.elapsed();
        if took >= local.slow.get() {
            super::debug::report_slow(self, what, took);
        }
    }
}

fn call_in_context(mut callback: Callback) -> crate::Result<()> {
    match std::mem::replace(&mut callback.context, In::Copy(None)) {
        In::Copy(values) => {
            let _identity = context::Identity::fresh();
            let _values = context::enter(values);
            catch_unwind(AssertUnwindSafe(|| callback.call())).map_err(Error::from_panic)
        }
        In::Shared(shared) => {
            match catch_unwind(AssertUnwindSafe(|| shared.run(|| callback.call()))) {
                Ok(entered) => entered,
                Err(payload) => Err(Error::from_panic(payload)),
            }
        }
    }
}
