//! A first survey across the rows; the programs named after them look closer.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fourfold::csharp::{
    self, AggregateException, AsyncLocal, CancellationToken, CancellationTokenSource,
    OperationCanceledException, Pump, SemaphoreSlim, Task, TaskCompletionSource,
    TaskCreationOptions, async_method, current_synchronization_context,
    on_unobserved_task_exception,
};
use fourfold::{Error, Result};

use super::show::{b, exception, type_name};
use super::threading::here;

static LOCAL: AsyncLocal<&str> = AsyncLocal::new();

async fn status<T: Clone + Send + Sync + 'static>(task: Task<T>) -> String {
    let _ = (&task).await;
    format!("{:?}", task.status())
}

fn later(milliseconds: u64, value: i32) -> Task<i32> {
    async_method(async move {
        Task::delay(Duration::from_millis(milliseconds)).await?;
        Ok(value)
    })
}

fn canceled_by(token: CancellationToken) -> Error {
    OperationCanceledException::with_token(token).into()
}

async fn statuses() -> Result<()> {
    // When a task counts as cancelled.
    let cancelled = CancellationToken::new(true);
    let fails: Task = Task::run(|| -> Result<()> { Err(OperationCanceledException::new().into()) });
    println!("Run(Action throws OCE) {}", status(fails).await);
    for (what, own) in [("token), token=same", true), ("other), token", false)] {
        let source = CancellationTokenSource::new();
        let token = source.token();
        let body = move || -> Result<()> {
            source.cancel()?;
            Err(canceled_by(if own { source.token() } else { CancellationToken::new(true) }))
        };
        println!("Run(Action throws OCE({what}) {}", status(Task::run_with(body, token)).await);
    }
    let never = || {
        println!("never");
        Ok(())
    };
    let never = Task::run_with(never, cancelled.clone());
    println!("Run already-cancelled token {}", status(never).await);

    // All and any.
    let canceled = || Task::<()>::from_canceled(cancelled.clone());
    let all = Task::when_all([canceled(), Task::from_exception(exception("e"))]);
    println!("WhenAll fault+cancel {}", status(all).await);
    let all = Task::when_all([canceled(), Task::completed_task()]);
    println!("WhenAll cancel only {}", status(all).await);
    let values = Task::when_all([later(30, 1), later(5, 2)]).await?;
    println!(
        "WhenAll() empty completed {} result order {},{}",
        b(Task::when_all([] as [Task; 0]).is_completed()),
        values[0],
        values[1]
    );
    let any = Task::when_any([Task::from_exception(exception("x")), later(5, 1)])?.await?;
    println!("WhenAny never faults: inner={:?}", any.status());
    // Looked at, so that it is none of the unobserved ones below.
    any.exception();
    Ok(())
}

async fn cancellation() -> Result<()> {
    // What is raised where.
    let failed = || Task::<()>::from_exception(exception("w"));
    println!("Wait {}", type_name(&failed().wait().unwrap_err()));
    println!("GetResult {}", type_name(&failed().get_result().unwrap_err()));

    // Cancellation.
    let failing = CancellationTokenSource::new();
    for text in ["1", "2"] {
        failing.token().register(move || -> Result<()> { Err(exception(text)) }).forget();
    }
    let error = failing.cancel().unwrap_err();
    let texts: Vec<_> = error.errors().iter().map(ToString::to_string).collect();
    println!("Cancel agg {}", texts.join(","));
    failing.token().register(|| println!("late registration runs inline")).forget();
    let tokens = [failing.token(), CancellationToken::none()];
    let linked = CancellationTokenSource::create_linked_token_source(tokens);
    println!("linked already {}", b(linked.is_cancellation_requested()));
    let delay = Task::delay_with(Duration::from_secs(1), failing.token());
    println!("Delay {}", type_name(&delay.await.unwrap_err()));
    Ok(())
}

async fn places() -> Result<()> {
    // A context of one thread.
    let seen = Arc::new(Mutex::new(String::new()));
    let sees = seen.clone();
    Pump::new().run(async move {
        let thread = here();
        Task::delay(Duration::from_millis(5)).await?;
        let on_it = b(thread == here());
        Task::delay(Duration::from_millis(5)).configure_await(false).await?;
        let (after, none) = (b(thread == here()), current_synchronization_context().is_none());
        *sees.lock().unwrap() = format!("{on_it} {after} sc={}", b(none));
        Ok(())
    })?;
    println!("SC resume/ConfigureAwait(false): {}", seen.lock().unwrap());

    LOCAL.set_value("p");
    let child = Task::run(|| Ok(format!("{}-child", LOCAL.value().unwrap_or_default())));
    LOCAL.set_value("q");
    println!("AsyncLocal capture {} parent {}", child.await?, LOCAL.value().unwrap_or_default());

    let unobserved = Arc::new(AtomicU32::new(0));
    let counts = unobserved.clone();
    let subscription = on_unobserved_task_exception(move |args| {
        counts.fetch_add(1, Ordering::Relaxed);
        args.set_observed();
    });
    TaskCompletionSource::<()>::new().set_exception(exception("u"))?;
    drop(subscription);
    println!("unobserved events {}", unobserved.load(Ordering::Relaxed));
    Ok(())
}

async fn others() -> Result<()> {
    let semaphore = Arc::new(SemaphoreSlim::new(0)?);
    let order = Arc::new(Mutex::new(Vec::new()));
    let waits: Vec<_> = (0..5)
        .map(|i| {
            let (semaphore, order) = (semaphore.clone(), order.clone());
            async_method(async move {
                semaphore.wait_async().await?;
                order.lock().unwrap().push(i.to_string());
                Ok(())
            })
        })
        .collect();
    for wait in waits {
        semaphore.release()?;
        wait.await?;
    }
    println!("SemaphoreSlim async FIFO {}", order.lock().unwrap().join(","));

    let done = TaskCompletionSource::new();
    println!("double SetResult {} {}", b(done.try_set_result(1)), b(done.try_set_result(2)));
    println!("{}", type_name(&done.set_result(3).unwrap_err()));
    let task = Task::new(|| Ok(()));
    task.start()?;
    println!("double Start {}", type_name(&task.start().unwrap_err()));
    println!("cold {:?}", Task::new(|| Ok(())).status());
    let nested = Task::factory().start_new(|| {
        Ok(async_method(async {
            Task::yield_now().await;
            Ok(1)
        }))
    });
    println!("StartNew nests; Unwrap={}", nested.unwrap().await?);
    let parent = Task::factory().start_new(|| {
        let attached = Task::factory().options(TaskCreationOptions::ATTACHED_TO_PARENT);
        attached.start_new(|| -> Result<()> { Err(exception("child")) });
        Ok(())
    });
    let error = (&parent).await.unwrap_err();
    let inner = AggregateException::of(&error).and_then(AggregateException::inner_exception);
    let all = parent.exception().expect("it failed").flatten();
    println!(
        "attached child -> {} inner {} {}",
        type_name(&error),
        inner.map_or("none", type_name),
        all.inner_exception().expect("it has one")
    );
    Ok(())
}

pub(crate) fn run() {
    let ran = csharp::run(async {
        statuses().await?;
        cancellation().await?;
        places().await?;
        others().await
    });
    ran.expect("it handles what it raises");
}
