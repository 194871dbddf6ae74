//! Cancel against a result of the same turn, double cancels, cancel of oneself, cancel through a
//! chain.

use std::future::Future as StdFuture;
use std::pin::Pin;

use fourfold::Result;
use fourfold::asyncio::{self, Future, Task, create_task, current_task, sleep, sleep_with};

use super::python::{Log, Repr, args, run_main, seconds, turn};

async fn outcome(t: &Task<String>) -> Result<String> {
    match t.clone().await {
        Ok(value) => Ok(format!("result {value}")),
        Err(e) if e.is_cancelled() => Ok(format!("Cancelled {}", args(&e))),
        Err(e) => Err(e),
    }
}

async fn waits(f: Future<i32>) -> Result<String> {
    Ok(f.await?.to_string())
}

async fn stubborn(log: Log) -> Result<String> {
    for i in 0..2 {
        if sleep(seconds(10.0)).await.is_err() {
            let counting = current_task().expect("a task").cancelling();
            log.push(format!("heard {i} counting {counting}"));
        }
    }
    Ok("kept".into())
}

async fn cancels_itself(log: Log, then_await: bool) -> Result<String> {
    current_task().expect("a task").cancel_with("self");
    log.push("still running");
    if then_await {
        turn().await?;
        log.push("unreachable");
    }
    Ok("end".into())
}

fn level(log: Log, n: i32) -> Pin<Box<dyn StdFuture<Output = Result<String>>>> {
    Box::pin(async move {
        let below = async {
            if n == 0 {
                sleep(seconds(10.0)).await?;
            }
            create_task(level(log.clone(), n - 1)).await
        };
        let outcome = below.await;
        if let Err(e) = &outcome
            && e.is_cancelled()
        {
            log.push(format!("level {n} {}", args(e)));
        }
        outcome
    })
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;

    let f = event_loop.create_future();
    let t = create_task(waits(f.clone()));
    turn().await?;
    f.set_result(1)?;
    let cancelled = t.cancel().repr();
    println!("result, then cancel: {cancelled} {} future {}", outcome(&t).await?, f.result()?);

    let f = event_loop.create_future();
    let t = create_task(waits(f.clone()));
    turn().await?;
    t.cancel();
    let at_once = f.cancelled().repr();
    println!("cancel, then result: future cancelled at once {at_once} {}", outcome(&t).await?);

    let log = Log::new();
    let t = create_task(stubborn(log.clone()));
    turn().await?;
    print!("twice at once: {} {} ", t.cancel_with("a").repr(), t.cancel_with("b").repr());
    turn().await?;
    print!("{log} done {} ", t.done().repr());
    t.cancel_with("c");
    println!("{} {log} {}", outcome(&t).await?, t.cancelling());

    log.clear();
    let t = create_task(cancels_itself(log.clone(), true));
    println!("self, await: {} {log}", outcome(&t).await?);
    log.clear();
    let t = create_task(cancels_itself(log.clone(), false));
    let ended = outcome(&t).await?;
    println!("self, no await: {ended} {log} {} {}", t.cancelled().repr(), t.cancelling());

    log.clear();
    let t = create_task(level(log.clone(), 3));
    for _ in 0..5 {
        turn().await?;
    }
    t.cancel_with("down");
    println!("chain: {} {log}", outcome(&t).await?);

    let t = create_task(sleep_with(seconds(0.0), "slept".to_string()));
    turn().await?;
    println!("cancel in a bare yield: {} {}", t.cancel().repr(), outcome(&t).await?);
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
