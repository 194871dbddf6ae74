//! What others see of a worker: what can be stolen from it, and how it is woken.

use std::panic::Location;
use std::sync::atomic::{
    AtomicBool, AtomicPtr, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering,
};

use super::job::{Job, Jobs};
use super::park::Parker;
use super::stack_trace::Thread;
use super::task::Task;
use crate::queue::{Inbox, Ring, Slot};
use crate::task::Runnable;
use crate::trace::TaskId;

/// A runnable in its worker's inbox. One that is left there when the pool ends is leaked: its body
/// must not be dropped by another thread.
pub(super) struct Home(pub(super) Runnable<Task>);

#[repr(align(128))]
pub(crate) struct Remote {
    pub(super) index: usize,
    /// What any worker may run.
    pub(super) ring: Ring<Runnable<Task>>,
    /// The one of these that was made ready last.
    pub(super) slot: Slot<Runnable<Task>>,
    /// What it pushed of other schedulers' work, which any worker may run.
    pub(super) jobs: Jobs,
    /// What only this worker may run, sent by others.
    pub(super) inbox: Inbox<Home>,
    pub(super) parker: Parker,
    pub(super) current: Current,
    /// Its thread, to be asked where it is.
    pub(super) thread: Thread,
    /// Tasks that only this worker can run: written by it alone.
    pub(super) settled: AtomicUsize,
    /// Fibers that others sent here to begin, and that have not.
    pub(super) coming: AtomicUsize,
    /// The worker retires when nothing of its own is left.
    pub(super) retiring: AtomicBool,
    /// Its thread has ended; another worker may have the place.
    pub(super) vacant: AtomicBool,
}

/// The poll lasts, or blocks, long enough for others to run what waits behind it.
const STRANDS: u8 = 1;
/// It lasts so long that it should give way.
const OVERDUE: u8 = 2;

/// What the worker polls, told to sysmon without a lock. Written by the worker alone.
#[derive(Default)]
pub(super) struct Current {
    /// How many polls have begun or ended: odd while one is going on.
    polls: AtomicU32,
    id: AtomicU64,
    location: AtomicPtr<Location<'static>>,
    /// What sysmon found of the present poll: [`STRANDS`] and [`OVERDUE`].
    lasting: AtomicU8,
    /// How many calls of the present poll said that they block.
    blocked: AtomicU32,
}

impl Current {
    #[inline]
    pub(super) fn begin(&self, task: &Task) {
        self.begin_as(task.id(), task.location());
    }

    #[inline]
    pub(super) fn begin_job(&self, job: &Job) {
        let (id, location) = job.describe();
        self.begin_as(id, location);
    }

    #[inline]
    fn begin_as(&self, id: TaskId, location: &'static Location<'static>) {
        self.id.store(id.get(), Ordering::Relaxed);
        self.location.store(std::ptr::from_ref(location).cast_mut(), Ordering::Relaxed);
        // Release: who sees the odd count sees whose poll it is, or a later one.
        self.polls.store(self.polls.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);
    }

    #[inline]
    pub(super) fn end(&self) {
        self.polls.store(self.polls.load(Ordering::Relaxed).wrapping_add(1), Ordering::Release);
        if self.lasting.load(Ordering::Relaxed) != 0 {
            self.lasting.store(0, Ordering::Relaxed);
        }
    }

    /// The count, if a poll is going on.
    pub(super) fn poll(&self) -> Option<u32> {
        let polls = self.polls.load(Ordering::Acquire);
        (polls % 2 == 1).then_some(polls)
    }

    /// Whose poll `poll` is, if it is still going on.
    pub(super) fn whose(&self, poll: u32) -> Option<(u64, &'static Location<'static>)> {
        let id = self.id.load(Ordering::Relaxed);
        let location = self.location.load(Ordering::Relaxed);
        std::sync::atomic::fence(Ordering::Acquire);
        if self.polls.load(Ordering::Relaxed) != poll {
            return None;
        }
        // SAFETY: only addresses of static locations are stored, and one was before the first poll.
        Some((id, unsafe { location.as_ref() }?))
    }

    /// The poll blocks its thread from here on, and means to.
    pub(super) fn block(&self) {
        self.blocked.fetch_add(1, Ordering::Release);
    }

    pub(super) fn unblock(&self) {
        self.blocked.fetch_sub(1, Ordering::Release);
    }

    pub(super) fn is_blocked(&self) -> bool {
        self.blocked.load(Ordering::Acquire) > 0
    }

    pub(super) fn set_overdue(&self) {
        self.lasting.fetch_or(OVERDUE, Ordering::Relaxed);
    }

    /// Whether the task that is polled should give way soon.
    #[inline]
    pub(super) fn is_overdue(&self) -> bool {
        self.lasting.load(Ordering::Relaxed) & OVERDUE != 0
    }

    /// What waits behind this poll is another worker's to run, its slot's as well.
    pub(super) fn set_strands(&self) {
        self.lasting.fetch_or(STRANDS, Ordering::Relaxed);
    }

    /// Whether others may take what the worker is otherwise about to run itself.
    pub(super) fn strands(&self) -> bool {
        self.lasting.load(Ordering::Relaxed) & STRANDS != 0
    }
}

impl Remote {
    pub(super) fn new(index: usize) -> Remote {
        Remote {
            index,
            ring: Ring::new(),
            slot: Slot::new(),
            jobs: Jobs::new(),
            inbox: Inbox::new(),
            parker: Parker::new(),
            current: Current::default(),
            thread: Thread::default(),
            settled: AtomicUsize::new(0),
            coming: AtomicUsize::new(0),
            retiring: AtomicBool::new(false),
            vacant: AtomicBool::new(false),
        }
    }

    /// How many tasks only this worker can run, now or soon.
    pub(super) fn load(&self) -> usize {
        self.settled.load(Ordering::Relaxed) + self.coming.load(Ordering::Relaxed)
    }

    /// Whether it has something that another worker could run if this one is stuck.
    pub(super) fn has_stealable(&self) -> bool {
        self.has_queued() || !self.slot.is_empty() || !self.jobs.is_empty()
    }

    /// Whether it has something that another worker may take now.
    pub(super) fn has_takeable(&self) -> bool {
        self.has_queued() || (self.current.strands() && self.has_stealable())
    }

    /// Whether there is something in a queue that any worker takes from.
    pub(super) fn has_queued(&self) -> bool {
        !self.ring.is_empty() || self.jobs.has_old()
    }
}
