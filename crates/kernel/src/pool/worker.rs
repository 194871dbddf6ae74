//! A worker: its own queues, and the loop that runs them.
//!
//! ```text
//!        only here                          any worker may take it
//!   ┌───────────────────────┐          ┌────────────────────────────────┐
//!   │ pinned slot   pinned  │          │ slot        ring      injector │
//!   │  (woken last) queue   │          │ (woken last)          (shared) │
//!   └──────┬──────────┬─────┘          └──┬───────────┬──────────┬──────┘
//!          ▼          ▼    take turns     ▼           ▼          ▼
//!        ───────────────────────  run  ──────────────────────────────
//!                    nothing left: look at the reactor, steal, sleep
//! ```
//!
//! Started fibers and local futures wait on the left side, all else on the right. What a running
//! task makes ready last goes to a slot and runs next, while the data they share is warm; after
//! [`SLOT_USES`] in a row it goes behind the others, if there are others.

use std::cell::{Cell, RefCell, UnsafeCell};
use std::collections::VecDeque;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::job::Job;
use super::quiet;
use super::remote::{Home, Remote};
use super::shared::Shared;
use super::spin::Spin;
use super::task::Task;
use crate::driver;
use crate::fiber::stack;
use crate::task::Runnable;
use crate::trace::{self, Owner};

/// So many tasks in a row come from a slot while others wait.
const SLOT_USES: u32 = 16;
/// Every so many tasks the injector comes first, and the reactor is looked at.
const ROUND: u32 = 61;
/// So often a worker looks at all others before it goes to sleep.
const SEARCHES: u32 = 4;

thread_local! {
    static WORKER: Cell<*const Worker> = const { Cell::new(ptr::null()) };
    static TASK: Cell<*const Task> = const { Cell::new(ptr::null()) };
}

/// What a worker runs next.
pub(super) enum Work {
    /// A task of the pool.
    Task(Runnable<Task>),
    /// Another scheduler's.
    Job(Job),
}

/// The part of a worker that only its own thread uses.
pub(crate) struct Worker {
    pub(crate) shared: &'static Shared,
    pub(super) remote: &'static Remote,
    pinned: UnsafeCell<VecDeque<Runnable<Task>>>,
    pinned_slot: Cell<Option<Runnable<Task>>>,
    /// The movable slot was filled after the pinned one.
    movable_last: Cell<bool>,
    /// Which of the two queues comes next.
    pinned_next: Cell<bool>,
    /// Whether a job comes next, before a task.
    job_next: Cell<bool>,
    slot_uses: Cell<u32>,
    tick: Cell<u32>,
    stacks: RefCell<stack::Cache>,
    random: Cell<u32>,
    /// It is counted among those that search.
    searching: Cell<bool>,
    spin: Spin,
    /// The poll that another worker was in when a fiber was sent to it last.
    pub(super) sent_in: Cell<Option<u32>>,
    /// The lengths of its queues and of the shared one, as they were told of last.
    counted: Cell<(usize, usize)>,
}

/// Runs `f` on the task that is being polled on this thread, if one of a pool is.
#[inline]
pub(crate) fn with_current_task(f: impl FnOnce(&Task)) {
    let task = current_task();
    if !task.is_null() {
        // SAFETY: set by `Worker::run` to the data of a cell whose runnable is being run, and so
        // alive, and cleared before the run's reference may go.
        f(unsafe { &*task });
    }
}

/// The data of the task that is being polled on this thread. Never inlined, since it is called by
/// code that waits in between; see `fiber/current.rs`.
#[inline(never)]
pub(crate) fn current_task() -> *const Task {
    TASK.get()
}

impl Worker {
    fn new(shared: &'static Shared, remote: &'static Remote) -> Worker {
        Worker {
            shared,
            remote,
            pinned: UnsafeCell::new(VecDeque::new()),
            pinned_slot: Cell::new(None),
            movable_last: Cell::new(false),
            pinned_next: Cell::new(false),
            job_next: Cell::new(false),
            slot_uses: Cell::new(0),
            tick: Cell::new(0),
            stacks: RefCell::new(stack::Cache::new()),
            random: Cell::new(0x9e37_79b9 ^ (remote.index as u32 + 1)),
            searching: Cell::new(false),
            spin: Spin::new(),
            sent_in: Cell::new(None),
            counted: Cell::new((0, 0)),
        }
    }

