//! `timeout()`: what becomes of the Cancelled, the counter, and the deadline.

use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{self, Timeout, current_task, sleep};

use super::python::{Repr, ValueError, args, run_main, seconds, text, turn, type_name};

async fn main() -> Result<()> {
    let me = current_task().expect("main is a task");
    let event_loop = asyncio::get_running_loop()?;
    let (long, short) = (seconds(10.0), seconds(0.002));

    let cm = Timeout::after(short);
    if let Err(e) = cm.run(async |_| sleep(long).await).await
        && e.is_timed_out()
    {
        let cause = e.cause().map_or("NoneType", type_name);
        let (counting, expired) = (me.cancelling(), cm.expired().repr());
        println!("TimeoutError {} {cause} counting {counting} expired {expired}", args(&e));
    }

    let cm = Timeout::after(long);
    cm.run(async |_| turn().await).await?;
    println!("in time {} counting {}", cm.expired().repr(), me.cancelling());

    let none = |when: Option<Duration>| when.map(|when| when.as_millis().to_string()).repr();
    Timeout::after(None)
        .run(async |cm| {
            println!("no limit {}", none(cm.when()));
            cm.reschedule(event_loop.time() + long)?;
            println!("has one {}", cm.when().is_some_and(|when| when > event_loop.time()).repr());
            cm.reschedule(None)?;
            println!("has none {}", none(cm.when()));
            Ok(())
        })
        .await?;

    let cm = Timeout::after(long);
    let outcome = cm.run(async |cm| {
        cm.reschedule(event_loop.time() + short)?;
        sleep(long).await
    });
    if outcome.await.is_err_and(|e| e.is_timed_out()) {
        println!("rescheduled earlier {}", cm.expired().repr());
    }

    let cm = Timeout::after(seconds(0.005));
    cm.run(async |cm| {
        cm.reschedule(event_loop.time() + long)?;
        sleep(seconds(0.01)).await
    })
    .await?;
    println!("rescheduled later {}", cm.expired().repr());

    // A delay cannot be negative here; a moment that has passed can be given.
    for (name, cm) in [(0, Timeout::after(Duration::ZERO)), (-1, Timeout::at(Duration::ZERO))] {
        let outcome = cm.run(async |_| {
            println!("body runs to its first await");
            turn().await?;
            println!("a turn passed");
            sleep(long).await
        });
        if outcome.await.is_err_and(|e| e.is_timed_out()) {
            println!("TimeoutError {name}");
        }
    }

    let cm = Timeout::at(Duration::ZERO);
    match cm.run(async |_| Ok(())).await {
        Ok(()) => println!("no await in the body {}", cm.expired().repr()),
        Err(_) => println!("TimeoutError without await"),
    }

    let outcome = asyncio::timeout(short, async {
        if sleep(long).await.is_err_and(|e| e.is_cancelled()) {
            println!("body swallows, counting {}", me.cancelling());
        }
        Ok(())
    });
    match outcome.await {
        Ok(()) => println!("swallowed: no TimeoutError, counting {}", me.cancelling()),
        Err(_) => println!("swallowed: TimeoutError all the same, counting {}", me.cancelling()),
    }

    let outcome = asyncio::timeout(short, async {
        match sleep(long).await {
            Ok(()) => Ok(()),
            Err(_) => Err(ValueError::new("instead")),
        }
    });
    if let Err(e) = outcome.await {
        println!("{} {} counting {}", type_name(&e), text(&e), me.cancelling());
    }

    let cm = Timeout::after(seconds(1.0));
    cm.run(async |_| Ok(())).await?;
    if let Err(e) = cm.reschedule(seconds(1.0)) {
        println!("reschedule {} {}", type_name(&e), text(&e));
    }
    if let Err(e) = cm.run(async |_| Ok(())).await {
        println!("enter {} {}", type_name(&e), text(&e));
    }
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
