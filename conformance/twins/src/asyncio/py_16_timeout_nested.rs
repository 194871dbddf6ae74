//! Nested timeouts, and a timeout that meets a cancel from outside.

use std::fmt::Display;
use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{self, Task, Timeout, create_task, current_task, sleep, timeout_at};

use super::python::{Log, Repr, args, run_main, seconds, turn, type_name};

fn counting() -> u32 {
    current_task().expect("a task").cancelling()
}

async fn nested(outer: f64, inner: f64) -> Result<()> {
    let log = Log::new();
    let o = Timeout::after(seconds(outer));
    let i = Timeout::after(seconds(inner));
    let outcome = o
        .run(async |_| match i.run(async |_| sleep(seconds(10.0)).await).await {
            Err(e) if e.is_timed_out() => {
                log.push("inner caught");
                Ok(())
            }
            Err(e) if e.is_cancelled() => {
                log.push("cancelled passes the inner");
                Err(e)
            }
            other => other,
        })
        .await;
    if outcome.is_err_and(|e| e.is_timed_out()) {
        log.push("outer caught");
    }
    let (o, i) = (o.expired().repr(), i.expired().repr());
    println!("{log} outer {o} inner {i} counting {}", counting());
    Ok(())
}

async fn limited(log: Log) -> Result<&'static str> {
    let cm = Timeout::after(seconds(10.0));
    let outcome = cm.run(async |_| sleep(seconds(10.0)).await).await;
    log.push(format!("expired {} counting {}", cm.expired().repr(), counting()));
    outcome.map(|()| "None")
}

async fn outcome<T: Clone + Display + 'static>(t: Task<T>) -> String {
    match t.await {
        Ok(value) => format!("result {value}"),
        Err(e) => format!("{} {}", type_name(&e), args(&e)),
    }
}

async fn both(log: Log, late: bool) -> Result<&'static str> {
    let cm = Timeout::at(Duration::ZERO);
    let outcome = cm
        .run(async |_| {
            let event_loop = asyncio::get_running_loop()?;
            let me = current_task().expect("a task");
            let cancel = move || {
                me.cancel_with("outside");
            };
            if late {
                let again = event_loop.clone();
                event_loop.call_soon(move || drop(again.call_soon(cancel)));
            } else {
                event_loop.call_soon(cancel);
            }
            sleep(seconds(10.0)).await
        })
        .await;
    log.push(format!("expired {} counting {}", cm.expired().repr(), counting()));
    outcome.map(|()| "None")
}

async fn refused() -> Result<String> {
    drop(sleep(seconds(10.0)).await);
    match asyncio::timeout(seconds(0.002), sleep(seconds(10.0))).await {
        Err(e) if e.is_timed_out() => Ok(format!("{} counting {}", type_name(&e), counting())),
        Err(e) => Err(e),
        Ok(()) => Ok("None".into()),
    }
}

async fn main() -> Result<()> {
    nested(10.0, 0.002).await?;
    nested(0.002, 10.0).await?;

    // Both fire in the same turn.
    let log = Log::new();
    let outer = timeout_at(Duration::ZERO, async {
        let inner = timeout_at(Duration::ZERO, sleep(seconds(10.0))).await;
        match &inner {
            Err(e) if e.is_timed_out() => log.push("inner"),
            Err(_) => log.push("passes the inner"),
            Ok(()) => {}
        }
        inner
    });
    if let Err(e) = outer.await
        && e.is_timed_out()
    {
        log.push(format!("outer {}", e.cause().map_or("NoneType", type_name)));
    }
    println!("together {log} counting {}", counting());

    let log = Log::new();
    let t = create_task(limited(log.clone()));
    turn().await?;
    t.cancel_with("outside");
    println!("outside {} {log}", outcome(t).await);

    // The deadline passes and an outside cancel arrives before, or only after, the body is resumed.
    for late in [false, true] {
        let log = Log::new();
        let t = create_task(both(log.clone(), late));
        let what = if late { "both, outside late" } else { "both" };
        println!("{what} {} {log}", outcome(t).await);
    }

    // A task that was asked to cancel earlier and refused keeps its count through a timeout.
    let t = create_task(refused());
    turn().await?;
    t.cancel();
    println!("count kept {}", outcome(t).await);
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
