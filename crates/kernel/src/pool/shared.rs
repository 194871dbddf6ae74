//! What all workers of a pool share, and where a runnable goes.
//!
//! A pool's shared part is never freed: wakers may outlive the pool on any thread, and a reference
//! that needs no counting makes every cell a word smaller and every spawn two atomic operations
//! cheaper. It is about two kilobytes for each worker; what is large, the threads and the stacks,
//! goes when the pool is shut down.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, OnceLock, PoisonError};

use super::builder::Config;
use super::driver::{PoolDriver, Services};
use super::idle::Idle;
use super::job::{Job, Jobs};
use super::registry::Registry;
use super::remote::{Home, Remote};
use super::task::Task;
use super::worker::Worker;
use crate::queue::{Closed, Injector, Push};
use crate::task::Runnable;

/// So exact is the coarse time, in nanoseconds.
const COARSE: u64 = 10_000;

pub(crate) struct Shared {
    pub(super) config: Config,
    /// One place for each worker there may ever be; those made so far come first.
    remotes: Box<[OnceLock<Remote>]>,
    made: AtomicUsize,
    pub(super) injector: Injector<Runnable<Task>>,
    /// Other schedulers' work that no worker pushed.
    pub(super) jobs: Jobs,
    pub(super) idle: Idle,
    pub(super) services: Services,
    driver: OnceLock<Arc<PoolDriver>>,
    registry: Registry,
    /// The time that was read last, for what need not be exact.
    coarse: AtomicU64,
    /// What is under way outside of the pool and will wake a task of it.
    outside: AtomicUsize,
    stopping: AtomicBool,
    closed: AtomicBool,
    pub(super) threads: Mutex<Threads>,
    pub(super) left: Condvar,
    pub(super) sysmon: super::sysmon::Signal,
    pub(super) reports: super::reports::Reports,
    pub(super) quiet: super::quiet::Quiet,
}

/// The threads of the workers.
#[derive(Default)]
pub(super) struct Threads {
    pub(super) alive: usize,
    pub(super) sysmon_alive: bool,
}

