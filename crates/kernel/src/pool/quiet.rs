//! What happens when every worker sleeps and nothing is queued.
//!
//! In this order, the first that applies:
//!
//! 1. Those who wait for this very moment are woken ([`until_quiet`]).
//! 2. A virtual clock jumps to the next deadline.
//! 3. If no task can ever go on, the pool's `on_deadlock` is told.
//!
//! Nothing of it is done while something is under way outside of the pool that will wake a task: a
//! job on another thread, a source that a task waits for, a future that did not say what it waits
//! for.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use super::Pool;
use super::builder::OnDeadlock;
use super::shared::Shared;
use super::task::Task;
use super::waiting::{EndedBy, Reason, waiting};
use super::worker::Worker;

pub(super) struct Quiet {
    waiters: Mutex<Vec<Waker>>,
    any: AtomicBool,
    /// A deadlock was told of, or is not to be.
    over: AtomicBool,
    /// Someone is being told.
    telling: AtomicBool,
    /// So often nobody believed it.
    doubts: AtomicU32,
    /// So many looks of sysmon from now all is looked at again; 0 if never.
    again_in: AtomicU32,
}

impl Quiet {
    pub(super) fn new() -> Quiet {
        Quiet {
            waiters: Mutex::default(),
            any: AtomicBool::new(false),
            over: AtomicBool::new(false),
            telling: AtomicBool::new(false),
            doubts: AtomicU32::new(0),
            again_in: AtomicU32::new(0),
        }
    }

    pub(super) fn forgive(&self) {
        self.over.store(true, Ordering::Release);
    }

    /// Tells of a deadlock, once. Who doubts it is asked again: after a tenth of a second first, then
    /// ever later.
    fn tell(&self, shared: &'static Shared, on_deadlock: &OnDeadlock) {
        if self.over.load(Ordering::Acquire) || self.telling.swap(true, Ordering::AcqRel) {
            return;
        }
        if on_deadlock(&Pool::from_shared(shared)) {
            self.over.store(true, Ordering::Release);
        } else {
            let doubts = self.doubts.fetch_add(1, Ordering::Relaxed);
            self.again_in.store(1 << doubts.min(6), Ordering::Release);
        }
        self.telling.store(false, Ordering::Release);
    }

    /// Asked by sysmon each time it looks at a pool that sleeps: whether a worker should look again
    /// at whether anything can still happen.
    pub(super) fn again(&self) -> bool {
        let looks = self.again_in.load(Ordering::Acquire);
        if looks > 0 {
            self.again_in.store(looks - 1, Ordering::Relaxed);
        }
        looks == 1
    }
}

/// Called by a worker that is about to sleep as the last one. True if it should not.
pub(super) fn happens(worker: &Worker) -> bool {
    let shared = worker.shared;
    let quiet = &shared.quiet;
    let interested = quiet.any.load(Ordering::Acquire)
        || shared.services.clock().is_virtual()
        || shared.config.on_deadlock.is_some();
    if !interested || shared.outside() > 0 || shared.is_stopping() {
        return false;
    }
    // Another worker may rise while this one looks, take what is in its inbox, and make things ready:
    // then what was seen here belongs to different moments, and whoever sleeps last looks again.
    let rises = shared.idle.rises();
    let all_slept = || shared.idle.rises() == rises && shared.idle.all_asleep();
    if !all_slept() || is_woken(shared) {
        return false;
    }
    if quiet.any.load(Ordering::Acquire) && !waits_outside(shared) && all_slept() {
        quiet.any.store(false, Ordering::Release);
        let waiters =
            std::mem::take(&mut *quiet.waiters.lock().unwrap_or_else(PoisonError::into_inner));
        let some = !waiters.is_empty();
        waiters.into_iter().for_each(Waker::wake);
        if some {
            return true;
        }
    }
    match shared.services.next_deadline() {
        Some(deadline) => shared.services.clock().is_virtual() && jump(worker, deadline),
        None => deadlock(shared, all_slept),
    }
}

/// Whether a task waits for what is not the pool's.
fn waits_outside(shared: &Shared) -> bool {
    let outside = |task: &Task| match task.reason() {
        Some((reason, _)) => reason.ended_by() == EndedBy::Outside,
        None => true,
    };
    shared.registry().find(outside).is_some()
}

fn jump(worker: &Worker, deadline: u64) -> bool {
    if waits_outside(worker.shared) {
        // What is ready already comes before the jump; what is not may take its time.
        worker.look();
        if worker.has_pinned() || worker.shared.has_stealable() {
            return true;
        }
        if worker.shared.config.strict_time {
            return false;
        }
    }
    worker.shared.services.clock().advance_to(deadline);
    worker.look();
    true
}

/// Whether something is queued.
fn is_woken(shared: &'static Shared) -> bool {
    shared.has_stealable() || shared.remotes().any(|remote| !remote.inbox.is_empty())
}

fn deadlock(shared: &'static Shared, all_slept: impl Fn() -> bool) -> bool {
    let Some(on_deadlock) = &shared.config.on_deadlock else { return false };
    // A task that only other tasks can wake; all of them together never will.
    let can_go_on = |task: &Task| match task.reason() {
        Some((reason, _)) => reason.ended_by() != EndedBy::Tasks,
        None => true,
    };
    if shared.registry().len() == 0 || shared.registry().find(can_go_on).is_some() {
        return false;
    }
    // Whatever came from a thread outside meanwhile is queued by now.
    if is_woken(shared) || shared.outside() > 0 || shared.services.next_deadline().is_some() {
        return false;
    }
    if !all_slept() {
        return false;
    }
    shared.quiet.tell(shared, on_deadlock);
    false
}

static QUIET: Reason = Reason::by_tasks("until all others wait");

/// Ready once all other tasks of the current pool wait for each other or for its clock.
///
/// # Panics
///
/// When it is polled on a thread that is no worker.
pub fn until_quiet() -> UntilQuiet {
    UntilQuiet { begun: false }
}

/// Returned by [`until_quiet`]. Dropping it costs at most one wake for nothing.
#[derive(Debug)]
#[must_use = "a future does nothing unless it is awaited"]
pub struct UntilQuiet {
    begun: bool,
}

impl Future for UntilQuiet {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.begun, true) {
            return Poll::Ready(());
        }
        let worker = Worker::current().expect("until_quiet is awaited in a task of a pool");
        let quiet = &worker.shared.quiet;
        let waker = context.waker().clone();
        quiet.waiters.lock().unwrap_or_else(PoisonError::into_inner).push(waker);
        quiet.any.store(true, Ordering::Release);
        waiting(&QUIET);
        Poll::Pending
    }
}
