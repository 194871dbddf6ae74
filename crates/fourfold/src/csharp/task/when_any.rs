//! The first of several tasks.

use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use fourfold_kernel::task::{Erased, ListenerKey};

use super::super::cell::{Kind, Node};
use super::super::continuation::{Complete, Continuation};
use super::super::exceptions::ArgumentException;
use super::super::outcome::Outcome;
use super::Task;
use crate::Result;

struct WhenAny<T: Send + Sync + 'static> {
    /// With where each is followed. Taken when the first has ended, so that the others do not keep what
    /// nobody waits for.
    followed: Mutex<Vec<(Task<T>, ListenerKey)>>,
    promise: Task<Task<T>>,
}

impl<T: Send + Sync + 'static> WhenAny<T> {
    fn ended(&self, task: Task<T>) {
        if self.promise.finish(Outcome::value(task)).is_err() {
            return;
        }
        self.let_go();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<(Task<T>, ListenerKey)>> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn let_go(&self) {
        let followed = std::mem::take(&mut *self.lock());
        for (task, key) in followed {
            drop(task.cell.unlisten(key));
        }
    }
}

/// Waits for one of them.
struct Followed<T: Send + Sync + 'static> {
    any: Arc<WhenAny<T>>,
    task: Task<T>,
}

impl<T: Send + Sync + 'static> Complete for Followed<T> {
    fn complete(self: Arc<Self>) {
        self.any.ended(self.task.clone());
    }

    fn target(&self) -> Option<Erased<Node>> {
        Some(self.any.promise.erase())
    }
}

impl Task<()> {
    /// Ends when the first of them has, with that task, however it ended: this never fails. Of several
    /// that have ended already it is the first in order.
    ///
    /// ```
    /// use fourfold::Error;
    /// use fourfold::csharp::{Task, TaskCompletionSource};
    ///
    /// let never = TaskCompletionSource::<u32>::new();
    /// let first = Task::when_any([never.task(), Task::from_exception(Error::msg("no"))])?;
    /// assert!(first.result()?.is_faulted());
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    ///
    /// The original: [`WhenAny`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.task.whenany).
    ///
    /// # Errors
    ///
    /// [`ArgumentException`] for none at all.
    #[track_caller]
    pub fn when_any<T: Send + Sync + 'static>(
        tasks: impl IntoIterator<Item = Task<T>>,
    ) -> Result<Task<Task<T>>> {
        let tasks: Vec<_> = tasks.into_iter().collect();
        if tasks.is_empty() {
            let text = "The tasks argument contains no tasks.";
            return Err(ArgumentException::new(text).into());
        }
        let promise = Task::promise_of_kind(Kind::WhenAny, Location::caller());
        if let Some(done) = tasks.iter().find(|task| task.is_completed()) {
            let finished = promise.finish(Outcome::value(done.clone()));
            debug_assert!(finished.is_ok());
            return Ok(promise);
        }
        let any = Arc::new(WhenAny { followed: Mutex::default(), promise: promise.clone() });
        for task in tasks {
            let followed = Arc::new(Followed { any: any.clone(), task: task.clone() });
            let Ok(key) = task.cell.listen(Continuation::Complete(followed)) else {
                any.ended(task);
                break;
            };
            any.lock().push((task, key));
            if promise.is_completed() {
                break;
            }
        }
        if promise.is_completed() {
            // Ended while they were being followed: those added since are let go as well.
            any.let_go();
        }
        Ok(promise)
    }
}
