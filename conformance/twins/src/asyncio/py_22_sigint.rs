//! The first SIGINT cancels the main task, a second one interrupts.

use std::pin::Pin;
use std::process::Command;

use fourfold::Result;
use fourfold::asyncio::{self, current_task, sleep};
use rustix::process::{Signal, getpid, kill_process};

use super::python::{Log, Repr, args, seconds, type_name};

fn interrupt() {
    kill_process(getpid(), Signal::INT).expect("a process may signal itself");
}

async fn once(log: Log) -> Result<&'static str> {
    asyncio::get_running_loop()?.call_soon(interrupt);
    if let Err(e) = sleep(seconds(10.0)).await {
        log.push(format!("cancelled {}", args(&e)));
        sleep(seconds(0.001)).await?;
        log.push("cleaned");
        return Err(e);
    }
    Ok("None")
}

async fn refuses(log: Log) -> Result<&'static str> {
    asyncio::get_running_loop()?.call_soon(interrupt);
    if sleep(seconds(10.0)).await.is_err() {
        log.push("refused");
    }
    Ok("result")
}

async fn uncancels(_log: Log) -> Result<&'static str> {
    asyncio::get_running_loop()?.call_soon(interrupt);
    if let Err(e) = sleep(seconds(10.0)).await {
        current_task().expect("main is a task").uncancel();
        return Err(e);
    }
    Ok("None")
}

async fn twice(log: Log) -> Result<&'static str> {
    let event_loop = asyncio::get_running_loop()?;
    event_loop.call_soon(interrupt);
    if sleep(seconds(10.0)).await.is_err() {
        log.push("first");
        event_loop.call_soon(interrupt);
        let cleaned = sleep(seconds(10.0)).await;
        log.push("second hits the clean-up");
        cleaned?;
    }
    Ok("None")
}

fn attempt(
    name: &str,
    body: impl FnOnce(Log) -> Pin<Box<dyn Future<Output = Result<&'static str>>>>,
) {
    let log = Log::new();
    match asyncio::run(body(log.clone())) {
        Ok(value) => println!("{name} -> {value} {log}"),
        Err(e) => println!("{name} ! {} {log}", type_name(&e)),
    }
}

/// Set for a child of this program that is to interrupt itself after `asyncio::run`.
const AFTERWARDS: &str = "PY_22_SIGINT_AFTERWARDS";

/// Whether a SIGINT, now that no loop runs, ends a process as it does by default. A child shows
/// it, since this process is to live.
fn restored() -> bool {
    use std::os::unix::process::ExitStatusExt;
    let program = std::env::current_exe().expect("a running program has a path");
    let status = Command::new(program)
        .args(["asyncio", "py_22_sigint"])
        .env(AFTERWARDS, "1")
        .status()
        .expect("it starts");
    status.signal() == Some(Signal::INT.as_raw())
}

pub(crate) fn run() {
    if std::env::var_os(AFTERWARDS).is_some() {
        asyncio::run(sleep(seconds(0.0))).expect("nothing fails");
        interrupt();
        std::thread::sleep(seconds(10.0));
        return;
    }
    attempt("once", |log| Box::pin(once(log)));
    attempt("refuses", |log| Box::pin(refuses(log)));
    attempt("uncancels", |log| Box::pin(uncancels(log)));
    attempt("twice", |log| Box::pin(twice(log)));
    println!("handler restored {}", restored().repr());
}
