//! A task cancelled before its first step never runs its body.

use fourfold::Result;
use fourfold::asyncio::{create_task, current_task, sleep};

use super::python::{Log, Repr, args, run_main, seconds, turn};

async fn body(log: Log) -> Result<()> {
    log.push("ran");
    let slept = sleep(seconds(10.0)).await;
    if let Err(e) = &slept {
        let counting = current_task().expect("a task").cancelling();
        log.push(format!("heard {} counting {counting}", args(e)));
    }
    slept
}

async fn main() -> Result<()> {
    let log = Log::new();

    let t = create_task(body(log.clone()));
    let cancel = t.cancel_with("early").repr();
    println!("cancel {cancel} counting {} done {}", t.cancelling(), t.done().repr());
    if let Err(e) = t.clone().await {
        let cancelled = t.cancelled().repr();
        println!("Cancelled {} {log} {cancelled} {}", args(&e), t.cancelling());
    }
    println!("cancel when done {} {}", t.cancel().repr(), t.cancelling());

    let t = create_task(body(log.clone()));
    let (one, two) = (t.cancel_with("one").repr(), t.cancel_with("two").repr());
    println!("twice {one} {two} counting {}", t.cancelling());
    if let Err(e) = t.clone().await {
        println!("Cancelled {} {log} {}", args(&e), t.cancelled().repr());
    }

    let t = create_task(body(log.clone()));
    t.cancel();
    println!("uncancel before the step {}", t.uncancel());
    turn().await?;
    println!("state {} {log}", t.done().repr());
    if !t.done() {
        t.cancel();
    }
    if t.await.is_err() {
        println!("Cancelled {log}");
    }

    log.clear();
    let t = create_task(body(log.clone()));
    turn().await?;
    let (one, two) = (t.cancel_with("one").repr(), t.cancel_with("two").repr());
    println!("started, twice {one} {two} counting {}", t.cancelling());
    if let Err(e) = t.await {
        println!("Cancelled {} {log}", args(&e));
    }

    let calls: Log<bool> = Log::default();
    let t = create_task(body(log.clone()));
    let called = calls.clone();
    t.add_done_callback(move |t| called.push(t.cancelled()));
    t.cancel();
    turn().await?;
    println!("callback after the step {calls}");
    turn().await?;
    println!("callback a turn later {calls}");
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
