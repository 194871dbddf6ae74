//! The queue and its threads.
//!
//! # Invariants, under the lock
//!
//! 1. Each idle thread looks into the queue once more before it waits again or retires. So `idle`
//!    threads are sure to take `idle` jobs, and a job needs a thread of its own only if more are
//!    queued than threads are idle: then one is added, up to the bound.
//! 2. A queued job has a thread: `queue` is empty whenever `threads` is 0. No wake-up can be lost:
//!    a signal that meets a thread just timing out finds it at (1).
//! 3. No foreign code (job, hook, drop) runs under the lock.
//!
//! # Rejected
//!
//! * *One queue a thread, stealing.* Jobs that block take microseconds at least; one lock is not
//!   what they wait for, and with one queue a stuck thread strands nothing.
//! * *Starting threads outside the lock.* It shortens the lock by some ten microseconds, on growth
//!   only, and a failed start would have to find its job again.
//! * *A thread that watches for saturation.* Those who take or add a job see it as well. The case
//!   they miss, all stuck and nobody adding, is what `stats` shows.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::config::{BadConfig, Config, Saturation};
use super::running::{Running, pair};

/// Threads that run what blocks. A clone is the same pool; dropping the last one is
/// [`shutdown(false)`](Pool::shutdown).
#[derive(Clone)]
pub struct Pool(Arc<Owner>);

/// Kept by the clones and not by the threads, so that it drops when nobody can submit any more.
struct Owner(Arc<Shared>);

impl Drop for Owner {
    fn drop(&mut self) {
        self.0.close();
    }
}

struct Shared {
    config: Config,
    state: Mutex<State>,
    work: Condvar,
    /// Signalled when the last thread has left.
    gone: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    threads: usize,
    idle: usize,
    running: usize,
    peak_threads: usize,
    started: u64,
    completed: u64,
    saturations: u64,
    last_report: Option<Instant>,
    closed: bool,
}

struct Job {
    work: Box<dyn FnOnce() + Send>,
    since: Instant,
    /// Every thread was busy and no more were allowed.
    crowded: bool,
}

/// What a pool is doing; see [`Pool::stats`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Threads alive.
    pub threads: usize,
    /// Threads waiting for a job.
    pub idle: usize,
    /// Jobs waiting for a thread, with those whose future was dropped meanwhile.
    pub queued: usize,
    /// Jobs being run.
    pub running: usize,
    /// The most threads there ever were at one time.
    pub peak_threads: usize,
    /// Jobs that ended, by a panic as well.
    pub completed: u64,
    /// Times a job was found to have waited for
    /// [`saturation_after`](Config::saturation_after) because all threads were busy.
    pub saturations: u64,
}

/// Why a job was not accepted. The job is dropped without having run.
#[derive(Debug)]
#[non_exhaustive]
pub enum Rejected {
    /// The pool was shut down.
    ShutDown {
        /// The pool's name.
        name: String,
    },
    /// The pool has no thread and the system refuses one.
    NoThread {
        /// The pool's name.
        name: String,
        /// What the system said.
        source: io::Error,
    },
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Rejected::ShutDown { name } => write!(
                f,
                "blocking pool {name:?} was shut down and takes no more jobs; submit before \
                 shutdown, or make a new pool"
            ),
            Rejected::NoThread { name, source } => write!(
                f,
                "blocking pool {name:?} has no thread and could not start one: {source}; check \
                 the limits on threads and memory"
            ),
        }
    }
}

impl std::error::Error for Rejected {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Rejected::ShutDown { .. } => None,
            Rejected::NoThread { source, .. } => Some(source),
        }
    }
}

thread_local! {
    /// The pool this thread works for.
    static WORKS_FOR: Cell<*const Shared> = const { Cell::new(ptr::null()) };
}

impl Pool {
    /// A pool without threads yet.
    ///
    /// # Errors
    ///
    /// When `config` cannot work; the error names what and where.
    pub fn new(config: Config) -> Result<Pool, BadConfig> {
        config.check()?;
        Ok(Pool(Arc::new(Owner(Arc::new(Shared {
            config,
            state: Mutex::default(),
            work: Condvar::new(),
            gone: Condvar::new(),
        })))))
    }

    /// Runs `job` on a thread of the pool, in the order of submission; nobody learns how it ended.
    /// Never waits for a thread. Any thread.
    ///
    /// # Errors
    ///
    /// After [`shutdown`](Pool::shutdown), or when the first thread cannot be started. A later
    /// thread that cannot be started is done without.
    pub fn submit(&self, job: impl FnOnce() + Send + 'static) -> Result<(), Rejected> {
        self.0.0.add(Box::new(job))
    }

    /// Runs `work` on a thread of the pool and gives a future for what it returns. The job is
    /// queued now, not at the first poll.
    ///
    /// # Errors
    ///
    /// As for [`submit`](Pool::submit).
    ///
    /// # Cancellation
    ///
    /// See [`Running`].
    pub fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<Running<T>, Rejected> {
        let (running, job) = pair(work);
        self.submit(job)?;
        Ok(running)
    }

