//! A first survey; the programs named after the rows look closer.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use fourfold::Result;
use fourfold::csharp::{
    self, AsyncEnumerable, AsyncEnumerator, CancellationToken, Task, TaskCompletionSource,
    ValueTask, async_iterator, async_method, async_void, await_foreach, on_unhandled_exception,
};

use super::show::{b, exception};
use super::threading::here;

static INSIDE_SET: AtomicBool = AtomicBool::new(false);

async fn awaiters(n: usize) -> Result<()> {
    let source = TaskCompletionSource::<()>::new();
    let me = here();
    let tasks: Vec<_> = (0..n)
        .map(|_| {
            let task = source.task();
            async_method(async move {
                task.await?;
                Ok(b(here() == me && INSIDE_SET.load(Ordering::SeqCst)))
            })
        })
        .collect();
    INSIDE_SET.store(true, Ordering::SeqCst);
    source.set_result(())?;
    INSIDE_SET.store(false, Ordering::SeqCst);
    println!("{n} awaiters inline={}", Task::when_all(tasks).await?.join(","));
    Ok(())
}

async fn fails() -> Result<()> {
    Task::yield_now().await;
    Err(exception("async void"))
}

async fn program() -> Result<()> {
    for n in 1..=4 {
        awaiters(n).await?;
    }
    let done = ValueTask::from_task(Task::from_result(1));
    println!("vt {}", b(done.is_completed_successfully()));

    let numbers = async_iterator(|yielder, _| async move {
        let yields = async {
            yielder.yield_return(1).await?;
            Task::yield_now().await;
            yielder.yield_return(2).await
        };
        let yielded = yields.await;
        println!("finally on DisposeAsync");
        yielded
    });
    let mut walk = numbers.get_async_enumerator(CancellationToken::none());
    println!("{}", b(walk.move_next_async().await?));
    walk.dispose_async().await?;
    let cancellable = async_iterator(|yielder, token: CancellationToken| async move {
        Task::yield_now().await;
        token.throw_if_cancellation_requested()?;
        yielder.yield_return(1).await
    });
    let cancelled = cancellable.with_cancellation(CancellationToken::new(true));
    let walked = await_foreach!(_ in cancelled => {});
    if walked.is_err_and(|error| error.is_cancelled()) {
        println!("WithCancellation -> OCE");
    }
    on_unhandled_exception(|error| {
        println!("UnhandledException {error}");
        process::exit(3);
    });
    async_void(fails());
    let never = Arc::new(TaskCompletionSource::new());
    never.task().await
}

pub(crate) fn run() {
    csharp::run(program()).expect("the process ends otherwise");
}
