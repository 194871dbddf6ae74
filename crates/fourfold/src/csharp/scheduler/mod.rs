//! Who runs tasks, and in which order.
//!
//! Most tasks run on the [pool](super::ThreadPool). A [`TaskScheduler`] of one's own may run them
//! elsewhere, in another order, or fewer at a time; what such a task starts and awaits is scheduled
//! there as well.
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | the trait, and what a scheduler is given |
//! | `limited.rs` | [`LimitedConcurrencyLevelTaskScheduler`] |
//! | `pair.rs` | [`ConcurrentExclusiveSchedulerPair`], readers and a writer |
//! | `context.rs` | a scheduler that posts to a synchronization context |

mod context;
mod limited;
mod pair;

use std::fmt;
use std::sync::Arc;

use fourfold_kernel::task::Runnable;

use super::ambient;
use super::cell::Node;
pub use context::from_current_synchronization_context;
pub use limited::LimitedConcurrencyLevelTaskScheduler;
pub use pair::ConcurrentExclusiveSchedulerPair;

/// Runs tasks.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use fourfold::csharp::{ScheduledTask, Task, TaskFactory, TaskScheduler};
///
/// /// Keeps tasks until somebody runs them.
/// #[derive(Default)]
/// struct Later(Mutex<Vec<ScheduledTask>>);
///
/// impl TaskScheduler for Later {
///     fn queue_task(&self, task: ScheduledTask) {
///         self.0.lock().unwrap().push(task);
///     }
/// }
///
/// let later = Arc::new(Later::default());
/// let task = TaskFactory::new().scheduler(later.clone()).start_new(|| Ok(42));
/// assert!(!task.is_completed());
/// let queued = later.0.lock().unwrap().pop().unwrap();
/// queued.execute();
/// assert_eq!(task.result()?, 42);
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The original: [`TaskScheduler`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.taskscheduler).
pub trait TaskScheduler: Send + Sync + 'static {
    /// Has `task` [executed](ScheduledTask::execute) some time, on any thread. One that is dropped
    /// instead is cancelled.
    fn queue_task(&self, task: ScheduledTask);

    /// Whether a task of this scheduler may be executed here and now, inside of a call that waits for
    /// it or that ended what it waited for. Unless it is overridden, no.
    ///
    /// The original: what `TryExecuteTaskInline` decides.
    fn may_inline(&self) -> bool {
        false
    }

    /// Takes a queued task out, to be executed inline. Unless it is overridden, none.
    fn try_dequeue(&self, id: u64) -> Option<ScheduledTask> {
        let _ = id;
        None
    }

    /// How many tasks it runs at a time.
    fn maximum_concurrency_level(&self) -> usize {
        usize::MAX
    }
}

/// The scheduler of the work that runs here; `None` for the pool.
///
/// The original: `TaskScheduler.Current`.
pub fn current_task_scheduler() -> Option<Arc<dyn TaskScheduler>> {
    ambient::scheduler()
}

/// A task that a [`TaskScheduler`] is to run: the next step of it. Dropping it cancels the task.
#[must_use = "a task that is dropped is cancelled"]
pub struct ScheduledTask {
    scheduler: Arc<dyn TaskScheduler>,
    runnable: Option<Runnable<Node>>,
}

impl ScheduledTask {
    pub(super) fn new(
        scheduler: Arc<dyn TaskScheduler>,
        runnable: Runnable<Node>,
    ) -> ScheduledTask {
        ScheduledTask { scheduler, runnable: Some(runnable) }
    }

    /// The number of the [task](super::Task::id).
    pub fn id(&self) -> u64 {
        let runnable = self.runnable.as_ref().expect("there until it is executed");
        // SAFETY: the scheduler of the cells is shared.
        unsafe { runnable.data() }.id().get()
    }

    /// Runs it on this thread, until it has ended or waits.
    ///
    /// The original: `TryExecuteTask`.
    pub fn execute(mut self) {
        struct Former(Option<Arc<dyn TaskScheduler>>);
        impl Drop for Former {
            fn drop(&mut self) {
                ambient::replace_scheduler(self.0.take());
            }
        }
        let Some(runnable) = self.runnable.take() else { return };
        let _former = Former(ambient::replace_scheduler(Some(self.scheduler.clone())));
        // SAFETY: the scheduler of the cells is shared.
        unsafe { runnable.run() };
    }
}

impl Drop for ScheduledTask {
    fn drop(&mut self) {
        if let Some(runnable) = self.runnable.take() {
            // SAFETY: as above.
            unsafe { runnable.discard() };
        }
    }
}

impl fmt::Debug for ScheduledTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScheduledTask").finish_non_exhaustive()
    }
}
