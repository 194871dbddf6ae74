//! Workers that share their work.
//!
//! See `README.md` beside this file for the protocols: who runs what, who sleeps and who is woken,
//! and what happens where a task does not give way.
//!
//! | file | tells |
//! |---|---|
//! | `builder.rs` | what a pool can be asked to be |
//! | `shared.rs` | what the workers share, and where a runnable goes |
//! | `worker.rs` | a worker's queues and its loop |
//! | `remote.rs` | what others see of a worker |
//! | `idle.rs`, `park.rs` | who sleeps, how, and who is woken |
//! | `spin.rs` | who looks on for a moment before |
//! | `driver.rs` | reactor, clock and timers |
//! | `quiet.rs` | what happens when all sleep: virtual time, deadlock |
//! | `sysmon.rs`, `stall.rs` | the watch over polls that last too long |
//! | `reports.rs` | the thread that tells of them |
//! | `stack_trace` | where another thread is at this moment |
//! | `job.rs` | work of other schedulers |
//! | `placement.rs` | where a fiber begins |
//! | `task.rs`, `spawn.rs`, `handle.rs` | a task: its data, its making, its outcome |
//! | `registry.rs` | all tasks that have not ended |
//! | `waiting.rs` | why a task waits |
//! | `listing.rs` | what an observation that begins is told |
//! | `threads.rs` | the threads' start and end |

mod builder;
mod driver;
mod handle;
mod idle;
mod job;
mod listing;
#[cfg(all(test, loom))]
mod model;
mod park;
mod placement;
mod quiet;
mod registry;
mod remote;
mod reports;
mod shared;
mod spawn;
mod spin;
mod stack_trace;
mod stall;
mod sysmon;
mod task;
mod threads;
mod waiting;
pub(crate) mod worker;

use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::ptr;
use std::sync::Arc;

use crate::driver::Driver;
use crate::task::Erased;
pub use crate::task::Exit;
pub use builder::Builder;
pub use handle::Handle;
pub(crate) use handle::Outcome;
pub use job::{Job, Submit};
pub use quiet::{UntilQuiet, until_quiet};
use shared::Shared;
pub use spawn::Options;
pub(crate) use spawn::{done, exit};
pub use stall::Stall;
pub(crate) use task::Owner;
pub use task::{Kind, Task};
pub use waiting::{EndedBy, Reason, waiting, waiting_for};
use worker::Worker;

/// Workers that run tasks, steal from each other, and share a reactor, a clock and timers.
///
/// A copy is the same pool. Dropping the last clone that its maker has ends nothing: tasks keep a
/// pool going; [`shut_down`](Pool::shut_down) ends it.
#[derive(Clone, Copy)]
pub struct Pool {
    shared: &'static Shared,
}

impl Pool {
    /// How a pool is to be.
    pub fn builder() -> Builder {
        Builder::new()
    }

    fn owning(shared: &'static Shared) -> Pool {
        Pool { shared }
    }

    fn from_shared(shared: &'static Shared) -> Pool {
        Pool { shared }
    }

    /// The pool that this thread is a worker of.
    pub fn current() -> Option<Pool> {
        Worker::current().map(|worker| Pool { shared: worker.shared })
    }

