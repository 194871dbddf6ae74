//! What goes into a loop: tasks, callbacks, timers, and what other threads send.

use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Waker;
use std::time::Duration;

use fourfold_kernel::task::{Erased, Orphan, Runnable};
use fourfold_kernel::timer;
use fourfold_kernel::trace;

use super::cell::{DoneCall, TaskData};
use super::context;
use super::handles::{Callback, Handle, TimerState};
use super::loop_core::CoreRef;
use super::loop_core::{Core, OutsideWork};

/// What waits to be run. Two words, since there may be millions.
pub(super) enum Entry {
    Task(Runnable<TaskData>),
    /// A timer that wakes a task: fired in one turn, the task runs in the next.
    Wake(Waker),
    /// The callback that is next in the queue of callbacks.
    Call,
    /// A future is done, and what many futures share is to be called for it.
    Done(Rc<DoneCall>, Erased<TaskData>),
}

/// What waits for its time.
pub(super) enum TimerEntry {
    Wake(Waker),
    Call(Callback, Rc<TimerState>),
}

/// What other threads send to the loop.
pub(crate) enum Remote {
    Task(Runnable<TaskData>),
    Orphan(Orphan<TaskData>),
    Call(SentCall),
    /// What tasks there are.
    Asked(trace::Asked),
}

/// A call from another thread, with the context and the place it was sent from.
pub(crate) struct SentCall {
    pub(super) call: Box<dyn FnOnce() + Send>,
    pub(super) values: context::Snapshot,
    pub(super) location: &'static Location<'static>,
}

/// A duration in the unit of clocks and wheels. Longer ones than 584 years are cut off there.
#[inline]
pub(crate) fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

impl Core {
    #[inline]
    pub(crate) fn queue_task(&self, runnable: Runnable<TaskData>) {
        if self.local.emptied.get() {
            // SAFETY: tasks are queued on the loop's own thread.
            return unsafe { runnable.discard() };
        }
        // SAFETY: as above.
        let place = unsafe { runnable.data() }.local().slot.get();
        self.local.tasks.borrow().hint(place);
        self.local.ready.push(Entry::Task(runnable));
    }

    /// As [`queue_task`](Core::queue_task), of a task that was just made and is at hand.
    #[inline]
    pub(crate) fn queue_fresh_task(&self, runnable: Runnable<TaskData>) {
        if self.local().emptied.get() {
            // SAFETY: tasks are queued on the loop's own thread.
            return unsafe { runnable.discard() };
        }
        self.local.ready.push(Entry::Task(runnable));
    }

    /// As [`queue_task`](Core::queue_task), of a task that has just run on this loop.
    #[inline]
    pub(crate) fn queue_task_again(&self, runnable: Runnable<TaskData>) {
        debug_assert!(self.is_owner() && !self.local.emptied.get(), "it runs");
        self.local.ready.push(Entry::Task(runnable));
    }

    #[inline]
    pub(crate) fn queue_call(&self, callback: Callback) -> u64 {
        let local = self.local();
        if local.emptied.get() {
            // The callback is dropped: nothing of a closed loop runs.
            return u64::MAX;
        }
        local.ready.push(Entry::Call);
        local.calls.borrow_mut().push(Some(callback))
    }

    /// Queues a callback and gives the handle that cancels it.
    ///
    /// # Panics
    ///
    /// Where the loop is closed, or on another thread than its own.
    #[inline]
    pub(crate) fn call_soon(&self, callback: Callback) -> Handle {
        let local = self.local();
        assert!(!local.closed.get(), "Event loop is closed");
        local.ready.push(Entry::Call);
        let position = local.calls.borrow_mut().push(Some(callback));
        Handle::new(CoreRef::new(self), position)
    }

    /// Queues the call of `call` for `cell`, which is done, on the loop of the cell.
    #[inline]
    pub(crate) fn queue_done(call: Rc<DoneCall>, cell: Erased<TaskData>) {
        let core: *const Core = cell.data().core();
        // SAFETY: the cell holds a reference to its loop, and this function holds the cell until
        // the entry is queued, which drops nothing.
        let local = unsafe { &*core }.local();
        if !local.emptied.get() {
            local.ready.push(Entry::Done(call, cell));
        }
    }

    pub(crate) fn cancel_ready(&self, position: u64) {
        // What is replaced is dropped after the borrow ended: its drop is foreign code.
        let cancelled = {
            let mut calls = self.local().calls.borrow_mut();
            calls.at(position).and_then(Option::take)
        };
        drop(cancelled);
    }

    /// Wakes `waker` at `deadline`: the timer's handle runs in one turn, the task in the next.
    #[inline]
    pub(crate) fn wake_at(&self, deadline: u64, waker: Waker) -> timer::Key {
        self.local().timers.borrow_mut().insert(deadline, TimerEntry::Wake(waker))
    }

    pub(crate) fn call_at(
        &self,
        deadline: u64,
        callback: Callback,
    ) -> (timer::Key, Rc<TimerState>) {
        let state = Rc::new(TimerState::new(None));
        let entry = TimerEntry::Call(callback, state.clone());
        (self.local().timers.borrow_mut().insert(deadline, entry), state)
    }

    pub(crate) fn cancel_timer(&self, key: timer::Key) {
        let cancelled = self.local().timers.borrow_mut().cancel(key);
        drop(cancelled);
    }

    /// Has a timer that still waits wake `waker` instead of the waker it was made with.
    pub(crate) fn rewake(&self, key: timer::Key, waker: &Waker) {
        let mut timers = self.local().timers.borrow_mut();
        let old = match timers.get_mut(key) {
            Some(TimerEntry::Wake(old)) if !old.will_wake(waker) => {
                std::mem::replace(old, waker.clone())
            }
            _ => return,
        };
        drop(timers);
        drop(old);
    }

    /// When `delay` will have passed, on the loop's clock.
    #[inline]
    pub(crate) fn deadline_after(&self, delay: Duration) -> u64 {
        self.clock.now().saturating_add(nanoseconds(delay))
    }

    /// Up to which moment the due timers were queued. A timer of a later deadline still waits;
    /// asking this is cheaper than looking the timer up.
    #[inline]
    pub(crate) fn time_queued(&self) -> u64 {
        self.local().time_queued.get()
    }

    /// Hands something to the loop from any thread. `false`: the loop is closed; tasks and
    /// orphans are leaked then, since their own thread will not come back for them.
    pub(crate) fn send(&self, remote: Remote) -> bool {
        match self.door.send(remote) {
            Ok(()) => true,
            Err(closed) => {
                match closed.0 {
                    Remote::Asked(asked) => drop(asked),
                    others => std::mem::forget(others),
                }
                false
            }
        }
    }

    /// As [`send`](Core::send) for a call, which comes back where the loop is closed.
    #[track_caller]
    pub(crate) fn send_call(
        &self,
        call: Box<dyn FnOnce() + Send>,
    ) -> Result<(), Box<dyn FnOnce() + Send>> {
        let values = context::snapshot();
        let call = SentCall { call, values, location: Location::caller() };
        match self.door.send(Remote::Call(call)) {
            Ok(()) => Ok(()),
            Err(closed) => match closed.0 {
                Remote::Call(sent) => Err(sent.call),
                _ => unreachable!("a call was pushed"),
            },
        }
    }

    /// Something outside works for this loop until the guard is dropped.
    pub(crate) fn outside_work(self: &Arc<Self>) -> OutsideWork {
        self.door.outside_begins();
        OutsideWork(self.clone())
    }
}
