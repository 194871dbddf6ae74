//! Work that blocks, on other threads or in other processes.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use fourfold_kernel::blocking::{Config, Pool};

use super::concurrent::ConcurrentFuture;
use super::context;
use super::event_loop::{ExceptionContext, Loop};
use super::extras::Part;
use super::futures::Future;
use super::loop_core::Core;
use super::tasks::running_core;
use super::threadsafe;
use crate::{Error, Result};

/// Something that carries out `Work` elsewhere: `None` is the loop's default executor, a
/// [`ThreadPoolExecutor`] takes closures, a [`ProcessPoolExecutor`](super::ProcessPoolExecutor)
/// takes [`Call`](super::Call)s of functions it knows by name.
///
/// The original is
/// [`concurrent.futures.Executor`](https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Executor).
pub trait Executor<Work> {
    /// What the work gives.
    type Output: Send + 'static;

    /// Queues `work`, on behalf of `event_loop`.
    ///
    /// # Errors
    ///
    /// Where the executor takes no more work.
    fn submit_for(&self, event_loop: &Loop, work: Work) -> Result<ConcurrentFuture<Self::Output>>;
}

/// Threads for closures.
///
/// Threads start when there is work. A clone is the same pool; dropping the last lets what was
/// submitted come to its end and takes no more.
///
/// The original is
/// [`concurrent.futures.ThreadPoolExecutor`](https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.ThreadPoolExecutor).
///
/// ```
/// use fourfold::asyncio::ThreadPoolExecutor;
///
/// let pool = ThreadPoolExecutor::new(2, "sums")?;
/// let sum = pool.submit(|| Ok((1..=10).sum::<u32>()))?;
/// assert_eq!(sum.result(None)?, 55);
/// # Ok::<(), fourfold::Error>(())
/// ```
#[derive(Clone)]
pub struct ThreadPoolExecutor {
    pool: Pool,
}

impl ThreadPoolExecutor {
    /// A pool of at most `max_workers` threads called `thread_name_prefix-1` and so on.
    ///
    /// # Errors
    ///
    /// Where `max_workers` is 0, or the prefix holds a NUL character.
    pub fn new(
        max_workers: usize,
        thread_name_prefix: impl Into<String>,
    ) -> Result<ThreadPoolExecutor> {
        let name = thread_name_prefix.into();
        let pool = Pool::new(Config { name, max_threads: max_workers, ..Config::default() })?;
        Ok(ThreadPoolExecutor { pool })
    }

    /// As many threads as CPython's default executor: the number of CPUs and 4, at most 32.
    fn default_of_a_loop() -> Result<ThreadPoolExecutor> {
        let cpus = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
        ThreadPoolExecutor::new((cpus + 4).min(32), "asyncio")
    }

    /// Queues a call of `f` on a thread of the pool. Any thread.
    ///
    /// # Errors
    ///
    /// After [`shutdown`](ThreadPoolExecutor::shutdown), or where no thread can be started.
    pub fn submit<T: Send + 'static>(
        &self,
        f: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<ConcurrentFuture<T>> {
        let result = ConcurrentFuture::new();
        let job = result.clone();
        self.pool.submit(move || {
            if job.start() {
                let outcome = catch_unwind(AssertUnwindSafe(f));
                job.finish(outcome.unwrap_or_else(|payload| Err(Error::from_panic(payload))));
            }
        })?;
        Ok(result)
    }

    /// Takes no more work. What was submitted is still done; with `wait` this blocks until then.
    ///
    /// Called on one of the pool's own threads it does not wait.
    pub fn shutdown(&self, wait: bool) {
        self.pool.shutdown(wait);
    }
}

impl fmt::Debug for ThreadPoolExecutor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreadPoolExecutor").field("pool", &self.pool).finish()
    }
}

impl<F, T> Executor<F> for ThreadPoolExecutor
where
    F: FnOnce() -> Result<T> + Send + 'static,
    T: Send + 'static,
{
    type Output = T;

    fn submit_for(&self, _: &Loop, f: F) -> Result<ConcurrentFuture<T>> {
        self.submit(f)
    }
}

impl<F, T> Executor<F> for Option<&ThreadPoolExecutor>
where
    F: FnOnce() -> Result<T> + Send + 'static,
    T: Send + 'static,
{
    type Output = T;

    fn submit_for(&self, event_loop: &Loop, f: F) -> Result<ConcurrentFuture<T>> {
        match self {
            Some(pool) => pool.submit(f),
            None => default_of(event_loop.core())?.submit(f),
        }
    }
}

impl<W, E: Executor<W> + ?Sized> Executor<W> for &E {
    type Output = E::Output;

    fn submit_for(&self, event_loop: &Loop, work: W) -> Result<ConcurrentFuture<E::Output>> {
        (**self).submit_for(event_loop, work)
    }
}

/// The default executor of a loop.
#[derive(Default)]
struct DefaultExecutor {
    pool: RefCell<Option<ThreadPoolExecutor>>,
    shut_down: Cell<bool>,
}

impl Part for DefaultExecutor {
    fn close(&self) {
        self.shut_down.set(true);
        if let Some(pool) = self.pool.take() {
            pool.shutdown(false);
        }
    }
}

fn default_of(core: &Core) -> Result<ThreadPoolExecutor> {
    let part = core.extras().get::<DefaultExecutor>();
    if part.shut_down.get() {
        return Err(Error::msg("Executor shutdown has been called"));
    }
    if let Some(pool) = &*part.pool.borrow() {
        return Ok(pool.clone());
    }
    let pool = ThreadPoolExecutor::default_of_a_loop()?;
    part.pool.replace(Some(pool.clone()));
    Ok(pool)
}

