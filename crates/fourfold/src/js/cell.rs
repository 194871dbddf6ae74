//! What this dialect keeps in every promise, and how its loop treats them.
//!
//! A promise is a cell of the kernel. One that an async function or a `then` settles has a body; one
//! that is settled through [`Resolvers`](super::Resolvers) has none. How listeners are run is what makes
//! it JavaScript's: each becomes one microtask, in the order of registration.
//!
//! Invariants:
//!
//! 1. [`Local`] is touched only by the loop's own thread. Promises are not `Send`, and what wakers do
//!    from other threads goes through the inbox.
//! 2. `REJECTED` is set before the outcome of a rejected promise is written, so whoever sees the outcome
//!    sees the flag.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::Location;
use std::task::Waker;

use fourfold_kernel::task::{Erased, Orphan, Runnable, Schedule};
use fourfold_kernel::trace::{self, TaskId};

use super::async_local_storage::Frame;
use super::core::{Core, CoreRef};
use super::inbox::Remote;
use super::listener::{Listener, Rare};
use super::microtasks::Microtask;

/// The data of this dialect's scheduler in every cell.
pub(crate) struct PromiseData {
    core: CoreRef,
    local: Local,
}

/// What only the loop's own thread may touch.
pub(crate) struct Local {
    flags: Cell<u16>,
    /// Of an async function, where the loop's list has it. Of a promise without a body, which pair of
    /// resolving functions still counts; see [`Resolvers`](super::Resolvers).
    pub(super) number: Cell<u32>,
    /// Where the promise was made.
    pub(super) made_at: &'static Location<'static>,
    /// The frame of the async function while it does not run, of a `then` until it runs.
    pub(super) frame: Cell<Option<Frame>>,
}

thread_local! {
    /// The ids of async functions that were traced, by where their [`Local`] is: kept here because nearly
    /// all promises have none.
    static IDS: RefCell<HashMap<*const Local, TaskId>> = RefCell::default();
}

/// One bit of [`Local`].
#[derive(Clone, Copy)]
#[repr(u16)]
pub(crate) enum Flag {
    /// Somebody reacts to the promise: a rejection of it is handled.
    Handled = 1 << 0,
    /// It is rejected, or is just about to be.
    Rejected = 1 << 1,
    /// Its rejection was told of as unhandled.
    Reported = 1 << 2,
    /// The step ended in an await of what is settled: the next is a microtask from here.
    Yielded = 1 << 3,
    /// An async function, which the loop's list has.
    Listed = 1 << 4,
    /// An async function that has run to its first await.
    Started = 1 << 5,
    /// An async function that waits for something that is not of this loop: it keeps the loop alive.
    Foreign = 1 << 6,
    /// A part of a connection or the like, which does not keep the loop alive by its waiting.
    Service = 1 << 7,
    /// An async function that has left its waker with something that is not of this loop, once.
    Shared = 1 << 8,
    /// A timer fulfills it.
    Timer = 1 << 9,
    /// An async function that has an id.
    Traced = 1 << 10,
}

// SAFETY: not shared. Runnables of other threads go to the inbox, which only the loop's own thread
// empties; it runs or discards them there. Orphans likewise; where the loop is gone they are leaked.
// Neither pointer is used after the hand-over.
unsafe impl Schedule for PromiseData {
    const SHARED: bool = false;
    type Listener = Listener;

    #[inline]
    unsafe fn schedule(data: *const Self, runnable: Runnable<Self>) {
        // SAFETY: valid until the runnable is handed on; the loop lives while a cell of it does.
        let core = unsafe { &(*data).core };
        if core.is_owner() {
            if trace::enabled() {
                // SAFETY: the runnable has not been handed on, and this is the loop's thread.
                unsafe { (*data).local.trace_woken() };
            }
            core.queue_runnable(runnable);
        } else {
            send(core, runnable);
        }
    }

