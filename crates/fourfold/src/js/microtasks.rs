//! The two queues that are emptied after every callback: `next_tick`'s, then the microtasks'.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Waker;

use fourfold_kernel::task::{Erased, Runnable};
use fourfold_kernel::trace::{self, Owner};

use super::async_local_storage::{self, Frame};
use super::callback::{Callback, Outcome};
use super::cell::{Flag, PromiseData};
use super::core::{self, Core, LocalParts};
use super::event_loop::Ready;
use super::process::Origin;
use crate::Error;

/// A job of the microtask queue.
pub(crate) enum Microtask {
    /// A step of an async function.
    Run(Runnable<PromiseData>),
    /// The step of a body that waited for this promise, which is settled.
    Settled(Runnable<PromiseData>, Erased<PromiseData>),
    /// One of the promises that something waits for is settled.
    React(Rc<dyn Reaction>, u32, Erased<PromiseData>),
    Call(Box<Job>),
}

/// What waits for several promises at once.
pub(crate) trait Reaction {
    /// The promise of this number, which is `source`, is settled. Called as a microtask.
    fn react(self: Rc<Self>, index: u32, source: Erased<PromiseData>);

    /// The promise of this number is not listened to any more, for it is settled or gone.
    fn forget(&self, _index: u32) {}
}

/// A function that waits in a queue, with the frame it was put there in.
pub(crate) struct Job {
    call: Callback,
    frame: Option<Frame>,
}

impl Job {
    pub(crate) fn new(call: Callback) -> Job {
        Job { call, frame: async_local_storage::capture() }
    }

    pub(crate) fn without_frame(call: Callback) -> Job {
        Job { call, frame: None }
    }

    /// Whether it returned. What it threw is given to `uncaught`, in the frame it was called in.
    fn call(self, uncaught: impl FnOnce(Error)) -> bool {
        let _frame = async_local_storage::enter(self.frame);
        let returned = catch_unwind(AssertUnwindSafe(|| self.call.call()));
        match returned.unwrap_or_else(|panic| Err(Error::from_panic(panic))) {
            Ok(()) => true,
            Err(error) => {
                uncaught(error);
                false
            }
        }
    }
}

/// Calls `f` as a microtask: after what runs now, before anything else of the loop.
///
/// What it throws is an uncaught exception. The original is
/// [`queueMicrotask`](https://nodejs.org/api/globals.html#queuemicrotaskcallback).
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
///
/// ```
/// use std::cell::RefCell;
/// use std::rc::Rc;
/// use fourfold::js;
///
/// let seen = Rc::new(RefCell::new(Vec::new()));
/// let log = seen.clone();
/// js::run(async move {
///     let (one, two) = (log.clone(), log.clone());
///     js::queue_microtask(move || one.borrow_mut().push("microtask"));
///     js::next_tick(move || two.borrow_mut().push("tick"));
///     log.borrow_mut().push("main");
///     Ok(())
/// })?;
/// assert_eq!(*seen.borrow(), ["main", "tick", "microtask"]);
/// # Ok::<(), fourfold::Error>(())
/// ```
#[track_caller]
pub fn queue_microtask<R: Outcome>(f: impl FnOnce() -> R + 'static) {
    core::with_running(|core| {
        core.queue_microtask(Microtask::Call(Box::new(Job::new(Callback::new(f)))));
    });
}

/// Calls `f` once what runs now is over, before the microtasks.
///
/// The queue of ticks is emptied, then that of microtasks, then again, until both are empty; only
/// then does the loop go on. What `f` throws is an uncaught exception. The original is
/// [`process.nextTick`](https://nodejs.org/api/process.html#processnexttickcallback-args).
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
#[track_caller]
pub fn next_tick<R: Outcome>(f: impl FnOnce() -> R + 'static) {
    core::with_running(|core| {
        core.local().ticks.borrow_mut().push_back(Job::new(Callback::new(f)));
    });
}

/// The ticks that wait.
pub(super) type Ticks = std::cell::RefCell<VecDeque<Job>>;

impl Core {
    /// Puts a microtask behind all others.
    #[inline]
    pub(crate) fn queue_microtask(&self, microtask: Microtask) {
        let local = self.owned();
        if local.emptied.get() {
            return Core::discard(microtask);
        }
        local.microtasks.push(microtask);
    }

    /// Empties both queues, as Node does after every callback: all ticks, all microtasks, and again
    /// as long as there are ticks, or rejections that nobody handled have something to say.
    pub(crate) fn drain(&self) {
        let local = self.local();
        if trace::enabled() {
            self.count(local);
        }
        loop {
            if !self.run_ticks() {
                return;
            }
            self.run_microtasks();
            if self.is_leaving() {
                return;
            }
            if local.ticks.borrow().is_empty() && !self.process_rejections() {
                return;
            }
        }
    }

