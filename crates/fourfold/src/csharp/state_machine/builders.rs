//! What makes the task of a machine, and moves the machine on.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::ambient;
use super::super::exceptions::InvalidOperationException;
use super::super::outcome::Outcome;
use super::super::synchronization_context::SynchronizationContext;
use super::super::task::{Task, void_ended};
use super::super::value_task::ValueTask;
use super::machine::Slot;
use super::{AsyncStateMachine, CriticalNotifyCompletion, NotifyCompletion};
use crate::{Error, Result};

macro_rules! awaits {
    () => {
        /// Has `awaiter` move the machine on, with the values that are current here.
        ///
        /// # Panics
        ///
        /// If no machine was started.
        pub fn await_on_completed(&self, awaiter: &mut impl NotifyCompletion) {
            awaiter.on_completed(self.inner.slot.continuation());
        }

        /// As `await_on_completed`, for awaiters that need not care for the values, since the builder does.
        ///
        /// # Panics
        ///
        /// If no machine was started.
        pub fn await_unsafe_on_completed(&self, awaiter: &mut impl CriticalNotifyCompletion) {
            awaiter.unsafe_on_completed(self.inner.slot.continuation());
        }
    };
}

fn completed() -> Error {
    let text = "An attempt was made to transition a task to a final state when it had already \
                completed.";
    InvalidOperationException::new(text).into()
}

/// Makes the task of a machine. Copies are the same builder: the machine has one, and who calls the method
/// another.
///
/// The originals: [`AsyncTaskMethodBuilder<TResult>`](https://learn.microsoft.com/dotnet/api/system.runtime.compilerservices.asynctaskmethodbuilder-1)
/// and `AsyncTaskMethodBuilder`.
pub struct AsyncTaskMethodBuilder<T: Send + Sync + 'static = ()> {
    inner: Arc<OfTask<T>>,
}

struct OfTask<T: Send + Sync + 'static> {
    task: Task<T>,
    slot: Slot,
}

impl<T: Send + Sync + 'static> AsyncTaskMethodBuilder<T> {
    /// One whose task has not ended.
    #[track_caller]
    pub fn create() -> AsyncTaskMethodBuilder<T> {
        let task = Task::new_promise(Location::caller());
        AsyncTaskMethodBuilder { inner: Arc::new(OfTask { task, slot: Slot::default() }) }
    }

    /// Runs the machine here, up to its first await that is not done.
    ///
    /// # Panics
    ///
    /// If it started one before.
    pub fn start(&self, machine: impl AsyncStateMachine) {
        let task = self.task();
        self.inner.slot.start(machine, move |error| drop(task.finish(Outcome::faulted(error))));
    }

    /// The task.
    pub fn task(&self) -> Task<T> {
        self.inner.task.clone()
    }

    fn end(&self, outcome: Outcome<T>) -> Result<()> {
        self.inner.task.finish(outcome).map_err(|refused| {
            refused.observe();
            completed()
        })
    }

    /// Ends the method.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] if it has ended.
    pub fn set_result(&self, value: T) -> Result<()> {
        self.end(Outcome::value(value))
    }

    /// Lets the method fail, or cancels it if `error` is a cancellation.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] if it has ended.
    pub fn set_exception(&self, error: impl Into<Error>) -> Result<()> {
        self.end(Outcome::of_method(Err(error.into())))
    }

    awaits!();
}

impl<T: Send + Sync + 'static> Clone for AsyncTaskMethodBuilder<T> {
    fn clone(&self) -> AsyncTaskMethodBuilder<T> {
        AsyncTaskMethodBuilder { inner: self.inner.clone() }
    }
}

impl<T: Send + Sync + 'static> fmt::Debug for AsyncTaskMethodBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncTaskMethodBuilder").field("task", &self.inner.task).finish()
    }
}

/// As [`AsyncTaskMethodBuilder`], for a [`ValueTask`]: a method that ends before its task is asked for needs
/// none.
///
/// The original: [`AsyncValueTaskMethodBuilder<TResult>`](https://learn.microsoft.com/dotnet/api/system.runtime.compilerservices.asyncvaluetaskmethodbuilder-1).
pub struct AsyncValueTaskMethodBuilder<T: Clone + Send + Sync + 'static = ()> {
    inner: Arc<OfValueTask<T>>,
}

struct OfValueTask<T: Send + Sync + 'static> {
    state: Mutex<State<T>>,
    slot: Slot,
}

enum State<T: Send + Sync + 'static> {
    Runs,
    Ended(Result<T>),
    Task(Task<T>),
}

impl<T: Clone + Send + Sync + 'static> OfValueTask<T> {
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, result: Result<T>) -> Result<()> {
        let mut state = self.lock();
        let task = match &*state {
            State::Runs => {
                *state = State::Ended(result);
                return Ok(());
            }
            State::Ended(_) => return Err(completed()),
            State::Task(task) => task.clone(),
        };
        drop(state);
        task.finish(Outcome::of_method(result)).map_err(|refused| {
            refused.observe();
            completed()
        })
    }
}