    #[inline]
    unsafe fn schedule_again(data: *const Self, runnable: Runnable<Self>) {
        // SAFETY: valid until the runnable is handed on, and bodies run on the loop's thread.
        let data = unsafe { &*data };
        if trace::enabled() {
            data.local.trace_woken();
        }
        data.core.queue_microtask(Microtask::Run(runnable));
    }

    #[inline]
    fn yielded(&self) -> bool {
        self.local.take(Flag::Yielded)
    }

    #[inline]
    fn finished(&self) {
        if self.local.has(Flag::Listed) {
            self.core.forget_async_fn(self.local.number.get());
            self.no_longer_foreign();
            self.local.trace_finished();
        }
    }

    #[inline]
    fn notify(cell: &Erased<Self>, listener: Listener) {
        match listener {
            Listener::Then(due) => {
                if let Some(runnable) = due.told() {
                    let settled = Microtask::Settled(runnable, cell.clone());
                    cell.data().core.queue_microtask(settled);
                }
            }
            Listener::Wake(waker) => match Rare::of(waker) {
                Err(waker) => waker.wake(),
                Ok(Rare::Follow(waker)) => {
                    cell.data().core.hand_to(waker, cell.clone(), false);
                }
                Ok(Rare::Forward(waker)) => cell.data().core.hand_to(waker, cell.clone(), true),
                Ok(Rare::React(reaction)) => {
                    let (reaction, index) = reaction.told();
                    let source = cell.clone();
                    cell.data().core.queue_microtask(Microtask::React(reaction, index, source));
                }
            },
        }
    }

    #[inline]
    fn waker(listener: &Listener) -> Option<&Waker> {
        match listener {
            Listener::Wake(waker) if !Rare::is_in(waker) => Some(waker),
            Listener::Wake(_) | Listener::Then(_) => None,
        }
    }

    #[inline]
    unsafe fn release(data: *const Self, orphan: Orphan<Self>) {
        // SAFETY: valid until the orphan is handed on.
        let core = unsafe { &(*data).core };
        if core.is_owner() {
            // SAFETY: on the thread that made the cell.
            unsafe { orphan.free() }
        } else {
            let core = core.this();
            let _ = core.send(Remote::Orphan(orphan));
        }
    }
}

#[cold]
fn send(core: &Core, runnable: Runnable<PromiseData>) {
    // The cell, and with it this reference, may be gone once the loop has the runnable.
    let core = core.this();
    let _ = core.send(Remote::Run(runnable));
}

impl PromiseData {
    #[inline]
    pub(crate) fn new(
        core: &Core,
        made_at: &'static Location<'static>,
        frame: Option<Frame>,
    ) -> PromiseData {
        PromiseData {
            core: CoreRef::new(core),
            local: Local {
                flags: Cell::new(0),
                number: Cell::new(0),
                made_at,
                frame: Cell::new(frame),
            },
        }
    }

    /// As [`new`](PromiseData::new), of an async function.
    #[inline]
    pub(crate) fn of_async_fn(
        core: &Core,
        made_at: &'static Location<'static>,
        frame: Option<Frame>,
    ) -> PromiseData {
        let data = PromiseData::new(core, made_at, frame);
        data.local.set(Flag::Listed);
        data
    }

    #[inline]
    pub(crate) fn core(&self) -> &CoreRef {
        &self.core
    }

    /// It waits for something of which the loop knows nothing, so that the loop goes on for it. Where
    /// nobody was ever left a waker, in the step that ends here or an earlier one, nothing will come of it.
    pub(super) fn is_foreign(&self, left_a_waker: bool) {
        if left_a_waker {
            self.local.set(Flag::Shared);
        }
        if self.local.has(Flag::Shared) && !self.local.has(Flag::Service) {
            self.local.set(Flag::Foreign);
            let foreign = &self.core.owned().foreign;
            foreign.set(foreign.get() + 1);
        }
    }

    #[inline]
    pub(super) fn no_longer_foreign(&self) {
        if self.local.take(Flag::Foreign) {
            let foreign = &self.core.owned().foreign;
            foreign.set(foreign.get() - 1);
        }
    }

