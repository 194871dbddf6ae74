use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{Pump, Task, TaskCompletionSource, async_method};

use super::show::{of, type_name};

// The trap: a thread that blocks on a method which wants to come back to it. Here it is told of that, at
// once, by a context that says that it has one thread.

async fn comes_back() -> Result<i32> {
    Task::run(|| Ok(())).await?;
    Task::yield_now().await;
    Ok(5)
}

async fn stays_away(before: Task) -> Result<i32> {
    before.configure_await(false).await?;
    Ok(6)
}

async fn mixed(before: Task) -> Result<i32> {
    before.configure_await(false).await?;
    async_method(comes_back()).await
}

/// What it is to block on this task for a moment.
fn blocked(task: &Task<i32>) -> String {
    let waited = task.wait_for(Duration::from_millis(20));
    waited.map_or_else(|error| type_name(&error).into(), |ended| format!("ended {ended}"))
}

async fn in_context() -> Result<()> {
    Task::yield_now().await;
    let task = async_method(comes_back());
    println!("blocked on it: {}, {:?}", blocked(&task), task.status());
    println!("awaited: {}", task.await?);

    let gate = TaskCompletionSource::new();
    let away = async_method(stays_away(gate.task()));
    let setter = Task::run(move || gate.set_result(()));
    println!("blocked on one that stays away: {}", away.result()?);
    setter.await?;

    // One await that captures is enough, wherever it stands; behind one that does not, there is no
    // context any more.
    let gate = TaskCompletionSource::new();
    let left_before = async_method(mixed(gate.task()));
    let setter = Task::run(move || gate.set_result(()));
    println!("blocked on one that left before: {}", left_before.result()?);
    setter.await?;
    let complete = async_method(mixed(Task::completed_task()));
    println!("that had nothing to leave for: {}", blocked(&complete));
    println!("awaited: {}", complete.await?);

    // Handed to the pool it has no context to come back to.
    println!("run on the pool: {}", Task::run(comes_back()).result()?);
    // What is complete does not block.
    println!("complete: {}", async_method(stays_away(Task::completed_task())).result()?);
    Ok(())
}

fn program() -> Result<()> {
    Pump::new().run(in_context())?;
    // Without a context there is no trap.
    println!("without a context: {}", async_method(comes_back()).result()?);
    Ok(())
}

pub(crate) fn run() {
    program().unwrap_or_else(|error| panic!("it handles what it raises, but {}", of(&error)));
}
