//! A future is settled once; callbacks are queued, never run inline.

use fourfold::asyncio::{self, Future};
use fourfold::{Error, Result};

use super::python::{KeyError, Log, Repr, ValueError, run_main, text, turn, type_name};

/// Prints what `outcome` shows, or the failure.
fn attempt(what: &str, outcome: Result<impl Repr>) {
    match outcome {
        Ok(value) => println!("{what} -> {}", value.repr()),
        Err(e) => println!("{what} ! {} {}", type_name(&e), text(&e)),
    }
}

/// An exception, which `print` shows as its text.
struct Printed(Option<Error>);

impl Repr for Printed {
    fn repr(&self) -> String {
        self.0.as_ref().map_or("None".into(), text)
    }
}

fn exception(f: &Future<i32>) -> Result<Printed> {
    f.exception().map(Printed)
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let f = event_loop.create_future();
    println!("pending {} {}", f.done().repr(), f.cancelled().repr());
    attempt("result", f.result());
    attempt("exception", exception(&f));
    f.set_result(1)?;
    println!("finished {} {}", f.done().repr(), f.cancelled().repr());
    attempt("result", f.result());
    attempt("exception", exception(&f));
    attempt("set_result", f.set_result(2));
    attempt("set_exception", f.set_exception(ValueError::new("x")));
    attempt("cancel", Ok(f.cancel()));

    let f = event_loop.create_future();
    f.set_exception(ValueError::new("boom"))?;
    attempt("result", f.result());
    attempt("exception", exception(&f));
    attempt("set_result", f.set_result(2));
    attempt("cancel", Ok(f.cancel()));
    let f: Future<i32> = event_loop.create_future();
    // A class cannot be raised here; an exception without a text is what Python makes of it.
    f.set_exception(KeyError::new(""))?;
    match f.exception()? {
        Some(e) => println!("a class is made an instance -> {e}"),
        None => unreachable!("it was set"),
    }
    let f: Future<i32> = event_loop.create_future();
    println!("StopIteration is no error of Rust's");
    f.cancel();

    let f = event_loop.create_future();
    attempt("cancel", Ok(f.cancel_with("why")));
    attempt("cancel again", Ok(f.cancel_with("other")));
    println!("cancelled {} {}", f.done().repr(), f.cancelled().repr());
    attempt("result", f.result());
    attempt("exception", exception(&f));
    attempt("set_result", f.set_result(2));

    let log: Log = Log::new();
    let f = event_loop.create_future();
    for name in ["a", "b", "c"] {
        let log = log.clone();
        f.add_done_callback(move |_| log.push(name));
    }
    let again = || {
        let log = log.clone();
        move |_: &Future<()>| log.push("twice")
    };
    f.add_done_callback(again());
    f.add_done_callback(again());
    event_loop.call_soon(log.append("before"));
    f.set_result(())?;
    event_loop.call_soon(log.append("behind"));
    let late = log.clone();
    f.add_done_callback(move |_| late.push("late"));
    println!("inline {log}");
    turn().await?;
    println!("queued {log}");

    // Python removes by the function; here each adding has a key of its own.
    let f = event_loop.create_future();
    let keys = [f.add_done_callback(again()), f.add_done_callback(again())];
    let remove = || keys.iter().filter(|key| f.remove_done_callback(**key)).count();
    println!("removed {} {}", remove(), remove());
    log.clear();
    f.set_result(())?;
    turn().await?;
    println!("left {log}");

    log.clear();
    let f: Future<()> = event_loop.create_future();
    let inner = log.clone();
    f.add_done_callback(move |f| {
        f.add_done_callback(move |_| inner.push("inner"));
    });
    f.set_result(())?;
    turn().await?;
    println!("added by a callback, same turn {log}");
    turn().await?;
    println!("added by a callback, next turn {log}");
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
