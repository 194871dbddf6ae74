//! `cancel()` asks; the body hears it at its await and decides.

use fourfold::asyncio::{Task, create_task, current_task, sleep};
use fourfold::{Error, Result};

use super::python::{Log, Repr, ValueError, args, run_main, seconds, text, turn, type_name};

async fn outcome(t: &Task<&'static str>) -> String {
    match t.clone().await {
        Ok(value) => format!("result {value}"),
        Err(e) if e.is_cancelled() => format!("Cancelled {}", args(&e)),
        Err(e) => format!("{} {}", type_name(&e), text(&e)),
    }
}

async fn ask<F>(what: &str, body: impl FnOnce(Log) -> F, message: Option<&str>) -> Result<()>
where
    F: Future<Output = Result<&'static str>> + 'static,
{
    let log = Log::new();
    let t = create_task(body(log.clone()));
    turn().await?;
    let asked = match message {
        Some(message) => t.cancel_with(message),
        None => t.cancel(),
    };
    let (asked, done) = (asked.repr(), t.done().repr());
    log.push(format!("asked {asked} counting {} done {done}", t.cancelling()));
    log.push(outcome(&t).await);
    let (log, cancelled) = (log.joined(), t.cancelled().repr());
    println!("{what}: {log}; cancelled {cancelled} counting {}", t.cancelling());
    Ok(())
}

async fn lets_through(_log: Log) -> Result<&'static str> {
    sleep(seconds(10.0)).await?;
    Ok("None")
}

async fn cleans_up(log: Log) -> Result<&'static str> {
    if let Err(cancelled) = sleep(seconds(10.0)).await {
        log.push("cleaning");
        sleep(seconds(0.001)).await?;
        log.push("clean");
        return Err(cancelled);
    }
    Ok("None")
}

async fn finally_awaits(log: Log) -> Result<&'static str> {
    let slept = sleep(seconds(10.0)).await;
    turn().await?;
    log.push("finally");
    slept?;
    Ok("None")
}

async fn swallows(log: Log) -> Result<&'static str> {
    if sleep(seconds(10.0)).await.is_err() {
        log.push("swallowed");
    }
    sleep(seconds(0.001)).await?;
    Ok("done")
}

async fn uncancels(log: Log) -> Result<&'static str> {
    if sleep(seconds(10.0)).await.is_err() {
        let me = current_task().expect("a task");
        log.push(format!("left {}", me.uncancel()));
        log.push(format!("left {}", me.uncancel()));
    }
    Ok("done")
}

async fn replaces(_log: Log) -> Result<&'static str> {
    match sleep(seconds(10.0)).await {
        Ok(()) => Ok("None"),
        Err(_) => Err(ValueError::new("instead")),
    }
}

async fn raises_itself(_log: Log) -> Result<&'static str> {
    Err(Error::cancelled_with("own"))
}

async fn main() -> Result<()> {
    ask("lets_through", lets_through, None).await?;
    ask("cleans_up", cleans_up, None).await?;
    ask("finally_awaits", finally_awaits, None).await?;
    ask("swallows", swallows, None).await?;
    ask("uncancels", uncancels, None).await?;
    ask("replaces", replaces, None).await?;
    ask("raises_itself", raises_itself, None).await?;
    ask("message", lets_through, Some("because")).await?;
    let t = create_task(lets_through(Log::new()));
    turn().await?;
    t.cancel_with("x");
    println!("{} then {} {}", outcome(&t).await, t.cancel().repr(), t.uncancel());
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
