//! What the twins print with, as `csharp/shared/show.cs`.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, PoisonError};

use fourfold::csharp::{
    AggregateException, ArgumentException, ArgumentOutOfRangeException, ChannelClosedException,
    InvalidOperationException, NotSupportedException, ObjectDisposedException,
    OperationCanceledException, SemaphoreFullException, SyncOverAsyncException, Task,
    TimeoutException, async_method,
};
use fourfold::{Error, Result};

/// `new Exception(text)`.
pub(crate) fn exception(text: &str) -> Error {
    Error::msg(text)
}

/// As C# writes a bool.
pub(crate) fn b(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// The name of an exception's type; `Exception` for a text alone.
pub(crate) fn type_name(error: &Error) -> &'static str {
    macro_rules! first_of {
        ($($name:ident)*) => {
            $(if $name::of(error).is_some() {
                return stringify!($name);
            })*
        };
    }
    if OperationCanceledException::of(error).is_some_and(|error| error.is_task_canceled()) {
        return "TaskCanceledException";
    }
    first_of! {
        AggregateException ArgumentException ArgumentOutOfRangeException ChannelClosedException
        InvalidOperationException
        NotSupportedException ObjectDisposedException OperationCanceledException
        SemaphoreFullException SyncOverAsyncException TimeoutException
    }
    if error.is_panic() { "panic" } else { "Exception" }
}

/// The kind of an exception; its message if the program made it, and what it holds.
pub(crate) fn of(error: &Error) -> String {
    let name = type_name(error);
    if let Some(aggregate) = AggregateException::of(error) {
        let inner: Vec<_> = aggregate.inner_exceptions().iter().map(of).collect();
        return format!("{name}[{}]", inner.join(", "));
    }
    match error.cause() {
        _ if matches!(name, "Exception" | "panic") => {
            format!("{name}({})", error.message().map_or_else(|| error.to_string(), Into::into))
        }
        Some(cause) => format!("{name}[{}]", of(cause)),
        None => name.into(),
    }
}

/// The same of what [`Task::exception`] returns.
pub(crate) fn of_some(exception: Option<AggregateException>) -> String {
    exception.map_or_else(|| "none".into(), |exception| of(&exception.into()))
}

/// What `action` throws: the error it returns, or its panic.
pub(crate) fn thrown<T>(action: impl FnOnce() -> Result<T>) -> String {
    let called = catch_unwind(AssertUnwindSafe(action));
    match called.unwrap_or_else(|payload| Err(Error::from_panic(payload))) {
        Ok(_) => "nothing".into(),
        Err(error) => of(&error),
    }
}

/// How a task ended, once it has.
pub(crate) fn end<T: Clone + Send + Sync + 'static>(task: &Task<T>) -> Task<String> {
    let task = task.clone();
    async_method(async move {
        Ok(match task.configure_await(false).await {
            Ok(_) => format!("{:?}", task.status()),
            Err(error) => format!("{:?} {}", task.status(), of(&error)),
        })
    })
}

/// `End(task).Result`.
pub(crate) fn ended<T: Clone + Send + Sync + 'static>(task: &Task<T>) -> String {
    end(task).result().expect("it reports failures, and has none")
}

/// Lines that several tasks write.
pub(crate) struct Log(Mutex<Vec<String>>);

impl Log {
    pub(crate) const fn new() -> Log {
        Log(Mutex::new(Vec::new()))
    }

    pub(crate) fn add(&self, entry: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(entry.into());
    }

    /// All of it, which is forgotten.
    pub(crate) fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