    /// Starts a future, which any worker may poll.
    #[track_caller]
    pub fn spawn<F>(&self, future: F, options: Options) -> Handle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.spawn_at(future, options, Location::caller())
    }

    /// As [`spawn`](Pool::spawn), said to be made at `location`.
    pub fn spawn_at<F>(
        &self,
        future: F,
        options: Options,
        location: &'static Location<'static>,
    ) -> Handle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.shared.spawn(future, options, location)
    }

    /// Starts a function on a stack of its own. Any worker may take it; that one keeps it.
    #[track_caller]
    pub fn spawn_fiber<F, T>(&self, main: F, options: Options) -> Handle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.spawn_fiber_at(main, options, Location::caller())
    }

    /// As [`spawn_fiber`](Pool::spawn_fiber), said to be made at `location`.
    pub fn spawn_fiber_at<F, T>(
        &self,
        main: F,
        options: Options,
        location: &'static Location<'static>,
    ) -> Handle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        self.shared.spawn_fiber(main, options, location)
    }

    /// Has a worker run a job: on a worker of this pool, that one next, unless another steals it;
    /// elsewhere any. If the pool has ended the job is discarded.
    #[inline]
    pub fn submit(&self, job: Job) {
        self.shared.submit(job);
    }

    /// Has any worker run a job, after all others that wait for any.
    pub fn submit_behind(&self, job: Job) {
        self.shared.submit_behind(job);
    }

    /// The job of the cell with this [address](crate::task::Handle::address), if it waits in the queue
    /// of the worker that this is called on. It is taken out, to be run by the caller.
    pub fn take_back(&self, address: usize) -> Option<Job> {
        Worker::current_of(self.shared)?.take_job(address)
    }

    /// How many tasks have not ended.
    pub fn tasks(&self) -> usize {
        self.shared.registry().len()
    }

    /// Calls `f` for each task that has not ended, in the order of their numbers.
    pub fn for_each_task(&self, mut f: impl FnMut(&Task, State)) {
        let mut tasks = self.shared.registry().all();
        tasks.sort_by_key(|task| task.data().id());
        for task in tasks {
            f(task.data(), State::of(&task));
        }
    }

    /// How many workers the pool was made with.
    pub fn workers(&self) -> usize {
        self.shared.config.workers
    }

    /// What a task of this pool is called.
    pub fn noun(&self) -> &'static str {
        self.shared.config.noun
    }

    /// The pool as sockets and sleeps see it.
    pub fn driver(&self) -> Arc<dyn Driver> {
        Arc::clone(self.shared.driver()) as Arc<dyn Driver>
    }

    /// The pool's time in nanoseconds since it was made.
    pub fn now(&self) -> u64 {
        self.shared.now()
    }

    /// Whether the pool's time is virtual.
    pub fn has_virtual_time(&self) -> bool {
        self.shared.services.clock().is_virtual()
    }

    /// Says that something outside of the pool will wake one of its tasks, until the guard is
    /// dropped: no deadlock is seen meanwhile, and a virtual clock does not jump.
    pub fn outside(&self) -> Outside {
        self.shared.outside_began();
        Outside { shared: self.shared }
    }

    /// No deadlock is told of from here on: what is left to happen is the end.
    pub fn forgive_deadlock(&self) {
        self.shared.quiet.forgive();
    }

    /// Ends the pool: unwinds what waits, each on the worker it belongs to, and ends the threads.
    ///
    /// A task that neither waits nor ends cannot be unwound; it is waited for one second, then it
    /// and its thread are left alone. Returns whether none was.
    ///
    /// # Panics
    ///
    /// On a worker of this pool, which would wait for itself.
    pub fn shut_down(&self) -> bool {
        assert!(
            Worker::current().is_none_or(|worker| !ptr::eq(worker.shared, self.shared)),
            "a pool cannot be shut down by one of its own tasks"
        );
        threads::stop(self.shared)
    }
}

/// Calls `f`, which blocks its thread on purpose. If this thread is a worker its pool makes up for it
/// where all are blocked, within a millisecond, and does not report it as stuck.
pub fn while_blocked<R>(f: impl FnOnce() -> R) -> R {
    struct Blocked<'a>(Option<&'a Worker>);
    impl Drop for Blocked<'_> {
        fn drop(&mut self) {
            if let Some(worker) = self.0 {
                worker.remote.current.unblock();
            }
        }
    }
    let worker = Worker::current();
    if let Some(worker) = worker {
        worker.remote.current.block();
    }
    let _blocked = Blocked(worker);
    f()
}

impl PartialEq for Pool {
    fn eq(&self, other: &Pool) -> bool {
        ptr::eq(self.shared, other.shared)
    }
}

impl Eq for Pool {}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool")
            .field("name", &self.shared.config.name)
            .field("workers", &self.workers())
            .field("tasks", &self.tasks())
            .finish_non_exhaustive()
    }
}

/// What a task is doing, as far as its pool knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It is being polled.
    Running,
    /// It is queued.
    Runnable,
    /// It waits to be woken.
    Waiting,
}

impl State {
    fn of(task: &Erased<Task>) -> State {
        let yielded = task.data().has_yielded();
        if task.is_running() && !yielded {
            State::Running
        } else if task.is_scheduled() || yielded {
            State::Runnable
        } else {
            State::Waiting
        }
    }
}

/// Returned by [`Pool::outside`].
#[must_use = "it counts only while it lives"]
pub struct Outside {
    shared: &'static Shared,
}

impl Drop for Outside {
    fn drop(&mut self) {
        self.shared.outside_ended();
    }
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outside")
    }
}
