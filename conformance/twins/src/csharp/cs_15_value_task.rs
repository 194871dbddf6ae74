use fourfold::csharp::{
    self, Awaiter, CancellationToken, OperationCanceledException, Task, TaskCompletionSource,
    ValueTask, async_method,
};
use fourfold::{Error, Result};

use super::show::{b, end, exception, thrown};

async fn completes() -> Result<i32> {
    Ok(5)
}

/// What an asynchronous method of the original returns as a value task.
fn method(method: impl Future<Output = Result<i32>> + Send + 'static) -> ValueTask<i32> {
    async_method(method).into()
}

fn fails(error: Error) -> ValueTask<i32> {
    method(async move { Err(error) })
}

fn report(what: &str, task: &ValueTask<i32>) {
    println!(
        "{what}: completed {} well {} faulted {} canceled {}",
        b(task.is_completed()),
        b(task.is_completed_successfully()),
        b(task.is_faulted()),
        b(task.is_canceled())
    );
}

async fn many(count: usize) -> Result<()> {
    let mut sum = 0;
    for _ in 0..count {
        sum += completes().await?;
    }
    println!("sum {sum}");
    Ok(())
}

async fn program() -> Result<()> {
    let gate = TaskCompletionSource::new();
    let task = gate.task();
    report("a value", &ValueTask::from_result(5));
    report("an async method that is done", &method(completes()));
    let waits = method(async move { Ok(task.await? + 1) });
    report("one that waits", &waits);
    report("a completed task", &Task::from_result(1).into());
    let failed = || Task::from_exception(exception("a"));
    report("a failed one", &failed().into());
    report("a cancelled one", &Task::from_canceled(CancellationToken::new(true)).into());
    // There is no default: it is the default of the result.
    let default = || ValueTask::from_result(i32::default());
    report("the default", &default());
    println!(
        "the default: {} {}",
        default().result()?,
        b(ValueTask::completed_task().is_completed_successfully())
    );

    // Nothing is allocated where nothing waits.
    many(1).await?;
    many(1000).await?;
    println!("allocates for each: a future is a part of whoever awaits it");

    println!("its value: {} {}", ValueTask::from_result(7).await?, method(completes()).await?);
    println!("an exception: {}", end(&fails(exception("a")).as_task()).await?);
    let canceled = fails(OperationCanceledException::new().into());
    println!("a cancellation: {}", end(&canceled.as_task()).await?);
    println!("Result of a failed one: {}", thrown(|| ValueTask::from(failed()).result()));
    let got = thrown(|| fails(exception("a")).get_awaiter().get_result());
    println!("GetResult of a failed one: {got}");

    // As a task: the one it holds, or a completed one. Kept for use by many.
    let task = Task::from_result(3);
    println!(
        "AsTask: {} {}",
        b(ValueTask::from(task.clone()).as_task() == task),
        b(ValueTask::from_result(4).as_task().is_completed())
    );
    let kept = waits.as_task();
    gate.set_result(41)?;
    println!("kept: {} {}", (&kept).await?, (&kept).await?);
    let mut preserved = ValueTask::from_result(8);
    let second = preserved.preserve();
    println!("preserved: {} {}", preserved.await?, second.await?);

    // Equal if they hold the same.
    println!(
        "equal: {} {} {}",
        b(ValueTask::from_result(1) == ValueTask::from_result(1)),
        b(ValueTask::from_result(1) == ValueTask::from_result(2)),
        b(ValueTask::from(task.clone()) == ValueTask::from(task))
    );
    println!("as text: [{:?}] [{:?}]", ValueTask::from_result(1), ValueTask::from(failed()));
    println!("no task: does not compile");
    Ok(())
}

pub(crate) fn run() {
    csharp::run(program()).expect("it handles what it raises");
}