    /// The worker that this thread is, if it is one.
    #[inline]
    pub(crate) fn current<'a>() -> Option<&'a Worker> {
        // SAFETY: set while `main` runs on this thread, whose frame the worker lives in; what is
        // returned is used on this thread, inside of a call from `main`.
        unsafe { WORKER.get().as_ref() }
    }

    /// The worker of `shared` that this thread is, if it is one.
    #[inline]
    pub(super) fn current_of<'a>(shared: &'static Shared) -> Option<&'a Worker> {
        Worker::current().filter(|worker| ptr::eq(worker.shared, shared))
    }

    #[inline]
    pub(crate) fn index(&self) -> usize {
        self.remote.index
    }

    pub(crate) fn take_stack(&self, size: usize) -> std::io::Result<stack::Stack> {
        self.stacks.borrow_mut().take(size)
    }

    pub(crate) fn put_stack(&self, stack: stack::Stack) {
        self.stacks.borrow_mut().put(stack);
    }

    /// Whether the task that is polled here runs for so long that it should give way.
    #[inline]
    pub(crate) fn is_overdue(&self) -> bool {
        self.remote.current.is_overdue()
    }

    // Queueing

    #[inline]
    fn with_pinned<R>(&self, f: impl FnOnce(&mut VecDeque<Runnable<Task>>) -> R) -> R {
        // SAFETY: this thread's alone, and `f`, here and below, only pushes or pops.
        f(unsafe { &mut *self.pinned.get() })
    }

    /// Any worker may run it. Made ready by a task it comes next, else in its turn.
    #[inline]
    pub(super) fn push(&self, runnable: Runnable<Task>) {
        if TASK.get().is_null() {
            return self.push_behind(runnable);
        }
        self.movable_last.set(true);
        if let Some(former) = self.remote.slot.replace(runnable) {
            self.push_behind(former);
        }
    }

    /// Any worker may run it, after what waits already.
    #[inline]
    pub(super) fn push_behind(&self, runnable: Runnable<Task>) {
        // SAFETY: this is the ring's owner.
        unsafe { self.remote.ring.push_or_overflow(runnable, &self.shared.injector) };
        self.shared.notify();
    }

    /// Only this worker may run it.
    #[inline]
    pub(super) fn push_pinned(&self, runnable: Runnable<Task>) {
        if TASK.get().is_null() {
            return self.push_pinned_behind(runnable);
        }
        self.movable_last.set(false);
        if let Some(former) = self.pinned_slot.replace(Some(runnable)) {
            self.push_pinned_behind(former);
        }
    }

    #[inline]
    pub(super) fn push_pinned_behind(&self, runnable: Runnable<Task>) {
        self.with_pinned(|pinned| pinned.push_back(runnable));
    }

    /// Any worker may run it; this one does next.
    #[inline]
    pub(super) fn push_job(&self, job: Job) {
        match self.remote.jobs.push(job) {
            // The newest is this worker's. While there are older ones whoever searches finds them, and
            // wakes the next where it finds more: so it is enough to wake one when the first gets old.
            Ok(2) => self.shared.notify(),
            Ok(_) => {}
            Err(_) => unreachable!("only the shared queue is ever closed"),
        }
    }

    pub(super) fn take_job(&self, address: usize) -> Option<Job> {
        self.remote.jobs.take(address)
    }

    /// Whether something waits that only this worker can run.
    pub(super) fn has_pinned(&self) -> bool {
        let slot = self.pinned_slot.take();
        let filled = slot.is_some();
        self.pinned_slot.set(slot);
        filled || self.with_pinned(|pinned| !pinned.is_empty())
    }

    // Running

    /// The next runnable of the worker's own queues.
    #[inline]
    fn pop(&self) -> Option<Runnable<Task>> {
        if self.slot_uses.get() < SLOT_USES {
            let taken = if self.movable_last.get() {
                self.remote.slot.take().or_else(|| self.pinned_slot.take())
            } else {
                self.pinned_slot.take().or_else(|| self.remote.slot.take())
            };
            if taken.is_some() {
                self.slot_uses.set(self.slot_uses.get() + 1);
                return taken;
            }
        }
        self.slot_uses.set(0);
        self.collect();
        let pinned_next = !self.pinned_next.get();
        self.pinned_next.set(pinned_next);
        // SAFETY: this is the ring's owner.
        let movable = || unsafe { self.remote.ring.pop() };
        let pinned = || self.with_pinned(VecDeque::pop_front);
        let popped =
            if pinned_next { pinned().or_else(movable) } else { movable().or_else(pinned) };
        popped.or_else(|| self.pinned_slot.take()).or_else(|| self.remote.slot.take())
    }

    /// What others sent to this worker.
    #[inline]
    fn collect(&self) {
        if !self.remote.inbox.is_empty() {
            self.collect_all();
        }
    }

    #[cold]
    fn collect_all(&self) {
        for Home(runnable) in self.remote.inbox.take() {
            self.push_pinned_behind(runnable);
        }
    }

    /// Tells who traces how much waits here, and how much for any worker, where that changed.
    #[inline]
    fn count(&self) {
        if trace::enabled() {
            self.count_now();
        }
    }

    #[cold]
    fn count_now(&self) {
        let own = self.remote.ring.len() + self.with_pinned(|pinned| pinned.len());
        let shared = self.shared.injector.len();
        let (told, told_shared) = self.counted.replace((own, shared));
        if own != told {
            trace::counter_of(Owner::Thread, "run queue", own);
        }
        if shared != told_shared {
            trace::counter_of(Owner::Named(&self.shared.config.name), "global run queue", shared);
        }
    }

    #[inline]
    fn run(&self, work: Work) {
        match work {
            Work::Task(runnable) => self.run_task(runnable),
            Work::Job(job) => {
                self.remote.current.begin_job(&job);
                let _running = Running(&self.remote.current);
                job.run();
            }
        }
    }

    #[inline]
    fn run_task(&self, runnable: Runnable<Task>) {
        // SAFETY: the data is shared, and the runnable keeps it alive. No reference is kept over
        // the run.
        let task: *const Task = unsafe { runnable.data() };
        // SAFETY: as above.
        unsafe {
            (*task).begin_poll();
            self.remote.current.begin(&*task);
        }
        TASK.set(task);
        // Clears the task also where a listener's panic comes out of the run.
        let _running = Running(&self.remote.current);
        // SAFETY: shared; and what has a home is in the queues of its home only.
        unsafe { runnable.run() };
    }

    /// Runs until the pool ends, or until there is nothing for a worker that retires.
    pub(super) fn main(shared: &'static Shared, remote: &'static Remote) {
        remote.parker.bind();
        let worker = Worker::new(shared, remote);
        WORKER.set(&raw const worker);
        let driver = driver::enter(Arc::clone(shared.driver()) as Arc<dyn driver::Driver>);
        shared.idle.added();
        while worker.turn() {}
        shared.idle.removed();
        // Perhaps it was the one that drove. Who sleeps on its own does not know that nobody looks at
        // the reactor now; and sysmon, which would see it, sleeps once the last added worker is gone.
        if let Some(index) = shared.idle.any_sleeper() {
            shared.wake_worker(index);
        }
        WORKER.set(ptr::null());
        drop(driver);
    }

    /// Runs until there is nothing, then sleeps. False if the worker ends.
    ///
    /// A panic that comes out of it is one of a listener, a foreign waker: it ends neither the worker
    /// nor what else it has to do. The hook has told of it.
    fn turn(&self) -> bool {
        let turn = std::panic::AssertUnwindSafe(|| {
            self.work();
            if self.may_end() {
                return false;
            }
            self.sleep();
            true
        });
        std::panic::catch_unwind(turn).unwrap_or_else(|payload| {
            std::mem::forget(payload);
            true
        })
    }

    /// Runs until there is nothing.
    #[inline]
    fn work(&self) {
        let mut work = self.next();
        if work.is_some() {
            // It may count as searching since it was woken. Later it does only inside of `find`.
            self.end_search();
        }
        while let Some(found) = work {
            self.run(found);
            self.run_own();
            work = self.next();
        }
    }

    /// What is usual: tasks out of the worker's own queues, until something else is to be looked at.
    #[inline]
    fn run_own(&self) {
        while self.remote.jobs.is_empty() {
            let tick = self.tick.get().wrapping_add(1);
            if tick.is_multiple_of(ROUND) {
                break;
            }
            let Some(runnable) = self.pop() else { break };
            self.tick.set(tick);
            self.run_task(runnable);
        }
    }

    #[inline(never)]
    fn next(&self) -> Option<Work> {
        let tick = self.tick.get().wrapping_add(1);
        self.tick.set(tick);
        if tick.is_multiple_of(ROUND)
            && let Some(work) = self.round()
        {
            return Some(work);
        }
        self.pop_own().or_else(|| self.find())
    }

    /// The next of the worker's own queues: in turn a job and a task, where there are both.
    #[inline]
    fn pop_own(&self) -> Option<Work> {
        if self.remote.jobs.is_empty() {
            return self.pop().map(Work::Task);
        }
        let job_next = !self.job_next.get();
        self.job_next.set(job_next);
        if !job_next && let Some(runnable) = self.pop() {
            return Some(Work::Task(runnable));
        }
        let job = self.remote.jobs.pop_newest().map(Work::Job);
        job.or_else(|| self.pop().map(Work::Task))
    }

    /// What must not wait for the worker's own queues to run dry.
    #[cold]
    fn round(&self) -> Option<Work> {
        self.look();
        self.count();
        self.collect();
        self.injected()
    }

    /// Looks at the reactor and the timers, if nobody drives.
    pub(super) fn look(&self) {
        if let Some(mut driving) = self.shared.services.try_drive() {
            driving.look(self.shared.now());
        }
    }

    /// What belongs to no worker: in turn a task and a job, where there are both.
    fn injected(&self) -> Option<Work> {
        let jobs_first = self.tick.get().is_multiple_of(2);
        if (jobs_first || self.shared.injector.is_empty())
            && let Some(job) = self.shared.jobs.pop_oldest()
        {
            return Some(Work::Job(job));
        }
        if self.shared.injector.is_empty() {
            return None;
        }
        let workers = self.shared.made();
        // SAFETY: this is the ring's owner.
        unsafe { self.shared.injector.pop_batch_into(&self.remote.ring, workers) }.map(Work::Task)
    }

    /// The worker's own queues are empty.
    #[cold]
    fn find(&self) -> Option<Work> {
        self.count();
        if let Some(work) = self.injected() {
            return Some(work);
        }
        self.look();
        if let Some(work) = self.pop_own() {
            return Some(work);
        }
        if self.remote.retiring.load(Ordering::Acquire) {
            self.end_search();
            return None;
        }
        if !self.searching.get() && !self.shared.idle.start_searching() {
            return None;
        }
        self.searching.set(true);
        let found = self.search().or_else(|| self.look_on());
        if found.is_some() {
            self.end_search();
        }
        found
    }

    /// Looks on for a moment, where others could make something ready meanwhile. Not at their slots:
    /// two tasks that wake each other are to stay together.
    fn look_on(&self) -> Option<Work> {
        let shared = self.shared;
        if shared.made() == 1 {
            return None;
        }
        self.spin.look_on(|| {
            if shared.is_closed() || self.remote.retiring.load(Ordering::Relaxed) {
                return Err(());
            }
            if !self.remote.inbox.is_empty() {
                self.collect_all();
                return Ok(self.pop_own());
            }
            if !shared.has_queued() {
                return Ok(None);
            }
            let mut others = shared.remotes().filter(|other| other.index != self.index());
            Ok(others.find_map(|other| self.steal(other)).or_else(|| self.injected()))
        })
    }

    /// Half of what is in another's ring, or a job of it.
    #[inline]
    fn steal(&self, other: &Remote) -> Option<Work> {
        // SAFETY: this is the owner of the ring that is stolen into, and the other is another.
        let stolen = unsafe { other.ring.steal_into(&self.remote.ring) };
        stolen.map(Work::Task).or_else(|| other.jobs.steal_into(&self.remote.jobs).map(Work::Job))
    }

    /// From here on this worker is not counted among those that search.
    fn end_search(&self) {
        if self.searching.replace(false)
            && self.shared.idle.stop_searching()
            && self.shared.has_queued()
        {
            // Whoever pushed it saw one that searched, and woke nobody.
            self.shared.notify();
        }
    }

    /// Looks at all others, from a random one on. What lies in a slot is about to be run by its own
    /// worker, so it is taken only where that one is in one poll for long, as sysmon sees. Whoever took
    /// it at once would part two fibers that talk to each other for good, as they begin.
    fn search(&self) -> Option<Work> {
        let made = self.shared.made();
        for _ in 0..SEARCHES {
            let start = self.random() as usize % made;
            for offset in 0..made {
                let index = (start + offset) % made;
                if index == self.index() {
                    continue;
                }
                let other = self.shared.remote(index);
                let stranded = || {
                    if !other.current.strands() {
                        return None;
                    }
                    let task = other.slot.take().map(Work::Task);
                    task.or_else(|| other.jobs.pop_oldest().map(Work::Job))
                };
                let stolen = self.steal(other).or_else(stranded);
                if stolen.is_some() {
                    return stolen;
                }
            }
            if let Some(work) = self.injected() {
                return Some(work);
            }
            std::hint::spin_loop();
        }
        None
    }

    fn random(&self) -> u32 {
        // Marsaglia's xorshift.
        let mut random = self.random.get();
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        self.random.set(random);
        random
    }

    // Sleeping

    fn sleep(&self) {
        let shared = self.shared;
        if !self.remote.inbox.prepare_to_sleep() {
            self.end_search();
            return self.collect_all();
        }
        let searching = self.searching.replace(false);
        let last = shared.idle.sleep(self.index(), searching);
        // Whoever pushed while somebody searched told nobody. So the last one looks once more, after
        // it is counted as asleep.
        let missed = last && shared.has_takeable();
        let quiet = !missed && shared.idle.all_asleep() && quiet::happens(self);
        let mut risen = false;
        if !missed && !quiet {
            let _asleep = trace::span("sleep");
            self.remote.parker.park(&shared.services, || {
                // What it drove may be for any worker. While it counts as searching nobody is woken
                // for that, and in the end it sees how much there is.
                self.rise(true);
                risen = true;
            });
        }
        if !risen {
            // Whoever found that something was missed takes one piece of it, and there may be more.
            self.rise(missed);
        }
        self.collect_all();
        shared.now();
        shared.sysmon.worker_woke();
    }

    /// This worker sleeps no more. If it `searches`, it wakes the next when it has found what it takes
    /// and there is more.
    fn rise(&self, searches: bool) {
        let idle = &self.shared.idle;
        // Not among the sleepers any more: then someone chose this worker to search, and counted
        // it so. Else it was woken for what is its own, or by what it drove.
        let chosen = !idle.unpark(self.index());
        self.searching.set(chosen || (searches && idle.start_searching()));
    }

    fn may_end(&self) -> bool {
        if self.shared.is_closed() {
            return true;
        }
        self.remote.retiring.load(Ordering::Acquire) && self.remote.load() == 0
    }
}

/// While it lives a task is polled on this worker.
struct Running<'a>(&'a super::remote::Current);

impl Drop for Running<'_> {
    #[inline]
    fn drop(&mut self) {
        TASK.set(ptr::null());
        self.0.end();
    }
}

/// What a worker may leave behind is nothing that could be run: its pool is over, or it retires
/// with nothing of its own.
impl Drop for Worker {
    fn drop(&mut self) {
        // SAFETY: this is the ring's owner.
        let movable = std::iter::from_fn(|| unsafe { self.remote.ring.pop() });
        for runnable in movable.chain(self.remote.slot.take()) {
            self.shared.inject(runnable);
        }
        for job in self.remote.jobs.take_all() {
            self.shared.submit_behind(job);
        }
        let pinned = self.with_pinned(std::mem::take);
        for runnable in pinned.into_iter().chain(self.pinned_slot.take()) {
            // SAFETY: this is the worker that may run it.
            unsafe { runnable.discard() };
        }
    }
}
