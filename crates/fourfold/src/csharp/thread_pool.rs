//! The pool that tasks run on, and the program's way into it.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use fourfold_kernel::pool::{Job, Outside, Pool};
use fourfold_kernel::task::{self, Body, Exit, Runnable};
use fourfold_kernel::trace;

use super::ambient;
use super::cell::{Kind, Node, Place};
use super::exceptions::ArgumentOutOfRangeException;
use super::execution_context::Flow;
use super::scheduler::{ScheduledTask, TaskScheduler};
use super::step::Step;
use super::task::Task;
use crate::{Error, Result};

/// So many threads more than processors there may be, where all are blocked.
const MORE_THREADS: usize = 256;

/// The pool of the work that runs here, or that of the process.
#[inline]
pub(crate) fn current() -> Pool {
    ambient::pool().unwrap_or_else(surrounding)
}

/// The pool that this thread is a worker of, which fires a timer perhaps; or that of the process.
#[cold]
fn surrounding() -> Pool {
    if let Some(pool) = Pool::current().filter(|pool| pool.noun() == NOUN) {
        return pool;
    }
    static DEFAULT: OnceLock<Pool> = OnceLock::new();
    *DEFAULT.get_or_init(|| match Builder::new().build() {
        Ok(pool) => pool,
        Err(error) => panic!("the thread pool could not be started: {error}"),
    })
}

/// A function of the pool's.
struct Work<F>(Option<F>);

impl<F: FnOnce() + 'static> Body<Node> for Work<F> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, node: &Node, _: &mut Context<'_>) -> Poll<()> {
        // SAFETY: the function is only moved out, and was never pinned.
        let work = unsafe { self.get_unchecked_mut() };
        let _step = Step::begin(node);
        // It is listed only while it runs: there are many, and most begin at once.
        let _ended = Ended(node);
        if let Some(function) = work.0.take() {
            function();
        }
        Poll::Ready(())
    }

    fn exit(_: &Node, exit: Exit) {
        if let Exit::Panicked(payload) = exit {
            super::task::unhandled(&Error::from_panic(payload));
        }
    }
}

/// Says so to who traces, also where it panics.
struct Ended<'a>(&'a Node);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        if trace::enabled() {
            let panics = std::thread::panicking();
            let outcome = if panics { trace::Outcome::Panicked } else { trace::Outcome::Done };
            trace::finished(self.0.id(), outcome);
        }
    }
}

fn work(
    pool: Pool,
    f: impl FnOnce() + Send + 'static,
    flow: Option<Flow>,
    location: &'static Location<'static>,
) -> Runnable<Node> {
    let node = Node::new(Kind::Work, pool, location).resuming(Place::Pool, flow);
    task::shared(Work(Some(f)), node).0
}

/// Has a worker call `f`.
#[track_caller]
pub(crate) fn queue(f: impl FnOnce() + Send + 'static) {
    let runnable = work(current(), f, Some(Flow::default()), Location::caller());
    current().submit(Job::new(runnable));
}

/// Has a worker of `pool` call `f` with these values, after all that waits for any worker.
#[track_caller]
pub(crate) fn queue_behind(pool: Pool, flow: Flow, f: impl FnOnce() + Send + 'static) {
    let runnable = work(pool, f, Some(flow), Location::caller());
    pool.submit_behind(Job::new(runnable));
}

/// Has `scheduler` call `f`.
#[track_caller]
pub(crate) fn queue_on(scheduler: Arc<dyn TaskScheduler>, f: impl FnOnce() + Send + 'static) {
    let runnable = work(current(), f, Some(Flow::default()), Location::caller());
    let task = ScheduledTask::new(scheduler.clone(), runnable);
    scheduler.queue_task(task);
}

/// The pool of threads that tasks run on.
///
/// It has a thread for each processor, a queue that all share, and one for each thread, which takes what
/// it put there last first while others steal what lies longest. Where all threads are blocked, as by
/// [`Task::wait`], there are more for a while, up to 256.
///
/// The original: [`ThreadPool`](https://learn.microsoft.com/dotnet/api/system.threading.threadpool).
#[derive(Debug)]
pub struct ThreadPool;

impl ThreadPool {
    /// Has a thread of the pool call `f`, with the values that are current here. On a thread of the pool
    /// with `prefer_local` it goes to that thread's own queue.
    ///
    /// A panic of `f` ends the process, as an unhandled exception does.
    ///
    /// The original: `QueueUserWorkItem`.
    #[track_caller]
    pub fn queue_user_work_item(f: impl FnOnce() + Send + 'static, prefer_local: bool) {
        let pool = current();
        let job = Job::new(work(pool, f, Some(Flow::capture()), Location::caller()));
        if prefer_local { pool.submit(job) } else { pool.submit_behind(job) }
    }

    /// How many threads there are while none is blocked.
    ///
    /// The original: the minimum that `GetMinThreads` tells.
    pub fn min_threads() -> usize {
        current().workers()
    }

