//! `wait_for` cancels on timeout, waits until that has landed, and lets a result of that moment
//! win.

use std::future::IntoFuture;
use std::time::Duration;

use fourfold::asyncio::{self, create_task, current_task, sleep, wait_for};
use fourfold::{Error, Result};

use super::python::{KeyError, Log, Repr, ValueError, args, run_main, seconds, turn, type_name};

async fn attempt<A>(what: &str, awaitable: A, limit: Option<Duration>)
where
    A: IntoFuture<Output = Result<&'static str>>,
    A::IntoFuture: 'static,
{
    match wait_for(awaitable, limit).await {
        Ok(value) => println!("{what} -> {value}"),
        Err(e) => {
            let cause = e.cause().map_or("NoneType", type_name);
            println!("{what} ! {} {} cause {cause}", type_name(&e), args(&e));
        }
    }
}

async fn quick() -> Result<&'static str> {
    turn().await?;
    Ok("quick")
}

async fn cleans(log: Log) -> Result<&'static str> {
    if let Err(cancelled) = sleep(seconds(10.0)).await {
        sleep(seconds(0.002)).await?;
        log.push("cleaned");
        return Err(cancelled);
    }
    Ok("None")
}

async fn swallows() -> Result<&'static str> {
    match sleep(seconds(10.0)).await {
        Ok(()) => Ok("None"),
        Err(_) => Ok("result in the last moment"),
    }
}

async fn replaces() -> Result<&'static str> {
    match sleep(seconds(10.0)).await {
        Ok(()) => Ok("None"),
        Err(_) => Err(ValueError::new("instead")),
    }
}

async fn fails() -> Result<&'static str> {
    Err::<_, Error>(KeyError::new("own"))
}

async fn direct(log: Log) -> Result<&'static str> {
    log.push("ran");
    Ok("direct")
}

async fn main() -> Result<()> {
    let log = Log::new();
    let (long, short) = (Some(seconds(10.0)), Some(seconds(0.002)));

    attempt("in time", quick(), long).await;
    attempt("no limit", quick(), None).await;
    attempt("too late", cleans(log.clone()), short).await;
    println!("waited for the cleaning {log}");
    attempt("swallowed", swallows(), short).await;
    attempt("replaced", replaces(), short).await;
    attempt("own failure", fails(), long).await;

    log.clear();
    attempt("zero", direct(log.clone()), Some(Duration::ZERO)).await;
    // A limit cannot be negative here.
    attempt("negative", direct(log.clone()), Some(Duration::ZERO)).await;
    println!("body ran {log}");
    let t = create_task(direct(log.clone()));
    t.clone().await?;
    attempt("zero, done already", t, Some(Duration::ZERO)).await;

    // Cancelled from outside: the inner hears it, no TimeoutError.
    log.clear();
    let w = create_task(wait_for(cleans(log.clone()), seconds(10.0)));
    turn().await?;
    w.cancel_with("outer");
    if let Err(e) = w.await
        && e.is_cancelled()
    {
        println!("outer cancel {} {log}", args(&e));
    }

    // The result is set in the same turn as the outer cancel.
    let f = asyncio::get_running_loop()?.create_future();
    let w = create_task(wait_for(f.clone(), seconds(10.0)));
    turn().await?;
    f.set_result("won")?;
    w.cancel();
    match w.await {
        Ok(value) => println!("result then cancel -> {value}"),
        Err(e) => println!("result then cancel ! {}, future {}", type_name(&e), f.result()?),
    }

    let f = asyncio::get_running_loop()?.create_future();
    attempt("future", f.clone(), short).await;
    let counting = current_task().expect("main is a task").cancelling();
    println!("future cancelled {} counting {counting}", f.cancelled().repr());
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