impl Shared {
    pub(super) fn new(config: Config, services: Services) -> &'static Shared {
        let places = config.workers + config.extra_workers;
        let shared: &'static Shared = Box::leak(Box::new(Shared {
            remotes: (0..places).map(|_| OnceLock::new()).collect(),
            made: AtomicUsize::new(0),
            injector: Injector::new(),
            jobs: Jobs::new(),
            idle: Idle::new(),
            services,
            driver: OnceLock::new(),
            registry: Registry::new(),
            coarse: AtomicU64::new(0),
            outside: AtomicUsize::new(0),
            stopping: AtomicBool::new(false),
            closed: AtomicBool::new(false),
            threads: Mutex::default(),
            left: Condvar::new(),
            sysmon: super::sysmon::Signal::new(),
            reports: super::reports::Reports::new(),
            quiet: super::quiet::Quiet::new(),
            config,
        }));
        shared.driver.get_or_init(|| Arc::new(PoolDriver(shared)));
        // Reachable for ever, and so for leak checkers.
        static POOLS: Mutex<Vec<&'static Shared>> = Mutex::new(Vec::new());
        POOLS.lock().unwrap_or_else(PoisonError::into_inner).push(shared);
        shared
    }

    pub(super) fn driver(&self) -> &Arc<PoolDriver> {
        self.driver.get().expect("set when the pool was made")
    }

    pub(crate) fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The workers made so far.
    pub(super) fn remotes(&'static self) -> impl DoubleEndedIterator<Item = &'static Remote> {
        (0..self.made.load(Ordering::Acquire)).map(|index| self.remote(index))
    }

    pub(super) fn made(&self) -> usize {
        self.made.load(Ordering::Acquire)
    }

    #[inline]
    pub(super) fn remote(&self, index: usize) -> &Remote {
        self.remotes[index].get().expect("a worker is made before its index is known")
    }

    /// Makes the shared part of one more worker; none if all places are taken.
    pub(super) fn add_remote(&'static self) -> Option<&'static Remote> {
        let index = self.made.load(Ordering::Acquire);
        let place = self.remotes.get(index)?;
        let remote = place.get_or_init(|| Remote::new(index));
        // Only the builder, and after it sysmon alone, adds workers.
        self.made.store(index + 1, Ordering::Release);
        Some(remote)
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Nothing is left to run: the workers end.
    pub(super) fn close(&'static self) {
        self.closed.store(true, Ordering::Release);
        for remote in self.remotes() {
            remote.parker.unpark(&self.services);
        }
    }

    /// Whether there is something that another worker than its own may take now.
    pub(super) fn has_takeable(&'static self) -> bool {
        self.has_injected() || self.remotes().any(Remote::has_takeable)
    }

    /// Whether any worker has something that another could run if that one is stuck.
    pub(super) fn has_stealable(&'static self) -> bool {
        self.has_injected() || self.remotes().any(Remote::has_stealable)
    }

    /// Whether there is something in a queue that any worker takes from.
    pub(super) fn has_queued(&'static self) -> bool {
        self.has_injected() || self.remotes().any(Remote::has_queued)
    }

    /// Whether there is something that belongs to no worker.
    pub(super) fn has_injected(&self) -> bool {
        !self.injector.is_empty() || !self.jobs.is_empty()
    }

    pub(super) fn begin_to_stop(&self) -> bool {
        !self.stopping.swap(true, Ordering::SeqCst)
    }

    #[inline]
    pub(crate) fn coarse_now(&self) -> u64 {
        self.coarse.load(Ordering::Relaxed)
    }

    /// Reads the clock, and remembers what it said.
    pub(crate) fn now(&self) -> u64 {
        let now = self.services.clock().now();
        // All workers read it; written each time its cache line would go round between them.
        if now.saturating_sub(self.coarse.load(Ordering::Relaxed)) >= COARSE {
            self.coarse.store(now, Ordering::Relaxed);
        }
        now
    }

    /// Something outside of the pool is under way that will wake one of its tasks.
    pub(crate) fn outside_began(&self) {
        self.outside.fetch_add(1, Ordering::AcqRel);
    }

    /// It has woken its task.
    pub(crate) fn outside_ended(&'static self) {
        if self.outside.fetch_sub(1, Ordering::AcqRel) == 1 {
            // A pool that slept for this alone looks again whether anything can still happen.
            self.services.wake();
        }
    }

    pub(super) fn outside(&self) -> usize {
        self.outside.load(Ordering::Acquire)
    }

    /// Queues what was woken or made.
    #[inline]
    pub(super) fn schedule(&'static self, home: Option<usize>, runnable: Runnable<Task>) {
        match (Worker::current_of(self), home) {
            (Some(worker), None) => worker.push(runnable),
            (Some(worker), Some(home)) if home == worker.index() => worker.push_pinned(runnable),
            (_, Some(home)) => self.send(home, runnable),
            (None, None) => self.inject(runnable),
        }
    }

    /// Queues what gave way: behind all that waits.
    #[inline]
    pub(super) fn schedule_behind(&'static self, home: Option<usize>, runnable: Runnable<Task>) {
        match (Worker::current_of(self), home) {
            (Some(worker), None) => worker.push_behind(runnable),
            (Some(worker), Some(home)) if home == worker.index() => {
                worker.push_pinned_behind(runnable);
            }
            (_, Some(home)) => self.send(home, runnable),
            (None, None) => self.inject(runnable),
        }
    }

    /// To the one worker that may run it.
    #[cold]
    #[inline(never)]
    fn send(&self, home: usize, runnable: Runnable<Task>) {
        match self.remote(home).inbox.push(Home(runnable)) {
            Ok(Push::Awake) => {}
            Ok(Push::Wake) => self.wake_worker(home),
            Err(Closed(Home(runnable))) => {
                // The worker's thread is gone, and so is all that could be unwound: it ended only
                // once nothing of its own was left, or was given up as stuck. Leaked.
                let _ = runnable.into_raw();
            }
        }
    }

    /// For any worker.
    #[cold]
    #[inline(never)]
    pub(super) fn inject(&self, runnable: Runnable<Task>) {
        if let Err(Closed(runnable)) = self.injector.push(runnable) {
            // SAFETY: nobody else has it. It has no home, so it may be dropped anywhere.
            return unsafe { runnable.discard() };
        }
        self.notify();
    }

    /// Queues a job on the worker that this thread is, or else for any.
    #[inline]
    pub(super) fn submit(&'static self, job: Job) {
        match Worker::current_of(self) {
            Some(worker) => worker.push_job(job),
            None => self.submit_behind(job),
        }
    }

    /// Queues a job for any worker, behind all that wait so.
    pub(super) fn submit_behind(&self, job: Job) {
        match self.jobs.push(job) {
            Ok(_) => self.notify(),
            Err(job) => drop(job),
        }
    }

    /// There is something for any worker: sees to it that one looks.
    #[inline]
    pub(super) fn notify(&self) {
        if let Some(index) = self.idle.worker_to_notify() {
            self.remote(index).parker.unpark(&self.services);
        }
    }

    /// There is something for this worker. It takes itself out of the sleepers.
    pub(super) fn wake_worker(&self, index: usize) {
        self.remote(index).parker.unpark(&self.services);
    }
}
