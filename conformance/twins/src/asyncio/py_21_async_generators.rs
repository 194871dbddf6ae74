//! `asend`, `athrow`, `aclose` and what the body sees.

use fourfold::asyncio::{AsyncGenerator, async_generator, create_task};
use fourfold::generator::{GeneratorExit, Yielder};
use fourfold::{Error, Result};

use super::python::{KeyError, Log, Repr, ValueError, run_main, text, turn, type_name};

type Echo = AsyncGenerator<String, &'static str>;

async fn echoes(y: &Yielder<String, &'static str>, log: &Log) -> Result<()> {
    let mut got = y.yield_("first".into()).await?.unwrap_or("None");
    loop {
        log.push(format!("got {got}"));
        turn().await?;
        got = match y.yield_(format!("echo {got}")).await {
            Ok(sent) => sent.unwrap_or("None"),
            Err(e) if e.is::<ValueError>() => {
                log.push(format!("ValueError {}", text(&e)));
                "after error"
            }
            Err(e) => return Err(e),
        };
    }
}

fn echo(log: &Log) -> Echo {
    let log = log.clone();
    async_generator(async move |y: Yielder<String, &'static str>| {
        let outcome = echoes(&y, &log).await;
        if outcome.as_ref().is_err_and(|e| e.is::<GeneratorExit>()) {
            log.push("GeneratorExit");
        }
        turn().await?;
        log.push("finally");
        outcome
    })
}

fn attempt(what: &str, outcome: Result<impl std::fmt::Display>) {
    match outcome {
        Ok(value) => println!("{what} -> {value}"),
        Err(e) => println!("{what} ! {} {}", type_name(&e), text(&e)),
    }
}

fn none(outcome: Result<()>) -> Result<&'static str> {
    outcome.map(|()| "None")
}

fn numbers() -> AsyncGenerator<i32> {
    async_generator(async |y: Yielder<i32>| {
        for i in 0..3 {
            y.yield_(i).await?;
        }
        Ok(())
    })
}

async fn main() -> Result<()> {
    let log = Log::new();
    let g = echo(&log);
    attempt("asend before the start", g.asend("early").await);
    attempt("anext", g.anext().await);
    attempt("asend", g.asend("a").await);
    attempt("anext sends None", g.anext().await);
    attempt("athrow caught", g.athrow(ValueError("v".into())).await);
    attempt("athrow uncaught", g.athrow(KeyError("k".into())).await);
    attempt("finished", g.anext().await);
    attempt("aclose of a finished one", none(g.aclose().await));
    println!("{log}");

    log.clear();
    let g = echo(&log);
    g.aclose().await?;
    println!("aclose before the start {log}");
    attempt("then", g.anext().await);

    let g = echo(&log);
    g.anext().await?;
    attempt("aclose", none(g.aclose().await));
    attempt("aclose again", none(g.aclose().await));
    println!("{log}");

    let g = async_generator(async |y: Yielder<i32>| match y.yield_(1).await {
        Err(e) if e.is::<GeneratorExit>() => y.yield_(2).await.map(drop),
        other => other.map(drop),
    });
    g.anext().await?;
    attempt("ignores the exit", none(g.aclose().await));

    let mut seen = Vec::new();
    let g = numbers();
    while let Some(x) = g.next().await? {
        seen.push(x);
    }
    let mut squares = Vec::new();
    let g = numbers();
    while let Some(x) = g.next().await? {
        if x != 0 {
            squares.push(x * x);
        }
    }
    println!("{} {}", seen.repr(), squares.repr());
    let next = numbers().next().await?;
    attempt("default", Ok::<_, Error>(next.map_or("d".into(), |x| x.to_string())));
    log.clear();
    let g = echo(&log);
    if let Some(_x) = g.next().await? {
        // As a loop that breaks at once.
    }
    println!("break alone does not close {log}");
    g.aclose().await?;
    println!("aclose {log}");

    // Two steps at once are refused.
    let g = echo(&log);
    g.anext().await?;
    let first = g.clone();
    let a = create_task(async move { first.asend("x").await });
    turn().await?;
    attempt("second step", g.asend("y").await);
    println!("{}", a.await?);
    g.aclose().await
}

pub(crate) fn run() {
    run_main(main());
}
