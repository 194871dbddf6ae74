//! Another thread hands a coroutine to the loop and waits for its outcome.

use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use fourfold::asyncio::{
    self, ConcurrentFuture, Remote, run_coroutine_threadsafe, sleep, wrap_future,
};
use fourfold::{Error, Result};

use super::python::{Repr, ValueError, run_main, seconds, text, turn, type_name};

/// A log of several threads.
type Log = Arc<Mutex<Vec<String>>>;

fn push(log: &Log, line: impl Into<String>) {
    log.lock().expect("nobody panics with it").push(line.into());
}

async fn add(a: i32, b: i32) -> Result<i32> {
    turn().await?;
    Ok(a + b)
}

async fn fails() -> Result<()> {
    Err(ValueError::new("on the loop"))
}

async fn sleeps(log: Log, started: mpsc::Sender<()>) -> Result<()> {
    started.send(()).expect("the other thread waits for it");
    let slept = sleep(seconds(10.0)).await;
    if slept.as_ref().is_err_and(|e| e.is_cancelled()) {
        push(&log, "coroutine cancelled");
    }
    slept
}

async fn cancels_itself() -> Result<()> {
    Err(Error::cancelled())
}

fn other_thread(event_loop: &Remote, log: &Log) -> Result<()> {
    let patience = Some(Duration::from_secs(10));
    let f = run_coroutine_threadsafe(|| add(1, 2), event_loop)?;
    push(log, format!("result {} concurrent", f.result(patience)?));
    if let Err(e) = run_coroutine_threadsafe(fails, event_loop)?.result(patience) {
        push(log, format!("{} {}", type_name(&e), text(&e)));
    }
    let (starting, started) = mpsc::channel();
    let coroutine_log = log.clone();
    let f = run_coroutine_threadsafe(move || sleeps(coroutine_log, starting), event_loop)?;
    started.recv()?;
    if f.result(Some(Duration::ZERO)).is_err_and(|e| e.is_timed_out()) {
        push(log, format!("timeout leaves it running {}", f.done().repr()));
    }
    {
        // The coroutine writes as soon as it is cancelled. Python's threads change places too
        // seldom for it to come first; here it is kept waiting.
        let mut log = log.lock().expect("nobody panics with it");
        log.push(format!("cancel {}", f.cancel().repr()));
    }
    run_coroutine_threadsafe(turn, event_loop)?.result(patience)?;
    run_coroutine_threadsafe(turn, event_loop)?.result(patience)?;
    push(log, format!("cancelled {}", f.cancelled().repr()));
    let f = run_coroutine_threadsafe(cancels_itself, event_loop)?;
    if let Err(e) = f.result(patience)
        && e.is_cancelled()
    {
        push(log, format!("{} crosses", type_name(&e)));
    }
    push(log, "run_coroutine_threadsafe(42) does not compile");
    Ok(())
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = Log::default();
    let (remote, thread_log) = (event_loop.remote(), log.clone());
    event_loop.run_in_executor(None, move || other_thread(&remote, &thread_log))?.await?;
    for line in log.lock().expect("nobody panics with it").iter() {
        println!("{line}");
    }
    // A concurrent future can be awaited through wrap_future.
    let c: ConcurrentFuture<&str> = ConcurrentFuture::new();
    let w = wrap_future(&c);
    let setter = c.clone();
    thread::spawn(move || setter.set_result("wrapped"));
    println!("{}", w.await?);
    let c: ConcurrentFuture<&str> = ConcurrentFuture::new();
    let w = wrap_future(&c);
    w.cancel();
    turn().await?;
    println!("cancel goes back {}", c.cancelled().repr());
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
