//! Work for a pool that is no task of its own: runnables of another scheduler.
//!
//! A dialect whose tasks go on at places of their own choosing keeps its own scheduler, and hands what
//! is to run on a pool to it, piece by piece. Such a job has no home and no place in the registry; any
//! worker may run it, in the order that pools of threads have by tradition:
//!
//! ```text
//!   pushed by a job on this worker ──►┌──────────────┐──► the worker takes the newest
//!                                     │ worker's own │
//!                                     └──────────────┘──► another worker steals the oldest
//!   pushed from anywhere else ───────►  shared queue  ──► any worker takes the oldest
//! ```
//!
//! A worker takes turns between its jobs and its tasks, where it has both. The newest of its jobs it
//! keeps: that is about to run there, while the data it shares with what pushed it is warm. Nobody is
//! woken for it, and who searches takes it only in the end; if the worker blocks or is busy for long,
//! sysmon has it served, as it has the slot of the tasks.
//!
//! # Invariants
//!
//! 1. A job is in one queue, and is run or discarded once; one that is dropped is discarded, outside of
//!    the queue's lock.
//! 2. `len` is the length of the worker's own queue, written under its lock. Who reads it without the
//!    lock may be late by one change.
//!
//! # Rejected
//!
//! * *The ring of the tasks.* Its owner takes from the same end as thieves do. Taking the newest and
//!   stealing the oldest, and finding one in the middle to run it at once, is a deque under a lock: two
//!   atomic operations a job, with nobody else at the lock most of the time.

use std::collections::VecDeque;
use std::fmt;
use std::mem;
use std::panic::Location;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::lock::Lock;
use crate::task::{Runnable, Shared};
use crate::trace::TaskId;

/// Schedulers whose runnables a pool takes.
pub trait Submit: Shared {
    /// What a report of a stall says of the work.
    fn describe(&self) -> (TaskId, &'static Location<'static>);
}

struct Kind {
    run: unsafe fn(NonNull<()>),
    discard: unsafe fn(NonNull<()>),
    describe: unsafe fn(NonNull<()>) -> (TaskId, &'static Location<'static>),
}

struct Of<S>(std::marker::PhantomData<S>);

impl<S: Submit> Of<S> {
    const KIND: &'static Kind =
        &Kind { run: Self::run, discard: Self::discard, describe: Self::describe };

    /// SAFETY of all three: `raw` came from `into_raw` of a runnable of this scheduler, and the first
    /// two give it up.
    unsafe fn run(raw: NonNull<()>) {
        // SAFETY: see above; the scheduler is shared.
        unsafe { Runnable::<S>::from_raw(raw).run() }
    }

    unsafe fn discard(raw: NonNull<()>) {
        // SAFETY: see above; the scheduler is shared.
        unsafe { Runnable::<S>::from_raw(raw).discard() }
    }

    unsafe fn describe(raw: NonNull<()>) -> (TaskId, &'static Location<'static>) {
        // SAFETY: see above; this copy is not dropped.
        let runnable = mem::ManuallyDrop::new(unsafe { Runnable::<S>::from_raw(raw) });
        // SAFETY: the data of a shared scheduler may be looked at from any thread.
        unsafe { runnable.data() }.describe()
    }
}

/// A runnable of any scheduler that a pool takes work from. Dropping it discards the body.
pub struct Job {
    raw: NonNull<()>,
    kind: &'static Kind,
}

// SAFETY: runnables may be sent, and those of shared schedulers run and discarded anywhere.
unsafe impl Send for Job {}
// SAFETY: a reference gives access to its description alone, which is `Sync` by `Shared`.
unsafe impl Sync for Job {}

impl Job {
    /// The body's next step as a job.
    pub fn new<S: Submit>(runnable: Runnable<S>) -> Job {
        Job { raw: runnable.into_raw(), kind: Of::<S>::KIND }
    }

