//! All of several tasks.

use std::panic::Location;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fourfold_kernel::task::Erased;

use super::super::cell::{Kind, Node};
use super::super::continuation::{Complete, Continuation};
use super::super::outcome::{End, Outcome};
use super::Task;

struct WhenAll<T: Send + Sync + 'static> {
    tasks: Vec<Task<T>>,
    /// How many have not ended, and one while they are being followed.
    left: AtomicUsize,
    promise: Task<Vec<T>>,
}

impl<T: Clone + Send + Sync + 'static> WhenAll<T> {
    fn one_less(&self) {
        if self.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            let finished = self.promise.finish(self.outcome());
            debug_assert!(finished.is_ok(), "the last one is the last");
        }
    }

    /// All failures outweigh a cancellation, which outweighs the results.
    fn outcome(&self) -> Outcome<Vec<T>> {
        let mut values = Vec::with_capacity(self.tasks.len());
        let mut canceled = None;
        let mut faults = Vec::new();
        for task in &self.tasks {
            let outcome = task.cell.get().expect("they have all ended");
            match outcome.end() {
                End::RanToCompletion(value) => values.push(value.clone()),
                End::Canceled(token, error) => {
                    canceled.get_or_insert_with(|| End::Canceled(token.clone(), error.clone()));
                }
                End::Faulted(errors) => {
                    outcome.observe();
                    faults.extend_from_slice(errors);
                }
            }
        }
        Outcome::new(if !faults.is_empty() {
            End::Faulted(faults)
        } else {
            canceled.unwrap_or(End::RanToCompletion(values))
        })
    }
}

impl<T: Clone + Send + Sync + 'static> Complete for WhenAll<T> {
    fn complete(self: Arc<Self>) {
        self.one_less();
    }

    fn target(&self) -> Option<Erased<Node>> {
        Some(self.promise.erase())
    }
}

impl Task<()> {
    /// Ends when all of them have: with their results in their order; if any failed with all failures, of
    /// which an await raises the first; else, if any was cancelled, cancelled. None at all are done.
    ///
    /// It waits for all, whatever becomes of the first.
    ///
    /// ```
    /// use fourfold::csharp::Task;
    ///
    /// let squares = Task::when_all((0..4).map(|n| Task::run(move || Ok(n * n))));
    /// assert_eq!(squares.result()?, [0, 1, 4, 9]);
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    ///
    /// The original: [`WhenAll`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.task.whenall).
    #[track_caller]
    pub fn when_all<T: Clone + Send + Sync + 'static>(
        tasks: impl IntoIterator<Item = Task<T>>,
    ) -> Task<Vec<T>> {
        let tasks: Vec<_> = tasks.into_iter().collect();
        let promise = Task::promise_of_kind(Kind::WhenAll, Location::caller());
        let left = AtomicUsize::new(tasks.len() + 1);
        let all = Arc::new(WhenAll { tasks, left, promise: promise.clone() });
        for task in &all.tasks {
            if task.is_completed() || task.cell.listen(Continuation::Complete(all.clone())).is_err()
            {
                all.left.fetch_sub(1, Ordering::AcqRel);
            }
        }
        all.one_less();
        promise
    }
}