    /// Tells who traces what waits.
    #[cold]
    fn count(&self, local: &LocalParts) {
        let microtasks = local.microtasks.len();
        trace::counter_of(Owner::Thread, "tick queue", local.ticks.borrow().len());
        trace::counter_of(Owner::Thread, "microtask queue", microtasks);
    }

    /// `false`: one of them threw, and what is left waits.
    fn run_ticks(&self) -> bool {
        while !self.is_leaving() {
            let next = self.local().ticks.borrow_mut().pop_front();
            let Some(tick) = next else { return true };
            if !self.run_job(tick) {
                return false;
            }
        }
        false
    }

    /// Calls a function that was queued as a callback of its own. `false`: it threw, and what is queued
    /// is not to be drained behind it.
    pub(super) fn run_job(&self, job: Job) -> bool {
        let returned = job.call(|error| self.uncaught(error, Origin::UncaughtException));
        if !returned {
            self.threw();
        }
        returned
    }

    /// As [`run_job`](Core::run_job), and drains the queues.
    pub(super) fn run_callback(&self, job: Job) {
        if self.run_job(job) {
            self.drain();
        }
    }

    /// Runs microtasks until none is left.
    #[inline]
    pub(crate) fn run_microtasks(&self) {
        let local = self.local();
        while let Some(microtask) = local.microtasks.pop() {
            match microtask {
                Microtask::Run(runnable) => {
                    local.direct.set(true);
                    // SAFETY: this is the loop's own thread.
                    unsafe { runnable.run() }
                }
                Microtask::Settled(runnable, source) => self.run_settled(runnable, source),
                Microtask::React(reaction, index, source) => reaction.react(index, source),
                Microtask::Call(job) => {
                    // The others go on behind one that throws.
                    job.call(|error| self.uncaught(error, Origin::UncaughtException));
                }
            }
            if local.process.is_leaving() {
                return;
            }
        }
        local.microtasks.shrink();
    }

    /// Runs the step of a body that takes `source` with [`take_source`](Core::take_source).
    #[inline]
    pub(super) fn run_settled(&self, runnable: Runnable<PromiseData>, source: Erased<PromiseData>) {
        let source_of = &self.local().source;
        source_of.set(Some(source));
        // SAFETY: this is the loop's own thread.
        unsafe { runnable.run() };
        // A body that had ended by then, or was not waiting, took nothing.
        drop(source_of.take());
    }

    /// The promise that the step which runs now was waiting for.
    #[inline]
    pub(crate) fn take_source(&self) -> Option<Erased<PromiseData>> {
        self.local().source.take()
    }

    /// Runs the body that `waker` wakes and hands it `source`, which is settled: in a microtask, or at
    /// once.
    pub(crate) fn hand_to(&self, waker: Waker, source: Erased<PromiseData>, at_once: bool) {
        let handing = &self.local().handing;
        handing.set(Some((source, at_once)));
        waker.wake_by_ref();
        if let Some((source, _)) = handing.take() {
            // It is queued already, for something it does not wait for any more, and is not handed the
            // promise by that.
            let core = self.this();
            let again = Callback::new(move || core.hand_to(waker, source, false));
            self.queue_microtask(Microtask::Call(Box::new(Job::new(again))));
        }
    }

    /// Runs a step of the async function of this cell, which `waker` wakes, before this returns. As its
    /// first step it is a part of the caller: it runs in that frame and goes no further than to its next
    /// await. Where it is queued already it runs when its turn comes.
    pub(crate) fn run_at_once(&self, waker: &Waker, cell: &Erased<PromiseData>) {
        let handing = &self.local().handing;
        let local = cell.data().local();
        local.take(Flag::Started);
        handing.set(Some((cell.clone(), true)));
        waker.wake_by_ref();
        if let Some(handed) = handing.take() {
            local.set(Flag::Started);
            drop(handed);
        }
    }

    /// Puts a step where it will be run.
    #[inline]
    pub(crate) fn queue_runnable(&self, runnable: Runnable<PromiseData>) {
        let local = self.owned();
        match local.handing.take() {
            Some((source, false)) => self.queue_microtask(Microtask::Settled(runnable, source)),
            Some((source, true)) => {
                self.run_settled(runnable, source);
            }
            None if local.collecting.get() => local.ready.push(Ready::Run(runnable)),
            None => self.queue_microtask(Microtask::Run(runnable)),
        }
    }
}
