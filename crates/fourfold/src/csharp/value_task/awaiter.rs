//! The awaiter of a value task.

use std::fmt;

use super::super::cell::Place;
use super::super::continuation::{Call, Continuation};
use super::super::state_machine::{Action, Awaiter, CriticalNotifyCompletion, NotifyCompletion};
use super::{Held, ValueTask, ValueTaskSourceOnCompletedFlags};
use crate::Result;

/// Awaits a [`ValueTask`]; from [`ValueTask::get_awaiter`].
///
/// The original: [`ValueTaskAwaiter<TResult>`](https://learn.microsoft.com/dotnet/api/system.runtime.compilerservices.valuetaskawaiter-1).
pub struct ValueTaskAwaiter<T: Send + 'static = ()> {
    task: ValueTask<T>,
}

impl<T: Send + 'static> ValueTask<T> {
    /// What an await talks to.
    pub fn get_awaiter(self) -> ValueTaskAwaiter<T> {
        ValueTaskAwaiter { task: self }
    }
}

impl<T: Send + 'static> ValueTaskAwaiter<T> {
    fn add(&self, continuation: Action, flows: bool) {
        let call = |action| Call::new(action, Place::current(), flows);
        match &self.task.held {
            Held::Task(of) => {
                let listener = Continuation::Call(Box::new(call(continuation)));
                if let Err(listener) = of.cell.listen(listener) {
                    listener.tell(false);
                }
            }
            Held::Source(of) => {
                let mut flags = ValueTaskSourceOnCompletedFlags::USE_SCHEDULING_CONTEXT;
                if flows {
                    flags = flags | ValueTaskSourceOnCompletedFlags::FLOW_EXECUTION_CONTEXT;
                }
                let added = of.source.on_completed(continuation, of.token, flags);
                assert!(added.is_ok(), "the source refuses: {added:?}");
            }
            _ => call(continuation).run(false),
        }
    }
}

impl<T: Send + 'static> NotifyCompletion for ValueTaskAwaiter<T> {
    /// # Panics
    ///
    /// Where the source refuses: it was reset, or somebody waits already.
    fn on_completed(&mut self, continuation: Action) {
        self.add(continuation, true);
    }
}

impl<T: Send + 'static> CriticalNotifyCompletion for ValueTaskAwaiter<T> {
    fn unsafe_on_completed(&mut self, continuation: Action) {
        self.add(continuation, false);
    }
}

impl<T: Clone + Send + Sync + 'static> Awaiter for ValueTaskAwaiter<T> {
    type Output = Result<T>;

    fn is_completed(&self) -> bool {
        self.task.is_completed()
    }

    /// As [`ValueTask::result`].
    ///
    /// # Panics
    ///
    /// The second time.
    #[track_caller]
    fn get_result(&mut self) -> Result<T> {
        ValueTask { held: std::mem::replace(&mut self.task.held, Held::Nothing) }.result()
    }
}

impl<T: Send + 'static> fmt::Debug for ValueTaskAwaiter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ValueTaskAwaiter").field(&self.task).finish()
    }
}
