//! A task of a task as one.

use std::panic::Location;

use super::super::outcome::{End, Outcome};
use super::Task;

impl<T: Clone + Send + Sync + 'static> Task<Task<T>> {
    /// Ends as the inner task does, or as the outer one if that has no result.
    ///
    /// The original: [`Unwrap`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.taskextensions.unwrap).
    #[track_caller]
    pub fn unwrap(&self) -> Task<T> {
        let promise = Task::new_promise(Location::caller());
        let (outer, result) = (self.clone(), promise.clone());
        self.when_done_run(move || {
            let outcome = outer.cell.get().expect("told when it is done");
            match outcome.end() {
                End::RanToCompletion(inner) => {
                    let (inner, followed) = (inner.clone(), inner.clone());
                    followed.when_done_run(move || result.end_as(&inner));
                }
                End::Canceled(token, error) => {
                    let end = End::Canceled(token.clone(), error.clone());
                    drop(result.finish(Outcome::new(end)));
                }
                End::Faulted(errors) => {
                    outcome.observe();
                    drop(result.finish(Outcome::new(End::Faulted(errors.clone()))));
                }
            }
        });
        promise
    }
}

impl<T: Clone + Send + Sync + 'static> Task<T> {
    /// Ends as `other` has.
    fn end_as(&self, other: &Task<T>) {
        let outcome = other.cell.get().expect("told when it is done");
        let end = match outcome.end() {
            End::RanToCompletion(value) => End::RanToCompletion(value.clone()),
            End::Canceled(token, error) => End::Canceled(token.clone(), error.clone()),
            End::Faulted(errors) => {
                outcome.observe();
                End::Faulted(errors.clone())
            }
        };
        drop(self.finish(Outcome::new(end)));
    }
}
