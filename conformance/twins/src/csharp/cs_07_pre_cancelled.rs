use std::sync::Arc;
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{
    CancellationToken, CancellationTokenSource, Task, TaskCompletionSource,
    TaskContinuationOptions, TaskCreationOptions, async_method,
};

use super::pool;
use super::show::{b, ended, thrown};

// A token that is cancelled before the body has begun: the body never runs. Later the token does
// nothing by itself.

fn never() -> Result<()> {
    println!("never");
    Ok(())
}

fn program() -> Result<()> {
    let cancelled = CancellationToken::new(true);
    println!("Run: {}", ended(&Task::run_with(never, cancelled.clone())));
    let body = async {
        println!("never");
        Task::yield_now().await;
        Ok(())
    };
    println!("Run of an async body: {}", ended(&Task::run_with(body, cancelled.clone())));
    println!("Run with a result: {}", ended(&Task::run_with(|| Ok(1), cancelled.clone())));
    let factory = Task::factory().cancellation_token(cancelled.clone());
    println!("StartNew: {}", ended(&factory.start_new(never)));
    let follows = |task: Task, token: CancellationToken| {
        task.continue_with_options(|_| never(), TaskContinuationOptions::NONE, token, None)
    };
    println!("ContinueWith: {}", ended(&follows(Task::completed_task(), cancelled.clone())));
    let cold = Task::new_with(never, cancelled.clone(), TaskCreationOptions::NONE);
    println!("cold: {:?}", cold.status());
    println!("start it: {}", thrown(|| cold.start()));
    println!("run it: {}", thrown(|| cold.run_synchronously()));
    println!(
        "its completion is there at once: {} {}",
        b(cold.is_completed()),
        b(cold.is_canceled())
    );
    println!("Delay: {:?}", Task::delay_with(Duration::MAX, cancelled.clone()).status());

    // Cancelled between the start and the run.
    pool::hold();
    let source = CancellationTokenSource::new();
    let queued = Task::run_with(never, source.token());
    println!("queued: {:?}", queued.status());
    source.cancel()?;
    println!("at once: {:?}", queued.status());
    pool::run_queued();
    println!("after its turn: {}", ended(&queued));

    // Cancelled before the start of a cold one.
    let second = CancellationTokenSource::new();
    let waiting = Task::new_with(never, second.token(), TaskCreationOptions::NONE);
    println!("cold: {:?}", waiting.status());
    second.cancel()?;
    println!("cold, then cancelled: {:?}", waiting.status());

    // Of a continuation before its antecedent has ended.
    let third = CancellationTokenSource::new();
    let gate = TaskCompletionSource::new();
    let continuation = follows(gate.task(), third.token());
    third.cancel()?;
    println!("a continuation, then cancelled: {:?}", continuation.status());
    gate.set_result(())?;
    pool::run_queued();
    println!("after its antecedent: {:?}", continuation.status());

    // Once it runs the token is only a word with the body.
    let fourth = Arc::new(CancellationTokenSource::new());
    let cancels = fourth.clone();
    let body = move || {
        cancels.cancel()?;
        println!("still running");
        Ok(())
    };
    let runs = Task::new_with(body, fourth.token(), TaskCreationOptions::NONE);
    runs.run_synchronously()?;
    println!("cancelled while it ran: {:?}", runs.status());

    // A token has no hold on an asynchronous method it is merely passed to.
    async fn passed(token: CancellationToken) -> Result<String> {
        Task::yield_now().await;
        Ok(format!("cancelled {}, went on", b(token.is_cancellation_requested())))
    }
    let passed = async_method(passed(cancelled));
    pool::run_queued();
    println!("{}", passed.result()?);
    Ok(())
}

pub(crate) fn run() {
    pool::run(|| program().expect("it handles what it raises"));
}