    /// Takes no more jobs. Those already accepted still run, then the threads end; with `wait`
    /// this returns only after that. It may be called again.
    ///
    /// Called by a job of this same pool it does not wait, as it would wait for itself.
    pub fn shutdown(&self, wait: bool) {
        let shared = &self.0.0;
        shared.close();
        if wait && WORKS_FOR.get() != Arc::as_ptr(shared) {
            let state = shared.lock();
            let left = shared.gone.wait_while(state, |state| state.threads > 0);
            drop(left.unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// What the pool is doing at this moment.
    pub fn stats(&self) -> Stats {
        let state = self.0.0.lock();
        Stats {
            threads: state.threads,
            idle: state.idle,
            queued: state.queue.len(),
            running: state.running,
            peak_threads: state.peak_threads,
            completed: state.completed,
            saturations: state.saturations,
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.0.0.config.name;
        f.debug_struct("Pool").field("name", name).field("stats", &self.stats()).finish()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics under this lock (invariant 3), so it is never poisoned with half a change.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.lock().closed = true;
        self.work.notify_all();
    }

    fn add(self: &Arc<Self>, work: Box<dyn FnOnce() + Send>) -> Result<(), Rejected> {
        let name = || self.config.name.clone();
        let since = Instant::now();
        let mut state = self.lock();
        if state.closed {
            drop(state);
            return Err(Rejected::ShutDown { name: name() });
        }
        let waiting = state.queue.len() + 1;
        let mut crowded = false;
        if waiting <= state.idle {
            self.work.notify_one();
        } else if state.threads < self.config.max_threads {
            let started = self.start_thread(&mut state);
            if let (Err(source), 0) = (started, state.threads) {
                drop(state);
                return Err(Rejected::NoThread { name: name(), source });
            }
        } else {
            crowded = true;
        }
        state.queue.push_back(Job { work, since, crowded });
        let oldest = state.queue.front().filter(|job| job.crowded).map(|job| job.since);
        let late = oldest.and_then(|oldest| self.saturation(&mut state, oldest, since));
        drop(state);
        self.report(late);
        Ok(())
    }

    fn start_thread(self: &Arc<Self>, state: &mut State) -> io::Result<()> {
        let name = format!("{}-{}", self.config.name, state.started + 1);
        let shared = self.clone();
        std::thread::Builder::new().name(name).spawn(move || shared.work())?;
        state.started += 1;
        state.threads += 1;
        state.peak_threads = state.peak_threads.max(state.threads);
        Ok(())
    }

    /// The life of a thread.
    fn work(self: Arc<Self>) {
        WORKS_FOR.set(Arc::as_ptr(&self));
        let mut state = self.lock();
        loop {
            if let Some(job) = state.queue.pop_front() {
                state.running += 1;
                let late = match job.crowded {
                    true => self.saturation(&mut state, job.since, Instant::now()),
                    false => None,
                };
                drop(state);
                self.report(late);
                contain(job.work);
                state = self.lock();
                state.running -= 1;
                state.completed += 1;
                continue;
            }
            if state.closed {
                break;
            }
            state.idle += 1;
            let (woken, wait) = self
                .work
                .wait_timeout_while(state, self.config.idle_timeout, |state| {
                    state.queue.is_empty() && !state.closed
                })
                .unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.idle -= 1;
            // The condition was looked at after the time was over, so the queue is empty here.
            if wait.timed_out() {
                break;
            }
        }
        state.threads -= 1;
        let last = state.threads == 0;
        drop(state);
        if last {
            self.gone.notify_all();
        }
    }

    /// Counts a job that waited too long; a report if one is wanted and none was made lately.
    fn saturation(&self, state: &mut State, since: Instant, now: Instant) -> Option<Saturation> {
        let config = &self.config;
        let waited = now.saturating_duration_since(since);
        if waited < config.saturation_after {
            return None;
        }
        let due = state
            .last_report
            .is_none_or(|last| now.saturating_duration_since(last) >= config.saturation_interval);
        state.saturations += 1;
        if !due || config.on_saturation.is_none() {
            return None;
        }
        state.last_report = Some(now);
        let (name, queued) = (config.name.clone(), state.queue.len());
        Some(Saturation { name, waited, queued, max_threads: config.max_threads })
    }

    fn report(&self, saturation: Option<Saturation>) {
        if let (Some(saturation), Some(hook)) = (saturation, &self.config.on_saturation) {
            contain(|| hook(&saturation));
        }
    }
}

/// Runs foreign code whose panic must not end the thread. The panic hook has shown it already.
fn contain(code: impl FnOnce()) {
    // The code is given away whole and never seen again, so no broken invariant can be.
    if let Err(payload) = catch_unwind(AssertUnwindSafe(code)) {
        // A payload may panic in its own drop; what that panics with is not tried again.
        if let Err(again) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            std::mem::forget(again);
        }
    }
}