    /// The thread-bound part. All callers hold a promise, or run on the loop's behalf, neither of
    /// which leaves the loop's thread.
    #[inline]
    pub(crate) fn local(&self) -> &Local {
        debug_assert!(self.core.is_owner());
        &self.local
    }
}

impl Local {
    #[inline]
    pub(crate) fn has(&self, flag: Flag) -> bool {
        self.flags.get() & flag as u16 != 0
    }

    #[inline]
    pub(crate) fn set(&self, flag: Flag) {
        self.flags.set(self.flags.get() | flag as u16);
    }

    /// Whether the flag was set; it is not any more.
    #[inline]
    pub(crate) fn take(&self, flag: Flag) -> bool {
        let was = self.has(flag);
        if was {
            self.flags.set(self.flags.get() & !(flag as u16));
        }
        was
    }

    /// The number of an async function that has been traced.
    #[inline]
    pub(super) fn id(&self) -> Option<TaskId> {
        if self.has(Flag::Traced) { self.known_id() } else { None }
    }

    #[cold]
    fn known_id(&self) -> Option<TaskId> {
        IDS.with_borrow(|ids| ids.get(&std::ptr::from_ref(self)).copied())
    }

    #[cold]
    fn forget_id(&self) {
        // Not there any more when the thread ends: neither are the ids.
        let _ = IDS.try_with(|ids| ids.borrow_mut().remove(&std::ptr::from_ref(self)));
    }

    #[inline]
    pub(crate) fn trace_spawned(&self) {
        if trace::enabled() {
            trace::task_spawned(self.traced_id(), self.spawned());
        }
    }

    /// The number of an async function that is traced.
    pub(super) fn traced_id(&self) -> TaskId {
        self.set(Flag::Traced);
        IDS.with_borrow_mut(|ids| *ids.entry(self).or_insert_with(TaskId::next))
    }

    fn spawned(&self) -> trace::Spawned<'static> {
        trace::Spawned { kind: "async function", name: None, location: self.made_at }
    }

    /// A step of an async function that is traced, which may be older than that.
    #[cold]
    pub(super) fn trace_step(&self) -> trace::Polling {
        trace::polling_as(self.traced_id(), || self.spawned())
    }

    /// Tells an observation that begins of an async function that is there already.
    pub(super) fn tell(&self, state: trace::State) {
        let doing = trace::Doing { state, reason: None, on: None, since: None };
        trace::found(self.traced_id(), self.spawned(), None, doing);
    }

    /// Whoever is polled here is about to wait for this promise.
    #[inline]
    pub(super) fn trace_wait(&self) {
        if trace::enabled() {
            self.tell_wait();
        }
    }

    #[cold]
    fn tell_wait(&self) {
        let what = if self.has(Flag::Listed) {
            "async function"
        } else if self.has(Flag::Timer) {
            "timer"
        } else {
            "promise"
        };
        trace::waiting_here(what, self.has(Flag::Listed).then(|| self.traced_id()));
    }

    fn trace_woken(&self) {
        if let Some(id) = self.id() {
            trace::woken(id);
        }
    }

    fn trace_finished(&self) {
        if let Some(id) = self.id() {
            let failed = self.has(Flag::Rejected);
            let outcome = if failed { trace::Outcome::Failed } else { trace::Outcome::Done };
            trace::finished(id, outcome);
        }
    }
}

impl Drop for Local {
    #[inline]
    fn drop(&mut self) {
        if self.has(Flag::Traced) {
            self.forget_id();
        }
    }
}

/// Frees a cell that another thread gave back. Loop's own thread.
pub(crate) fn free_orphan(orphan: Orphan<PromiseData>) {
    // SAFETY: this is the thread that made the cell.
    unsafe { orphan.free() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_every_promise_has_stays_small() {
        assert_eq!(size_of::<Listener>(), 2 * size_of::<usize>());
        assert_eq!(size_of::<PromiseData>(), 4 * size_of::<usize>());
    }
}
