//! Blocking a thread on a task.
//!
//! On a goroutine's stack the goroutine waits and its thread goes on with others. Anywhere else the
//! thread blocks, after it has run what it can of the task itself.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use fourfold_kernel::fiber;
use fourfold_kernel::pool::{self, Outside, Pool};

use super::super::ambient;
use super::super::cancellation::CancellationToken;
use super::super::continuation::{Complete, Continuation};
use super::super::synchronization_context::Waits;
use super::super::thread_pool;
use super::Task;
use crate::{Error, Result};

/// A thread that blocks until a task is done.
pub(crate) struct Blocked {
    state: Mutex<State>,
    changed: Condvar,
    /// A pool of virtual time, which the thread lets move while it blocks.
    pool: Option<Pool>,
}

#[derive(Default)]
struct State {
    done: bool,
    error: Option<Error>,
    /// Keeps virtual time from moving on before the thread runs again.
    held: Option<Outside>,
}

impl Blocked {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the wait with an error.
    pub(crate) fn give_up(&self, error: Error) {
        self.end(Some(error));
    }

    fn end(&self, error: Option<Error>) {
        let mut state = self.lock();
        if state.done {
            return;
        }
        state.done = true;
        state.error = error;
        state.held = self.pool.as_ref().map(Pool::outside);
        // Under the lock: the waiter may go as soon as it is free.
        self.changed.notify_all();
    }

    /// Blocks. False if the time is up.
    fn block(&self, limit: Option<Duration>) -> Result<bool> {
        let deadline = limit.and_then(|limit| Instant::now().checked_add(limit));
        pool::while_blocked(|| {
            let mut state = self.lock();
            while !state.done {
                state = match deadline {
                    None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                    Some(deadline) => {
                        let left = deadline.saturating_duration_since(Instant::now());
                        if left.is_zero() {
                            return Ok(false);
                        }
                        let waited = self.changed.wait_timeout(state, left);
                        waited.unwrap_or_else(PoisonError::into_inner).0
                    }
                };
            }
            state.error.take().map_or(Ok(true), Err)
        })
    }
}

impl Complete for Blocked {
    fn complete(self: Arc<Self>) {
        self.end(None);
    }

    fn runs_others(&self) -> bool {
        false
    }
}

impl fmt::Debug for Blocked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Blocked")
    }
}