impl<T: Clone + Send + Sync + 'static> AsyncValueTaskMethodBuilder<T> {
    /// One of a method that has not ended.
    pub fn create() -> AsyncValueTaskMethodBuilder<T> {
        let inner = OfValueTask { state: Mutex::new(State::Runs), slot: Slot::default() };
        AsyncValueTaskMethodBuilder { inner: Arc::new(inner) }
    }

    /// Runs the machine here, up to its first await that is not done.
    ///
    /// # Panics
    ///
    /// If it started one before.
    pub fn start(&self, machine: impl AsyncStateMachine) {
        let inner = Arc::downgrade(&self.inner);
        let fail = move |error| {
            if let Some(inner) = inner.upgrade() {
                drop(inner.end(Err(error)));
            }
        };
        self.inner.slot.start(machine, fail);
    }

    /// The value task.
    #[track_caller]
    pub fn task(&self) -> ValueTask<T> {
        let mut state = self.inner.lock();
        match &*state {
            State::Ended(Ok(value)) => ValueTask::from_result(value.clone()),
            State::Task(task) => task.clone().into(),
            State::Ended(Err(error)) => {
                let outcome = Outcome::of_method(Err(error.clone()));
                Task::ended(outcome, Location::caller()).into()
            }
            State::Runs => {
                let task = Task::new_promise(Location::caller());
                *state = State::Task(task.clone());
                task.into()
            }
        }
    }

    /// Ends the method.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] if it has ended.
    pub fn set_result(&self, value: T) -> Result<()> {
        self.inner.end(Ok(value))
    }

    /// Lets the method fail, or cancels it if `error` is a cancellation.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] if it has ended.
    pub fn set_exception(&self, error: impl Into<Error>) -> Result<()> {
        self.inner.end(Err(error.into()))
    }

    awaits!();
}

impl<T: Clone + Send + Sync + 'static> Clone for AsyncValueTaskMethodBuilder<T> {
    fn clone(&self) -> AsyncValueTaskMethodBuilder<T> {
        AsyncValueTaskMethodBuilder { inner: self.inner.clone() }
    }
}

impl<T: Clone + Send + Sync + 'static> fmt::Debug for AsyncValueTaskMethodBuilder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncValueTaskMethodBuilder").finish_non_exhaustive()
    }
}

/// For a machine that nobody waits for: it ends, and fails, as [`async_void`](crate::csharp::async_void) does.
///
/// The original: [`AsyncVoidMethodBuilder`](https://learn.microsoft.com/dotnet/api/system.runtime.compilerservices.asyncvoidmethodbuilder).
#[derive(Clone)]
pub struct AsyncVoidMethodBuilder {
    inner: Arc<OfVoid>,
}

struct OfVoid {
    context: Mutex<Option<Option<Arc<dyn SynchronizationContext>>>>,
    slot: Slot,
}

impl OfVoid {
    fn end(&self, failure: Option<Error>) -> Result<()> {
        let context = self.context.lock().unwrap_or_else(PoisonError::into_inner).take();
        void_ended(context.ok_or_else(completed)?, failure);
        Ok(())
    }
}

impl AsyncVoidMethodBuilder {
    /// Tells the synchronization context that is current here that an operation began.
    pub fn create() -> AsyncVoidMethodBuilder {
        let context = ambient::context();
        if let Some(context) = &context {
            context.operation_started();
        }
        let inner = OfVoid { context: Mutex::new(Some(context)), slot: Slot::default() };
        AsyncVoidMethodBuilder { inner: Arc::new(inner) }
    }

    /// Runs the machine here, up to its first await that is not done.
    ///
    /// # Panics
    ///
    /// If it started one before.
    pub fn start(&self, machine: impl AsyncStateMachine) {
        let inner = Arc::downgrade(&self.inner);
        let fail = move |error| {
            if let Some(inner) = inner.upgrade() {
                drop(inner.end(Some(error)));
            }
        };
        self.inner.slot.start(machine, fail);
    }

    /// Ends the method, which the context is told.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] if it has ended.
    pub fn set_result(&self) -> Result<()> {
        self.inner.end(None)
    }

    /// Lets the method fail: the failure is posted to the context, or ends the process.
    ///
    /// # Errors
    ///
    /// [`InvalidOperationException`] if it has ended.
    pub fn set_exception(&self, error: impl Into<Error>) -> Result<()> {
        self.inner.end(Some(error.into()))
    }

    awaits!();
}

impl fmt::Debug for AsyncVoidMethodBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncVoidMethodBuilder").finish_non_exhaustive()
    }
}
