//! Only a pending leaf hands the loop its turn; awaiting a coroutine or a finished future does
//! not.

use std::pin::Pin;

use fourfold::Result;
use fourfold::asyncio::{self, Loop, create_task, gather};

use super::python::{Log, run_main, turn};

async fn leaf(log: Log) -> Result<i32> {
    log.push("leaf");
    Ok(1)
}

fn nested(log: Log, depth: u32) -> Pin<Box<dyn Future<Output = Result<i32>>>> {
    Box::pin(async move {
        if depth == 0 {
            return leaf(log).await;
        }
        nested(log, depth - 1).await
    })
}

async fn yields(log: Log, name: &'static str, n: u32) -> Result<()> {
    for i in 0..n {
        log.push(format!("{name}{i}"));
        turn().await?;
    }
    log.push(format!("{name} end"));
    Ok(())
}

fn tick(event_loop: Loop, log: Log, n: u32) -> Box<dyn FnOnce()> {
    Box::new(move || {
        log.push(format!("turn{n}"));
        if n < 4 {
            event_loop.call_soon(tick(event_loop.clone(), log, n + 1));
        }
    })
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;

    let log = Log::new();
    event_loop.call_soon(log.append("turn"));
    leaf(log.clone()).await?;
    nested(log.clone(), 5).await?;
    log.push("direct");
    turn().await?;
    log.push("after sleep(0)");
    println!("coroutine: {}", log.joined());

    let log = Log::new();
    let done = event_loop.create_future();
    done.set_result(7)?;
    event_loop.call_soon(log.append("turn"));
    log.push(format!("future {}", done.await?));
    turn().await?;
    println!("finished future: {}", log.joined());

    let log = Log::new();
    let task = create_task(leaf(log.clone()));
    event_loop.call_soon(log.append("turn"));
    task.clone().await?;
    log.push("task awaited");
    task.await?;
    log.push("again");
    println!("task: {}", log.joined());

    let log = Log::new();
    let each = [("a", 3), ("b", 2), ("c", 1)];
    gather(each.map(|(name, n)| yields(log.clone(), name, n))).await?;
    println!("bare yields: {}", log.joined());

    let log = Log::new();
    event_loop.call_soon(tick(event_loop.clone(), log.clone(), 1));
    turn().await?;
    log.push("one");
    turn().await?;
    log.push("two");
    // A delay cannot be negative here.
    turn().await?;
    log.push("negative is zero");
    println!("one turn each: {}", log.joined());
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
