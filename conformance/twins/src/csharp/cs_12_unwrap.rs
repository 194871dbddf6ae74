use std::sync::Arc;

use fourfold::csharp::{
    self, CancellationTokenSource, OperationCanceledException, Task, TaskCompletionSource,
    async_method,
};
use fourfold::{Error, Result};

use super::show::{end, exception, of_some};

async fn five() -> Result<i32> {
    Task::yield_now().await;
    Ok(5)
}

async fn fails(error: Error) -> Result<()> {
    Task::yield_now().await;
    Err(error)
}

async fn program() -> Result<()> {
    // run unwraps, start_new does not.
    let run = Task::run(five());
    println!("Run: {}", run.await?);
    let nested = Task::factory().start_new(|| Ok(async_method(five())));
    println!("StartNew: {}", (&nested).await?.await?);
    println!("unwrapped: {}", nested.unwrap().await?);
    let no_method = Task::run(async { Task::from_result(3).await });
    println!("of a method that is not async: {}", no_method.await?);

    println!("Run, a failure: {}", end(&Task::run(fails(exception("a")))).await?);
    let starts = || Task::factory().start_new(|| Ok(async_method(fails(exception("a")))));
    println!("StartNew, a failure: {}", end(&starts()).await?);
    println!("unwrapped: {}", end(&starts().unwrap()).await?);
    let canceled = Task::run(fails(OperationCanceledException::new().into()));
    println!("Run, cancelled inside: {}", end(&canceled).await?);
    let at_once: Task = Task::run(async { Err(exception("at once")) });
    println!("Run, the body throws at once: {}", end(&at_once).await?);
    println!("Run, it returns no task: does not compile");
    println!("Run, it returns no task of int: does not compile");

    // Unwrap by hand.
    let outer = TaskCompletionSource::<Task<i32>>::new();
    let inner = TaskCompletionSource::<i32>::new();
    let proxy = outer.task().unwrap();
    println!("neither: {:?}", proxy.status());
    outer.set_result(inner.task())?;
    println!("the outer: {:?}", proxy.status());
    inner.set_result(9)?;
    println!("both: {:?} {}", proxy.status(), proxy.result()?);

    let outer = TaskCompletionSource::<Task<i32>>::new();
    let proxy = outer.task().unwrap();
    outer.set_exceptions(vec![exception("outer 1"), exception("outer 2")])?;
    println!("the outer fails: {}", of_some(proxy.exception()));
    let outer = TaskCompletionSource::<Task<i32>>::new();
    let inner = TaskCompletionSource::<i32>::new();
    let proxy = outer.task().unwrap();
    inner.set_exceptions(vec![exception("inner 1"), exception("inner 2")])?;
    outer.set_result(inner.task())?;
    println!("the inner fails: {}", of_some(proxy.exception()));
    let outer = TaskCompletionSource::<Task<i32>>::new();
    let proxy = outer.task().unwrap();
    outer.set_canceled()?;
    println!("the outer is cancelled: {}", end(&proxy).await?);
    println!("no inner: does not compile");
    let complete = Task::from_result(Task::from_result(4)).unwrap();
    println!("complete already: {}", complete.result()?);

    // Deeper.
    let three =
        Task::factory().start_new(|| Ok(Task::factory().start_new(|| Ok(async_method(five())))));
    println!("three deep: {}", three.unwrap().unwrap().await?);

    // The token of run only guards the start.
    let source = Arc::new(CancellationTokenSource::new());
    let cancels = source.clone();
    let body = async move {
        cancels.cancel()?;
        Task::yield_now().await;
        Ok("went on")
    };
    println!("{}", Task::run_with(body, source.token()).await?);
    Ok(())
}

pub(crate) fn run() {
    csharp::run(program()).expect("it handles what it raises");
}
