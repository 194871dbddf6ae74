//! Two schedulers that exclude each other as readers and a writer do.

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::completion_source::TaskCompletionSource;
use super::super::task::Task;
use super::super::thread_pool;
use super::{ScheduledTask, TaskScheduler};
use crate::csharp::exceptions::{ArgumentOutOfRangeException, InvalidOperationException};
use crate::{Error, Result};

/// Two schedulers: tasks of the one run beside each other, a task of the other runs alone.
///
/// ```
/// use fourfold::csharp::{ConcurrentExclusiveSchedulerPair, TaskFactory};
///
/// let pair = ConcurrentExclusiveSchedulerPair::new();
/// let writes = TaskFactory::new().scheduler(pair.exclusive_scheduler());
/// let reads = TaskFactory::new().scheduler(pair.concurrent_scheduler());
/// assert_eq!(writes.start_new(|| Ok(1)).result()? + reads.start_new(|| Ok(2)).result()?, 3);
/// pair.complete();
/// pair.completion().wait()?;
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The original: [`ConcurrentExclusiveSchedulerPair`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.concurrentexclusiveschedulerpair).
pub struct ConcurrentExclusiveSchedulerPair {
    shared: Arc<Shared>,
}

struct Shared {
    most: usize,
    state: Mutex<State>,
    completed: TaskCompletionSource<()>,
}

#[derive(Default)]
struct State {
    concurrent: VecDeque<ScheduledTask>,
    exclusive: VecDeque<ScheduledTask>,
    /// Concurrent tasks that run.
    readers: usize,
    /// An exclusive one runs.
    writes: bool,
    completing: bool,
}

/// One of the two.
struct Side {
    shared: Arc<Shared>,
    exclusive: bool,
}

impl ConcurrentExclusiveSchedulerPair {
    /// As many concurrent tasks at a time as there are workers.
    pub fn new() -> ConcurrentExclusiveSchedulerPair {
        ConcurrentExclusiveSchedulerPair::of(thread_pool::current().workers())
    }

    /// At most this many concurrent tasks at a time.
    ///
    /// # Errors
    ///
    /// [`ArgumentOutOfRangeException`] for 0.
    pub fn with_max_concurrency_level(most: usize) -> Result<ConcurrentExclusiveSchedulerPair> {
        if most == 0 {
            let text = "a scheduler that runs 0 tasks at a time: ask for 1 or more";
            return Err(ArgumentOutOfRangeException::new(text).into());
        }
        Ok(ConcurrentExclusiveSchedulerPair::of(most))
    }

    fn of(most: usize) -> ConcurrentExclusiveSchedulerPair {
        let state = Mutex::default();
        let completed = TaskCompletionSource::new();
        ConcurrentExclusiveSchedulerPair { shared: Arc::new(Shared { most, state, completed }) }
    }

    /// Runs its tasks beside each other.
    pub fn concurrent_scheduler(&self) -> Arc<dyn TaskScheduler> {
        Arc::new(Side { shared: self.shared.clone(), exclusive: false })
    }

    /// Runs its tasks alone.
    pub fn exclusive_scheduler(&self) -> Arc<dyn TaskScheduler> {
        Arc::new(Side { shared: self.shared.clone(), exclusive: true })
    }

    /// No task is taken in from here on.
    pub fn complete(&self) {
        self.shared.lock().completing = true;
        self.shared.pump();
    }

    /// Ends when all tasks have, after [`complete`](ConcurrentExclusiveSchedulerPair::complete).
    pub fn completion(&self) -> Task<()> {
        self.shared.completed.task()
    }
}

impl Default for ConcurrentExclusiveSchedulerPair {
    fn default() -> ConcurrentExclusiveSchedulerPair {
        ConcurrentExclusiveSchedulerPair::new()
    }
}

impl fmt::Debug for ConcurrentExclusiveSchedulerPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConcurrentExclusiveSchedulerPair").field("most", &self.shared.most).finish()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands what may run to the pool. Exclusive tasks come first, once the readers have ended.
    fn pump(self: &Arc<Self>) {
        loop {
            let mut state = self.lock();
            if state.writes {
                return;
            }
            let next = if !state.exclusive.is_empty() {
                if state.readers > 0 {
                    return;
                }
                state.writes = true;
                state.exclusive.pop_front()
            } else if state.readers < self.most {
                let next = state.concurrent.pop_front();
                state.readers += usize::from(next.is_some());
                next
            } else {
                return;
            };
            let done = state.completing && next.is_none() && state.readers == 0;
            drop(state);
            let Some(task) = next else {
                if done {
                    self.completed.try_set_result(());
                }
                return;
            };
            let shared = self.clone();
            thread_pool::queue(move || {
                let _ended = Ended(&shared);
                task.execute();
            });
        }
    }
}

/// A task has ended, be it by a panic.
struct Ended<'a>(&'a Arc<Shared>);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        {
            let mut state = self.0.lock();
            if state.writes {
                state.writes = false;
            } else {
                state.readers -= 1;
            }
        }
        self.0.pump();
    }
}

impl TaskScheduler for Side {
    /// # Panics
    ///
    /// After the pair was completed.
    fn queue_task(&self, task: ScheduledTask) {
        {
            let mut state = self.shared.lock();
            if state.completing {
                drop(state);
                drop(task);
                let error = InvalidOperationException::new("The pair of schedulers was completed.");
                panic!("{}", Error::from(error));
            }
            if self.exclusive {
                state.exclusive.push_back(task);
            } else {
                state.concurrent.push_back(task);
            }
        }
        self.shared.pump();
    }

    fn maximum_concurrency_level(&self) -> usize {
        if self.exclusive { 1 } else { self.shared.most }
    }
}