impl Loop {
    /// Carries out `work` in `executor` – the default one for `None` – and gives a future of this
    /// loop for what it returns. It is queued now, whether or not the future is awaited.
    ///
    /// The work does not see the current context; [`to_thread`] does.
    ///
    /// # Errors
    ///
    /// Where the loop is closed, or the executor was shut down. The future fails with what the work
    /// fails with, a panic included.
    ///
    /// # Cancellation
    ///
    /// Cancelling the future prevents work that has not begun. Work that has begun cannot be
    /// stopped; its outcome is dropped.
    ///
    /// # Time
    ///
    /// Virtual time stands still until the work is done.
    ///
    /// The original is
    /// [`loop.run_in_executor`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.run_in_executor).
    ///
    /// ```
    /// use fourfold::asyncio;
    ///
    /// let sum = asyncio::run(async {
    ///     let event_loop = asyncio::get_running_loop()?;
    ///     event_loop.run_in_executor(None, || Ok((1..=10).sum::<u32>()))?.await
    /// })?;
    /// assert_eq!(sum, 55);
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    #[track_caller]
    pub fn run_in_executor<E, W>(&self, executor: E, work: W) -> Result<Future<E::Output>>
    where
        E: Executor<W>,
    {
        if self.core().is_closed() {
            return Err(Error::msg("Event loop is closed"));
        }
        let result = executor.submit_for(self, work)?;
        Ok(threadsafe::wrap_taken(self.core(), &result))
    }

    /// Sets the executor that `None` means.
    ///
    /// # Errors
    ///
    /// After [`shutdown_default_executor`](Loop::shutdown_default_executor), or where the loop is
    /// closed.
    ///
    /// The original is
    /// [`loop.set_default_executor`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.set_default_executor).
    pub fn set_default_executor(&self, executor: &ThreadPoolExecutor) -> Result<()> {
        if self.core().is_closed() {
            return Err(Error::msg("Event loop is closed"));
        }
        let part = self.core().extras().get::<DefaultExecutor>();
        if part.shut_down.get() {
            return Err(Error::msg("Executor shutdown has been called"));
        }
        part.pool.replace(Some(executor.clone()));
        Ok(())
    }

    /// Lets the default executor come to its end and waits for its threads, for at most `timeout`
    /// of real time; when that has passed they are left behind, and the exception handler is told.
    /// From then on `None` is refused as an executor.
    ///
    /// # Errors
    ///
    /// Where no thread can be started to wait on.
    ///
    /// The original is
    /// [`loop.shutdown_default_executor`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.shutdown_default_executor).
    pub async fn shutdown_default_executor(&self, timeout: Option<Duration>) -> Result<()> {
        shut_default_down(self, timeout).await
    }
}

/// As [`Loop::shutdown_default_executor`], as a future that does not borrow the loop.
pub(crate) fn shut_default_down(
    event_loop: &Loop,
    timeout: Option<Duration>,
) -> impl std::future::Future<Output = Result<()>> + 'static {
    let core = event_loop.core().this();
    async move {
        let part = core.extras().get::<DefaultExecutor>();
        part.shut_down.set(true);
        let Some(pool) = part.pool.take() else { return Ok(()) };
        let gone = ConcurrentFuture::new();
        let (waited_for, waiting) = (gone.clone(), pool.clone());
        std::thread::Builder::new().name("asyncio-shutdown".into()).spawn(move || {
            waiting.shutdown(true);
            gone.finish(Ok(true));
        })?;
        if let Some(timeout) = timeout {
            let late = waited_for.clone();
            // Ended by the first of both; the other finds it done.
            let timer = Loop::from_core(core.clone()).call_later(timeout, move || {
                late.finish(Ok(false));
            });
            let mut timer = CancelOnDrop(timer);
            let joined = threadsafe::wrap_taken(&core, &waited_for).await?;
            timer.0.cancel();
            if !joined {
                let seconds = timeout.as_secs_f64();
                let text = format!(
                    "The executor did not finishing joining its threads within {seconds} seconds."
                );
                core.report(ExceptionContext::new(text, None));
            }
            return Ok(());
        }
        threadsafe::wrap_taken(&core, &waited_for).await.map(drop)
    }
}

struct CancelOnDrop(super::TimerHandle);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Calls `f` on a thread of the running loop's default executor, in a copy of the current context.
///
/// # Errors
///
/// What `f` fails with, a panic included; `Cancelled`; where the default executor was shut down.
///
/// # Panics
///
/// When it is awaited where no loop is running on this thread.
///
/// # Cancellation
///
/// As for [`Loop::run_in_executor`].
///
/// The original is
/// [`asyncio.to_thread`](https://docs.python.org/3/library/asyncio-task.html#asyncio.to_thread).
///
/// ```
/// use fourfold::asyncio::{self, ContextVar};
///
/// static USER: ContextVar<&str> = ContextVar::new("user");
///
/// asyncio::run(async {
///     let _ = USER.set("ada");
///     assert_eq!(asyncio::to_thread(|| USER.get()).await?, "ada");
///     Ok(())
/// })
/// .unwrap();
/// ```
pub async fn to_thread<T: Send + 'static>(
    f: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let result = {
        let values = context::snapshot();
        let in_context = move || {
            let _values = context::enter_sent(values);
            let _identity = context::Identity::fresh();
            f()
        };
        let core = running_core();
        let result = default_of(&core)?.submit(in_context)?;
        threadsafe::wrap_taken(&core, &result)
    };
    let mut result = result;
    std::future::poll_fn(|context| result.poll_wait(context)).await?;
    result.take_result()
}
