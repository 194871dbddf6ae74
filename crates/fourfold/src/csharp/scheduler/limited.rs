//! At most so many tasks at a time.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use super::super::thread_pool;
use super::{ScheduledTask, TaskScheduler};
use crate::Result;
use crate::csharp::exceptions::ArgumentOutOfRangeException;

/// Runs tasks on the pool, at most so many at a time, first come first.
///
/// ```
/// use fourfold::csharp::{LimitedConcurrencyLevelTaskScheduler, Task, TaskFactory};
///
/// let one_by_one = LimitedConcurrencyLevelTaskScheduler::new(1)?;
/// let factory = TaskFactory::new().scheduler(one_by_one);
/// let squares: Vec<_> = (0..4).map(|n| factory.start_new(move || Ok(n * n))).collect();
/// assert_eq!(Task::when_all(squares).result()?, [0, 1, 4, 9]);
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The original is an example of the documentation of
/// [`TaskScheduler`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.taskscheduler).
pub struct LimitedConcurrencyLevelTaskScheduler {
    most: usize,
    state: Mutex<State>,
    this: Weak<LimitedConcurrencyLevelTaskScheduler>,
}

#[derive(Default)]
struct State {
    tasks: VecDeque<ScheduledTask>,
    /// How many workers of the pool run tasks of this one, or are asked to.
    running: usize,
}

thread_local! {
    /// The address of the scheduler whose tasks this thread runs at the moment.
    static SERVES: Cell<usize> = const { Cell::new(0) };
}

impl LimitedConcurrencyLevelTaskScheduler {
    /// At most `most` at a time.
    ///
    /// # Errors
    ///
    /// [`ArgumentOutOfRangeException`] for 0.
    pub fn new(most: usize) -> Result<Arc<LimitedConcurrencyLevelTaskScheduler>> {
        if most == 0 {
            let text = "a scheduler that runs 0 tasks at a time: ask for 1 or more";
            return Err(ArgumentOutOfRangeException::new(text).into());
        }
        Ok(Arc::new_cyclic(|this| LimitedConcurrencyLevelTaskScheduler {
            most,
            state: Mutex::default(),
            this: this.clone(),
        }))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn address(&self) -> usize {
        std::ptr::from_ref(self).addr()
    }

    /// Runs tasks on a worker until none waits.
    fn serve(&self) {
        struct Former(usize);
        impl Drop for Former {
            fn drop(&mut self) {
                SERVES.set(self.0);
            }
        }
        let _former = Former(SERVES.replace(self.address()));
        loop {
            let task = {
                let mut state = self.lock();
                let task = state.tasks.pop_front();
                if task.is_none() {
                    state.running -= 1;
                }
                task
            };
            match task {
                Some(task) => task.execute(),
                None => return,
            }
        }
    }
}

impl TaskScheduler for LimitedConcurrencyLevelTaskScheduler {
    fn queue_task(&self, task: ScheduledTask) {
        let start = {
            let mut state = self.lock();
            state.tasks.push_back(task);
            let start = state.running < self.most;
            state.running += usize::from(start);
            start
        };
        if start && let Some(this) = self.this.upgrade() {
            thread_pool::queue(move || this.serve());
        }
    }

    /// On a worker that runs a task of this scheduler, in its place.
    fn may_inline(&self) -> bool {
        SERVES.get() == self.address()
    }

    fn try_dequeue(&self, id: u64) -> Option<ScheduledTask> {
        let mut state = self.lock();
        let at = state.tasks.iter().position(|task| task.id() == id)?;
        state.tasks.remove(at)
    }

    fn maximum_concurrency_level(&self) -> usize {
        self.most
    }
}

impl fmt::Debug for LimitedConcurrencyLevelTaskScheduler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LimitedConcurrencyLevelTaskScheduler").field("most", &self.most).finish()
    }
}