impl<T: Send + Sync + 'static> Task<T> {
    /// Runs its function here if that waits in the queue of this thread, or of a scheduler that allows
    /// it.
    fn run_inline(&self) {
        if let Some(scheduler) = self.node().scheduler() {
            if scheduler.may_inline()
                && let Some(task) = scheduler.try_dequeue(self.id())
            {
                task.execute();
            }
        } else if self.node().is_delegate()
            && let Some(job) = self.node().pool.take_back(self.cell.address())
        {
            job.run();
        }
    }

    /// Blocks until it is done. False if the time is up.
    #[track_caller]
    pub(in super::super) fn block(
        &self,
        limit: Option<Duration>,
        token: &CancellationToken,
    ) -> Result<bool> {
        if self.is_completed() {
            return Ok(true);
        }
        token.throw_if_cancellation_requested()?;
        if limit.is_none() {
            self.run_inline();
        }
        self.block_without_running(limit, token)
    }

    /// As [`block`](Task::block), without running anything of it here.
    #[track_caller]
    pub(super) fn block_without_running(
        &self,
        limit: Option<Duration>,
        token: &CancellationToken,
    ) -> Result<bool> {
        if self.is_completed() {
            return Ok(true);
        }
        if fiber::is_fiber() && limit.is_none() && !token.can_be_canceled() {
            fiber::wait(std::future::poll_fn({
                let mut key = None;
                move |context| {
                    let polled = self.cell.poll_done(context, &mut key);
                    if polled.is_pending() {
                        self.node().tell_wait();
                    }
                    polled
                }
            }));
            return Ok(true);
        }
        self.block_thread(limit, token, Location::caller())
    }

    fn block_thread(
        &self,
        limit: Option<Duration>,
        token: &CancellationToken,
        at: &'static Location<'static>,
    ) -> Result<bool> {
        let pool = thread_pool::about_to_block();
        let blocked = Arc::new(Blocked { state: Mutex::default(), changed: Condvar::new(), pool });
        let result = self.block_on(&blocked, limit, token, at);
        if let Some(pool) = pool {
            let held = blocked.lock().held.take();
            thread_pool::goes_on(pool, held);
        }
        result
    }

    fn block_on(
        &self,
        blocked: &Arc<Blocked>,
        limit: Option<Duration>,
        token: &CancellationToken,
        at: &'static Location<'static>,
    ) -> Result<bool> {
        let context = ambient::context().filter(|context| context.runs_on_one_thread());
        let _waits = match context {
            Some(context) => Some(Waits::begin(&context, self.erase(), at, blocked)?),
            None => None,
        };
        let Ok(key) = self.cell.listen(Continuation::Complete(blocked.clone())) else {
            return Ok(true);
        };
        let canceled = blocked.clone();
        let of = token.clone();
        let registration = token.unsafe_register(move || {
            if let Err(error) = of.throw_if_cancellation_requested() {
                canceled.give_up(error);
            }
        });
        let told = self.node().tell_blocking();
        let result = blocked.block(limit);
        drop(told);
        drop(registration);
        if !matches!(result, Ok(true)) {
            drop(self.cell.unlisten(key));
        }
        // Done meanwhile is done.
        if self.is_completed() { Ok(true) } else { result }
    }

    /// Blocks this thread until the task is done. A function that this thread itself has queued and that
    /// has not begun is run here.
    ///
    /// On a thread of the pool this holds that thread, which the pool makes up for; on a goroutine's stack
    /// only the goroutine waits.
    ///
    /// # Errors
    ///
    /// [`AggregateException`](super::super::AggregateException) of all that the task failed with, or of
    /// its cancellation. [`SyncOverAsyncException`](super::super::SyncOverAsyncException) where the task
    /// could only go on on this thread, and so would never end.
    ///
    /// The original: [`Wait`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.task.wait).
    #[track_caller]
    pub fn wait(&self) -> Result<()> {
        self.block(None, &CancellationToken::none())?;
        self.waited().map(drop)
    }

    /// As [`wait`](Task::wait), no longer than this. Whether it is done.
    ///
    /// # Errors
    ///
    /// As for [`wait`](Task::wait).
    #[track_caller]
    pub fn wait_for(&self, limit: Duration) -> Result<bool> {
        self.wait_with(Some(limit), &CancellationToken::none())
    }

    /// As [`wait`](Task::wait), no longer than this and until the token is cancelled. Whether it is done.
    ///
    /// # Errors
    ///
    /// As for [`wait`](Task::wait), and
    /// [`OperationCanceledException`](super::super::OperationCanceledException) by the token.
    #[track_caller]
    pub fn wait_with(&self, limit: Option<Duration>, token: &CancellationToken) -> Result<bool> {
        let done = self.block(limit, token)?;
        if done {
            self.waited()?;
        }
        Ok(done)
    }

    fn waited(&self) -> Result<&T> {
        let result = self.cell.get().expect("a task that is done has an outcome").wait_result();
        if result.is_err() {
            self.node().failure_is_seen();
        }
        result
    }

    /// Blocks as [`wait`](Task::wait) does and returns the result.
    ///
    /// # Errors
    ///
    /// As for [`wait`](Task::wait).
    ///
    /// The original: [`Result`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.task-1.result).
    #[track_caller]
    pub fn result(&self) -> Result<T>
    where
        T: Clone,
    {
        self.block(None, &CancellationToken::none())?;
        self.waited().cloned()
    }

    /// Blocks as [`wait`](Task::wait) does, and fails as an await does: with the first failure alone.
    ///
    /// ```
    /// use fourfold::Error;
    /// use fourfold::csharp::Task;
    ///
    /// let failed = Task::<()>::from_exception(Error::msg("no"));
    /// assert_eq!(failed.get_result().unwrap_err().to_string(), "no");
    /// assert_eq!(failed.result().unwrap_err().to_string(), "One or more errors occurred. (no)");
    /// ```
    ///
    /// The original: `GetAwaiter().GetResult()`.
    ///
    /// # Errors
    ///
    /// What an await fails with; [`SyncOverAsyncException`](super::super::SyncOverAsyncException) as for
    /// [`wait`](Task::wait).
    #[track_caller]
    pub fn get_result(&self) -> Result<T>
    where
        T: Clone,
    {
        self.clone().into_result()
    }

    /// Blocks until it is done, and fails as an await does: with the first failure alone.
    #[track_caller]
    pub(in super::super) fn into_result(self) -> Result<T>
    where
        T: Clone,
    {
        self.block(None, &CancellationToken::none())?;
        let outcome = self.cell.get().expect("a task that is done has an outcome");
        outcome.get_result().cloned()
    }
}

impl Task<()> {
    /// Blocks until all of them are done.
    ///
    /// # Errors
    ///
    /// [`AggregateException`](super::super::AggregateException) of everything that any of them failed
    /// with.
    #[track_caller]
    pub fn wait_all<T: Send + Sync + 'static>(
        tasks: impl IntoIterator<Item = Task<T>>,
    ) -> Result<()> {
        let tasks: Vec<_> = tasks.into_iter().collect();
        // What this thread has queued it runs itself, the newest first, as it would without this call.
        for task in tasks.iter().rev().filter(|task| !task.is_completed()) {
            task.run_inline();
        }
        let mut failures = Vec::new();
        for task in &tasks {
            task.block(None, &CancellationToken::none())?;
            if let Err(error) = task.waited() {
                failures.extend(error.errors().iter().cloned());
            }
        }
        if failures.is_empty() {
            return Ok(());
        }
        Err(super::AggregateException::new(failures).into())
    }

    /// Blocks until one of them is done, and returns its index.
    ///
    /// # Errors
    ///
    /// [`ArgumentException`](super::super::ArgumentException) for none at all. How the task ended is not
    /// told.
    #[track_caller]
    pub fn wait_any<T: Send + Sync + 'static>(
        tasks: impl IntoIterator<Item = Task<T>>,
    ) -> Result<usize> {
        let tasks: Vec<_> = tasks.into_iter().collect();
        let first = Task::when_any(tasks.clone())?;
        first.block(None, &CancellationToken::none())?;
        let first = first.waited()?.clone();
        Ok(tasks.iter().position(|task| *task == first).expect("it is one of them"))
    }
}
