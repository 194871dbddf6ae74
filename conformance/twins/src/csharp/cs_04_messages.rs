use std::panic::{AssertUnwindSafe, catch_unwind};

use fourfold::csharp::{
    AggregateException, CancellationToken, CancellationTokenSource, Channel, SemaphoreSlim, Task,
    TaskCompletionSource,
};
use fourfold::{Error, Result};

use super::show::{exception, type_name};

// The texts of what is raised.

fn text<T>(what: &str, action: impl FnOnce() -> Result<T>) {
    let called = catch_unwind(AssertUnwindSafe(action));
    match called.unwrap_or_else(|payload| Err(Error::from_panic(payload))) {
        Ok(_) => println!("{what}: nothing"),
        Err(error) => println!("{what}: {}: {error}", type_name(&error)),
    }
}

fn aggregates() {
    let inner = || Error::from(AggregateException::new(vec![exception("b")]));
    text("flattened", || -> Result<()> {
        Err(AggregateException::new(vec![exception("a"), inner()]).flatten().into())
    });
    text("an aggregate of an aggregate", || -> Result<()> {
        Err(AggregateException::with_message("outer", vec![inner()]).into())
    });
}

fn starts(open: &Task<i32>) -> Result<()> {
    let started = Task::new(|| Ok(()));
    started.run_synchronously()?;
    text("Start of one that ended", || started.start());
    text("RunSynchronously of one that ended", || started.run_synchronously());
    text("Start of a promise", || open.start());
    text("Start of a continuation", || open.continue_with(|_| Ok(())).start());
    text("RunSynchronously of a promise", || open.run_synchronously());
    text("RunSynchronously of a continuation", || {
        open.continue_with(|_| Ok(())).run_synchronously()
    });
    Ok(())
}

fn program() -> Result<()> {
    let failed = TaskCompletionSource::<i32>::new();
    failed.set_exceptions(vec![exception("a"), exception("b")])?;
    let open = TaskCompletionSource::<i32>::new().task();
    let cancelled = CancellationToken::new(true);
    text("Wait", || failed.task().wait());
    text("GetResult", || failed.task().get_result());
    let canceled = || Task::<()>::from_canceled(cancelled.clone());
    text("Wait, cancelled", || canceled().wait());
    text("GetResult, cancelled", || canceled().get_result());
    text("Wait(token)", || open.wait_with(None, &cancelled));
    text("ThrowIfCancellationRequested", || cancelled.throw_if_cancellation_requested());
    aggregates();
    text("SetResult twice", || failed.set_result(1));
    starts(&open)?;
    println!("Dispose of an open one: there is no Dispose");
    println!("WhenAll with a null: does not compile");
    text("WhenAny of none", || Task::when_any([] as [Task; 0]));
    text("FromCanceled of a token that is not", || {
        Ok(Task::<()>::from_canceled(CancellationToken::none()))
    });
    text("a semaphore that is full", || SemaphoreSlim::with_max(1, 1)?.release());
    let channel = Channel::create_unbounded();
    channel.writer().complete_with(exception("c"))?;
    text("a closed channel", || channel.writer().write_async(1).as_task().get_result());
    text("a closed channel, read", || channel.reader().read_async().as_task().get_result());
    text("a closed channel, closed", || channel.writer().complete());
    let mut source = CancellationTokenSource::new();
    for message in ["1", "2"] {
        source.token().register(move || -> Result<()> { Err(exception(message)) }).forget();
    }
    text("Cancel", || source.cancel());
    source.dispose();
    text("a disposed source", || source.cancel());
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