    /// Runs it, on this thread.
    pub fn run(self) {
        let (raw, kind) = (self.raw, self.kind);
        mem::forget(self);
        // SAFETY: made from such a runnable, and given up.
        unsafe { (kind.run)(raw) }
    }

    /// Whose work it is.
    pub(super) fn describe(&self) -> (TaskId, &'static Location<'static>) {
        // SAFETY: made from such a runnable.
        unsafe { (self.kind.describe)(self.raw) }
    }

    /// The address of its cell; see [`Handle::address`](crate::task::Handle::address).
    fn address(&self) -> usize {
        self.raw.addr().get()
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        // SAFETY: made from such a runnable, and given up.
        unsafe { (self.kind.discard)(self.raw) }
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Job").field(&self.raw).finish()
    }
}

/// So many jobs a thief takes at most at once.
const BATCH: usize = 16;

/// The jobs of one worker, or those that any may take.
pub(super) struct Jobs {
    len: AtomicUsize,
    state: Lock<State>,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    closed: bool,
}

impl Jobs {
    pub(super) fn new() -> Jobs {
        Jobs { len: AtomicUsize::new(0), state: Lock::new(State::default()) }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.len.load(Ordering::Acquire) == 0
    }

    fn change<R>(&self, f: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.state.lock();
        let result = f(&mut state);
        self.len.store(state.queue.len(), Ordering::Release);
        result
    }

    /// Adds one, unless the queue was closed, and tells how many there are.
    pub(super) fn push(&self, job: Job) -> Result<usize, Job> {
        self.change(|state| {
            if state.closed {
                return Err(job);
            }
            state.queue.push_back(job);
            Ok(state.queue.len())
        })
    }

    /// The newest.
    #[inline]
    pub(super) fn pop_newest(&self) -> Option<Job> {
        if self.is_empty() { None } else { self.change(|state| state.queue.pop_back()) }
    }

    /// The oldest.
    #[inline]
    pub(super) fn pop_oldest(&self) -> Option<Job> {
        if self.is_empty() { None } else { self.change(|state| state.queue.pop_front()) }
    }

    /// Moves the older half, but not the newest and not more than a batch, into `into`, and returns the
    /// oldest. They come out there in the order in which they were pushed here.
    #[inline]
    pub(super) fn steal_into(&self, into: &Jobs) -> Option<Job> {
        if self.has_old() { self.steal(into) } else { None }
    }

    fn steal(&self, into: &Jobs) -> Option<Job> {
        let mut stolen: [Option<Job>; BATCH] = [const { None }; BATCH];
        let count = self.change(|state| {
            let count = (state.queue.len() / 2).min(BATCH);
            stolen.iter_mut().zip(state.queue.drain(..count)).for_each(|(place, job)| {
                *place = Some(job);
            });
            count
        });
        let first = stolen[..count].first_mut()?.take();
        if count > 1 {
            // The newest is taken first there.
            into.change(|state| {
                state.queue.extend(stolen[1..count].iter_mut().rev().filter_map(Option::take))
            });
        }
        first
    }

    /// Whether there is one besides the newest.
    #[inline]
    pub(super) fn has_old(&self) -> bool {
        self.len.load(Ordering::Acquire) > 1
    }

    /// The one of the cell with this address, wherever it waits; newest first, since who asks for one
    /// has mostly just pushed it.
    pub(super) fn take(&self, address: usize) -> Option<Job> {
        self.change(|state| {
            let at = state.queue.iter().rposition(|job| job.address() == address)?;
            state.queue.remove(at)
        })
    }

    /// All of them.
    pub(super) fn take_all(&self) -> VecDeque<Job> {
        self.change(|state| mem::take(&mut state.queue))
    }

    /// All of them, and none is taken in from here on.
    pub(super) fn close(&self) -> VecDeque<Job> {
        self.change(|state| {
            state.closed = true;
            mem::take(&mut state.queue)
        })
    }
}
