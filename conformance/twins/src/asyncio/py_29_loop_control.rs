//! A loop driven by hand: run, stop, close.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use fourfold::asyncio::{self, Loop, sleep_with};
use fourfold::{Error, Result};

use super::python::{Log, ValueError, text, turn, type_name};

fn attempt(what: &str, outcome: Result<&str>) {
    match outcome {
        Ok(value) => println!("{what} -> {value}"),
        Err(e) => println!("{what} ! {} {}", type_name(&e), text(&e)),
    }
}

/// What the original raises where this dialect takes it for a programming error.
fn refused(call: impl FnOnce()) -> Result<&'static str> {
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = catch_unwind(AssertUnwindSafe(call));
    std::panic::set_hook(hook);
    match outcome {
        Ok(()) => Ok("accepted"),
        Err(payload) => {
            let panic = Error::from_panic(payload);
            Err(Error::msg(panic.message().unwrap_or_default()))
        }
    }
}

async fn inside(event_loop: Loop) -> Result<()> {
    let same = asyncio::get_running_loop()?.same(&event_loop);
    println!("running {} {}", python_bool(event_loop.is_running()), python_bool(same));
    attempt("run inside", event_loop.run_until_complete(event_loop.create_future()));
    attempt("close inside", event_loop.close().map(|()| "None"));
    let other = Loop::new()?;
    attempt("another loop inside", other.run_until_complete(other.create_future()));
    other.close()
}

fn python_bool(value: bool) -> String {
    super::python::Repr::repr(&value)
}

async fn long(log: Log<i32>) -> Result<&'static str> {
    for i in 0..3 {
        log.push(i);
        turn().await?;
    }
    Ok("end")
}

fn program() -> Result<()> {
    let log = Log::new();
    let event_loop = Loop::new()?;
    let is_running = || python_bool(event_loop.is_running());
    let is_closed = || python_bool(event_loop.is_closed());
    println!("new {} {}", is_running(), is_closed());
    println!("{}", event_loop.run_until_complete(sleep_with(Duration::ZERO, "value"))?);

    // stop() lets the current turn finish; what that turn queued waits for the next run.
    let stop = || {
        let event_loop = event_loop.clone();
        move || event_loop.stop()
    };
    event_loop.call_soon(log.append("1"));
    event_loop.call_soon(stop());
    event_loop.call_soon(log.append("2"));
    let (next, append) = (event_loop.clone(), log.append("'next run'"));
    event_loop.call_soon(move || drop(next.call_soon(append)));
    event_loop.run_forever()?;
    println!("stopped [{}]", log.joined());
    event_loop.stop();
    event_loop.run_forever()?;
    println!("stop before run: one turn [{}]", log.joined());

    let fails = async { Err(ValueError::new("failed")) };
    attempt("failure", event_loop.run_until_complete(fails));
    let f = event_loop.create_future();
    event_loop.call_soon(stop());
    attempt("stopped before completion", event_loop.run_until_complete(f.clone()));
    f.set_result("later")?;
    attempt("run again", event_loop.run_until_complete(f));
    let f = event_loop.create_future();
    let cancelled = f.clone();
    event_loop.call_soon(move || {
        cancelled.cancel();
    });
    attempt("cancelled", event_loop.run_until_complete(f));
    println!("run_until_complete(42) does not compile");

    event_loop.run_until_complete(inside(event_loop.clone()))?;
    attempt("no running loop", asyncio::get_running_loop().map(|_| "a loop"));

    // A task survives between runs.
    let log: Log<i32> = Log::default();
    let t = event_loop.create_task(long(log.clone()));
    event_loop.call_soon(stop());
    event_loop.run_forever()?;
    println!("first run {log}");
    println!("second run {} {log}", event_loop.run_until_complete(t)?);

    event_loop.call_soon(log.append(-1));
    event_loop.close()?;
    event_loop.close()?;
    println!("closed {} {}", is_closed(), is_running());
    attempt("call_soon", refused(|| drop(event_loop.call_soon(|| {}))));
    let later = Duration::from_secs(1);
    attempt("call_later", refused(|| drop(event_loop.call_later(later, || {}))));
    attempt("run_forever", event_loop.run_forever().map(|()| "None"));
    attempt("run_until_complete", event_loop.run_until_complete(turn()).map(|()| "None"));
    event_loop.stop();
    println!("stop on a closed loop -> None");
    println!("pending handle dropped {log}");
    Ok(())
}

pub(crate) fn run() {
    program().expect("nothing fails");
}