    /// How many there are at most.
    ///
    /// The original: `GetMaxThreads`.
    pub fn max_threads() -> usize {
        current().workers() + MORE_THREADS
    }

    /// Whether this thread is one of a pool's.
    ///
    /// The original: `Thread.IsThreadPoolThread`.
    pub fn is_thread_pool_thread() -> bool {
        Pool::current().is_some_and(|pool| pool.noun() == NOUN)
    }
}

const NOUN: &str = "C# task";

/// A pool of a program's own.
///
/// ```
/// use std::time::Duration;
/// use fourfold::csharp::{Builder, Task};
///
/// // An hour that takes no time.
/// Builder::new().virtual_time().run(async {
///     Task::delay(Duration::from_secs(3600)).await
/// })?;
/// # Ok::<(), fourfold::Error>(())
/// ```
#[derive(Debug)]
#[must_use = "a builder makes nothing before `run`"]
pub struct Builder {
    pool: fourfold_kernel::pool::Builder,
    workers: Option<usize>,
}

impl Builder {
    /// A thread for each processor.
    pub fn new() -> Builder {
        let pool = Pool::builder().name("csharp").noun(NOUN).extra_workers(MORE_THREADS);
        Builder { pool, workers: None }
    }

    /// How many threads, while none is blocked.
    pub fn workers(self, workers: usize) -> Builder {
        Builder { pool: self.pool.workers(workers), workers: Some(workers) }
    }

    /// Time that stands still while a task can run and then jumps to the next timer; one thread runs all
    /// tasks, so that an order of events repeats. While a task blocks that thread, time stands still.
    pub fn virtual_time(self) -> Builder {
        Builder { pool: self.pool.virtual_time(), workers: Some(1) }
    }

    fn build(self) -> Result<Pool> {
        if self.workers == Some(0) {
            let text = "a pool of 0 threads: ask for 1 to 4096";
            return Err(ArgumentOutOfRangeException::new(text).into());
        }
        crate::dump::at_start();
        Ok(self.pool.build()?)
    }

    /// Runs `main` as [`run`] does, with a pool of its own, and ends the pool.
    ///
    /// # Errors
    ///
    /// Those of `main`; [`ArgumentOutOfRangeException`] for a pool without threads, and what the system
    /// says where it has no threads to spare.
    #[track_caller]
    pub fn run<T, F>(self, main: F) -> Result<T>
    where
        T: Clone + Send + Sync + 'static,
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let pool = self.build()?;
        let result = {
            let _entered = Main::enter(pool);
            Task::async_method_at(main, Location::caller()).into_result()
        };
        pool.shut_down();
        result
    }
}

impl Default for Builder {
    fn default() -> Builder {
        Builder::new()
    }
}

/// Runs the asynchronous method that a program is: on this thread up to its first await that is not
/// done, then on the pool, while this thread waits.
///
/// As in a console program there is no synchronization context. What is still running when it ends is
/// not waited for.
///
/// ```
/// use fourfold::csharp::{self, Task};
///
/// let answer = csharp::run(async {
///     let half = Task::run(|| Ok(21));
///     Ok(2 * half.await?)
/// })?;
/// assert_eq!(answer, 42);
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The original: `static async Task Main()`.
///
/// # Errors
///
/// Those of `main`: what it failed with.
#[track_caller]
pub fn run<T, F>(main: F) -> Result<T>
where
    T: Clone + Send + Sync + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    Task::async_method_at(main, Location::caller()).into_result()
}

/// While it lives this thread starts its work on a pool, whose time stands still while it does.
struct Main {
    former: Option<Pool>,
}

thread_local! {
    /// What keeps the virtual time of a pool from moving while this thread, which is none of its
    /// workers, runs.
    static RUNS: std::cell::RefCell<Option<(Pool, Outside)>> =
        const { std::cell::RefCell::new(None) };
}

impl Main {
    fn enter(pool: Pool) -> Main {
        if pool.has_virtual_time() {
            RUNS.with(|runs| *runs.borrow_mut() = Some((pool, pool.outside())));
        }
        Main { former: ambient::replace_pool(Some(pool)) }
    }
}

impl Drop for Main {
    fn drop(&mut self) {
        ambient::replace_pool(self.former);
        let runs = RUNS.with(|runs| runs.borrow_mut().take());
        drop(runs);
    }
}

/// This thread is about to block: time may move. Whoever wakes it may hold it still again.
pub(crate) fn about_to_block() -> Option<Pool> {
    let (pool, outside) = RUNS.with(|runs| runs.borrow_mut().take())?;
    drop(outside);
    Some(pool)
}

/// This thread goes on.
pub(crate) fn goes_on(pool: Pool, held: Option<Outside>) {
    let held = held.unwrap_or_else(|| pool.outside());
    RUNS.with(|runs| *runs.borrow_mut() = Some((pool, held)));
}
