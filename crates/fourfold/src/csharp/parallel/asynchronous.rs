//! Loops whose bodies are asynchronous methods.

use std::future::Future;
use std::ops::Range;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use super::super::cancellation::{CancellationToken, CancellationTokenSource};
use super::super::outcome::{End, Outcome};
use super::super::scheduler::TaskScheduler;
use super::super::task::{Task, TaskCreationOptions, TaskFactory};
use super::{Parallel, ParallelOptions};
use crate::{Error, Result};

/// A loop that runs.
struct Loop<I, B> {
    source: Mutex<Option<I>>,
    body: B,
    /// Cancelled by the first failure and by the caller's token: what the bodies are given.
    stop: CancellationTokenSource,
    token: CancellationToken,
    scheduler: Option<Arc<dyn TaskScheduler>>,
    state: Mutex<State>,
    /// What the caller has.
    task: Task<()>,
    location: &'static Location<'static>,
}

struct State {
    /// How many workers may still be begun.
    degree: usize,
    running: usize,
    failures: Vec<Error>,
}

impl Parallel {
    /// Calls `body` for each item of `source`, so many at once, and ends when all have ended. As many as
    /// there are processors, unless the options say so.
    ///
    /// The items are taken one by one by whoever is free. The bodies run on the pool, or on the scheduler of
    /// the options, whatever context is current; each gets a token that is cancelled as soon as another
    /// fails, or that of the options is cancelled.
    ///
    /// ```
    /// use fourfold::csharp::{self, Parallel, ParallelOptions, Task};
    /// use std::sync::Arc;
    /// use std::sync::atomic::{AtomicU64, Ordering};
    ///
    /// let sum = Arc::new(AtomicU64::new(0));
    /// let total = sum.clone();
    /// csharp::run(async move {
    ///     let three = ParallelOptions::new().max_degree_of_parallelism(3)?;
    ///     Parallel::for_each_async(1..=100, three, move |value, _token| {
    ///         let total = total.clone();
    ///         async move {
    ///             Task::yield_now().await;
    ///             total.fetch_add(value, Ordering::Relaxed);
    ///             Ok(())
    ///         }
    ///     })
    ///     .await
    /// })?;
    /// assert_eq!(sum.load(Ordering::Relaxed), 5050);
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The task fails with all that the bodies, and the source, failed with: an await gets the first.
    ///
    /// # Cancellation
    ///
    /// If the token of the options is cancelled, the task is, and what the bodies failed with is not told.
    /// Dropping the task lets the loop go on.
    ///
    /// The original: [`ForEachAsync`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.parallel.foreachasync).
    #[track_caller]
    pub fn for_each_async<S, B, F>(source: S, options: ParallelOptions, body: B) -> Task<()>
    where
        S: IntoIterator,
        S::Item: Send + 'static,
        S::IntoIter: Send + 'static,
        B: Fn(S::Item, CancellationToken) -> F + Send + Sync + 'static,
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let location = Location::caller();
        if options.token.is_cancellation_requested() {
            return Task::from_canceled(options.token);
        }
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let degree = options.degree(processors);
        let ParallelOptions { token, scheduler, .. } = options;
        let state = State { degree, running: 0, failures: Vec::new() };
        let task = Task::new_promise(location);
        let running = Arc::new(Loop {
            source: Mutex::new(Some(source.into_iter())),
            body,
            stop: CancellationTokenSource::create_linked_token_source([token.clone()]),
            token,
            scheduler,
            state: Mutex::new(state),
            task: task.clone(),
            location,
        });
        Loop::begin_worker(&running);
        task
    }

    /// As [`for_each_async`](Parallel::for_each_async), for each number from `from` to `to`, without `to`.
    ///
    /// The original: [`ForAsync`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.parallel.forasync).
    #[track_caller]
    pub fn for_async<T, B, F>(from: T, to: T, options: ParallelOptions, body: B) -> Task<()>
    where
        Range<T>: Iterator<Item = T> + Send + 'static,
        T: Send + 'static,
        B: Fn(T, CancellationToken) -> F + Send + Sync + 'static,
        F: Future<Output = Result<()>> + Send + 'static,
    {
        Parallel::for_each_async(from..to, options, body)
    }
}

/// A worker. Dropped, be it before its first step, it has ended.
struct Worker<I, B>(Arc<Loop<I, B>>);

impl<I, B> Drop for Worker<I, B> {
    fn drop(&mut self) {
        self.0.worker_ended();
    }
}

impl<I, B> Loop<I, B> {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a failure, and tells all to stop.
    fn fail(&self, error: Error) {
        self.lock().failures.push(error);
        // A failure of what the bodies registered is one of the loop, too.
        if let Err(error) = self.stop.cancel() {
            self.lock().failures.push(error);
        }
    }

    fn worker_ended(&self) {
        let failures = {
            let mut state = self.lock();
            state.running -= 1;
            if state.running > 0 {
                return;
            }
            std::mem::take(&mut state.failures)
        };
        // What the iterator holds is not to outlive the loop.
        drop(self.source.lock().unwrap_or_else(PoisonError::into_inner).take());
        let end = if self.token.is_cancellation_requested() {
            End::Canceled(self.token.clone(), None)
        } else if failures.is_empty() {
            End::RanToCompletion(())
        } else {
            End::Faulted(failures)
        };
        // The last worker alone comes here.
        drop(self.task.finish(Outcome::new(end)));
    }
}

impl<I, B, F> Loop<I, B>
where
    I: Iterator + Send + 'static,
    I::Item: Send + 'static,
    B: Fn(I::Item, CancellationToken) -> F + Send + Sync + 'static,
    F: Future<Output = Result<()>> + Send + 'static,
{
    /// Begins another worker, if the degree allows it.
    fn begin_worker(self: &Arc<Self>) {
        {
            let mut state = self.lock();
            if state.degree == 0 {
                return;
            }
            state.degree -= 1;
            state.running += 1;
        }
        let worker = Worker(self.clone());
        let work = async move {
            // In a task of its own: a panic of a body is one of the failures.
            let turns = Task::async_method_at(worker.0.clone().turns(), worker.0.location);
            if let Err(error) = turns.await {
                worker.0.fail(error);
            }
            Ok(())
        };
        match &self.scheduler {
            None => drop(Task::run(work)),
            Some(scheduler) => {
                let on = TaskFactory::new()
                    .options(TaskCreationOptions::DENY_CHILD_ATTACH)
                    .scheduler(scheduler.clone());
                let location = self.location;
                drop(on.start_new(move || {
                    drop(Task::async_method_at(work, location));
                    Ok(())
                }));
            }
        }
    }

    /// What a worker does.
    async fn turns(self: Arc<Self>) -> Result<()> {
        let mut alone = true;
        while !self.stop.is_cancellation_requested() {
            let next = {
                let mut source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
                source.as_mut().and_then(Iterator::next)
            };
            let Some(item) = next else { break };
            // Only now: where there is no item there is nothing to do for another.
            if std::mem::take(&mut alone) {
                self.begin_worker();
            }
            (self.body)(item, self.stop.token()).await?;
        }
        Ok(())
    }
}
