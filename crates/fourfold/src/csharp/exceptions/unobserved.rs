//! Exceptions of tasks that nobody looked at.
//!
//! In .NET the finalizer of such a task tells; here it is told when the last reference to the task is
//! dropped, which is at once and always.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use super::AggregateException;

/// What is told of a task whose exception nobody observed.
#[derive(Debug)]
pub struct UnobservedTaskExceptionEventArgs {
    exception: AggregateException,
    observed: bool,
}

impl UnobservedTaskExceptionEventArgs {
    /// What the task failed with.
    pub fn exception(&self) -> &AggregateException {
        &self.exception
    }

    /// Says that this is all that has to be done.
    pub fn set_observed(&mut self) {
        self.observed = true;
    }

    /// Whether a handler before said so.
    pub fn observed(&self) -> bool {
        self.observed
    }
}

type Handler = Arc<dyn Fn(&mut UnobservedTaskExceptionEventArgs) + Send + Sync>;

static HANDLERS: Mutex<Vec<(u64, Handler)>> = Mutex::new(Vec::new());

/// Calls `handler` for each task that failed and is dropped without anybody having looked at its
/// exception, on the thread that drops it, until the subscription is dropped. Without a handler nothing
/// is told: an exception that nobody observes is not fatal.
///
/// The original: [`TaskScheduler.UnobservedTaskException`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.taskscheduler.unobservedtaskexception).
pub fn on_unobserved_task_exception(
    handler: impl Fn(&mut UnobservedTaskExceptionEventArgs) + Send + Sync + 'static,
) -> Subscription {
    let mut handlers = HANDLERS.lock().unwrap_or_else(PoisonError::into_inner);
    let key = handlers.last().map_or(0, |(key, _)| key + 1);
    handlers.push((key, Arc::new(handler)));
    Subscription { key }
}

/// A handler that is called while this lives.
#[derive(Debug)]
#[must_use = "the handler is called only while this lives"]
pub struct Subscription {
    key: u64,
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut handlers = HANDLERS.lock().unwrap_or_else(PoisonError::into_inner);
        let at = handlers.iter().position(|(key, _)| *key == self.key);
        let removed = at.map(|at| handlers.remove(at));
        drop(handlers);
        drop(removed);
    }
}

/// Tells of one.
#[cold]
pub(crate) fn unobserved(exception: AggregateException) {
    let handlers: Vec<Handler> = {
        let handlers = HANDLERS.lock().unwrap_or_else(PoisonError::into_inner);
        handlers.iter().map(|(_, handler)| handler.clone()).collect()
    };
    let mut args = UnobservedTaskExceptionEventArgs { exception, observed: false };
    for handler in handlers {
        // A task is dropped wherever its last reference goes; its end must not carry a handler's panic.
        drop(catch_unwind(AssertUnwindSafe(|| handler(&mut args))));
    }
}
