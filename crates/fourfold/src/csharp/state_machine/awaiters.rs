//! The awaiters of this dialect.

use std::fmt;

use super::super::ambient;
use super::super::cell::Place;
use super::super::continuation::{Call, Continuation};
use super::super::task::{ConfiguredTaskAwaitable, Task, YieldAwaitable};
use super::super::thread_pool::ThreadPool;
use super::{Action, Awaiter, CriticalNotifyCompletion, NotifyCompletion};
use crate::Result;

/// Awaits a [`Task`]; from [`Task::get_awaiter`].
///
/// A callback is called where an await would go on, and inside of the call that ends the task where that
/// is the place; after the end, it is queued.
///
/// The originals: [`TaskAwaiter<TResult>`](https://learn.microsoft.com/dotnet/api/system.runtime.compilerservices.taskawaiter-1)
/// and `ConfiguredTaskAwaiter`.
pub struct TaskAwaiter<T: Send + Sync + 'static = ()> {
    task: Task<T>,
    captures: bool,
}

impl<T: Send + Sync + 'static> Task<T> {
    /// What an await talks to.
    pub fn get_awaiter(&self) -> TaskAwaiter<T> {
        TaskAwaiter { task: self.clone(), captures: true }
    }
}

impl<T: Send + Sync + 'static> ConfiguredTaskAwaitable<T> {
    /// What an await talks to.
    pub fn get_awaiter(self) -> TaskAwaiter<T> {
        TaskAwaiter { captures: self.captures(), task: self.into_task() }
    }
}

impl<T: Send + Sync + 'static> TaskAwaiter<T> {
    fn add(&self, continuation: Action, flows: bool) {
        let place = if self.captures { Place::current() } else { Place::Pool };
        let call = Call::new(continuation, place, flows);
        if let Err(call) = self.task.cell.listen(Continuation::Call(Box::new(call))) {
            call.tell(false);
        }
    }
}

impl<T: Send + Sync + 'static> NotifyCompletion for TaskAwaiter<T> {
    fn on_completed(&mut self, continuation: Action) {
        self.add(continuation, true);
    }
}

impl<T: Send + Sync + 'static> CriticalNotifyCompletion for TaskAwaiter<T> {
    fn unsafe_on_completed(&mut self, continuation: Action) {
        self.add(continuation, false);
    }
}

impl<T: Clone + Send + Sync + 'static> Awaiter for TaskAwaiter<T> {
    type Output = Result<T>;

    fn is_completed(&self) -> bool {
        self.task.is_completed()
    }

    /// Asked too early it blocks. It fails as an await does, with the first failure alone.
    #[track_caller]
    fn get_result(&mut self) -> Result<T> {
        self.task.clone().into_result()
    }
}

impl<T: Send + Sync + 'static> Clone for TaskAwaiter<T> {
    fn clone(&self) -> TaskAwaiter<T> {
        TaskAwaiter { task: self.task.clone(), captures: self.captures }
    }
}

impl<T: Send + Sync + 'static> fmt::Debug for TaskAwaiter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskAwaiter")
            .field("task", &self.task)
            .field("captures", &self.captures)
            .finish()
    }
}

/// Gives way; from [`YieldAwaitable::get_awaiter`].
///
/// The original: [`YieldAwaitable.YieldAwaiter`](https://learn.microsoft.com/dotnet/api/system.runtime.compilerservices.yieldawaitable.yieldawaiter).
#[derive(Clone, Debug)]
pub struct YieldAwaiter(());

impl YieldAwaitable {
    /// What an await talks to.
    pub fn get_awaiter(self) -> YieldAwaiter {
        YieldAwaiter(())
    }
}

impl NotifyCompletion for YieldAwaiter {
    fn on_completed(&mut self, continuation: Action) {
        if ambient::has_context() || ambient::has_scheduler() {
            Call::new(continuation, Place::current(), true).run(false);
        } else {
            ThreadPool::queue_user_work_item(continuation, false);
        }
    }
}

impl CriticalNotifyCompletion for YieldAwaiter {
    fn unsafe_on_completed(&mut self, continuation: Action) {
        self.on_completed(continuation);
    }
}

impl Awaiter for YieldAwaiter {
    type Output = ();

    /// Never.
    fn is_completed(&self) -> bool {
        false
    }

    fn get_result(&mut self) {}
}
