use std::sync::LazyLock;

use fourfold::Result;
use fourfold::csharp::{ArgumentException, Task, TaskCompletionSource, async_method};

use super::show::{b, exception, of_some, thrown};
use super::threading::here;

static GATE: LazyLock<TaskCompletionSource<i32>> = LazyLock::new(TaskCompletionSource::new);

async fn body() -> Result<i32> {
    println!("body 1");
    Task::completed_task().await?;
    println!("body 2: a completed await goes on inline");
    let seven = Task::from_result(7).await?;
    println!("body 3: {seven}");
    let more = GATE.task().await?;
    println!("body 4: {more}");
    Ok(seven + more)
}

async fn outer() -> Result<i32> {
    println!("outer 1");
    let inner = async_method(body());
    println!("outer 2: inner is completed: {}", b(inner.is_completed()));
    Ok(1 + inner.await?)
}

async fn never() -> Result<i32> {
    println!("runs to its end at once");
    Ok(5)
}

async fn fails(at_once: bool) -> Result<()> {
    if !at_once {
        GATE.task().await?;
    }
    Err(exception("of the body"))
}

/// Checks its argument at the call, the body runs in another method.
fn checks(argument: Option<&str>) -> Result<Task<()>> {
    if argument.is_none() {
        return Err(ArgumentException::default().into());
    }
    Ok(async_method(fails(true)))
}

async fn same_thread() -> Result<bool> {
    let before = here();
    Task::completed_task().await?;
    Ok(before == here())
}

fn program() -> Result<()> {
    let never = async_method(never());
    println!(
        "completed when the call returns: {} {}",
        b(never.is_completed_successfully()),
        never.result()?
    );

    println!("before the call");
    let outer = async_method(outer());
    println!("after the call: {:?}", outer.status());
    GATE.set_result(30)?;
    println!("after the set: {:?} {}", outer.status(), outer.result()?);

    // The call never fails, not even before the first await.
    let failed = async_method(fails(true));
    println!("the call returned: {:?}", failed.status());
    println!("{}", of_some(failed.exception()));
    println!("a checked argument: {}", thrown(|| checks(None)));
    println!("the same with a good one: {:?}", checks(Some(""))?.status());

    let same = async_method(same_thread());
    println!(
        "no await was incomplete: {}, the thread stayed: {}",
        b(same.is_completed()),
        b(same.result()?)
    );
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
