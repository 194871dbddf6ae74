use std::ops::ControlFlow;

use fourfold::Result;
use fourfold::js::events::{ERROR, OnOptions, on, on_with_options};
use fourfold::js::{
    self, AbortController, AbortSignal, AsyncIterator, Event, EventEmitter, Promise, for_await,
    for_each,
};

use super::node::{error, program, show_code, value};

const X: Event<i32> = Event::new("x");

async fn kept() -> Result<()> {
    const X: Event<(i32, &str)> = Event::new("x");
    let e = EventEmitter::new();
    let walk = on(&e, &X);
    e.emit(&X, (1, "one"))?;
    e.emit(&X, (2, "two"))?;
    let own = e.clone();
    js::next_tick(move || {
        println!("emits three");
        own.emit(&X, (3, "three")).map(drop)
    });
    for_await(walk, async |(n, name)| {
        println!("{n} {name}");
        Ok(if n == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })
    .await?;
    println!("listeners left: {} {}", e.listener_count(&X), e.listener_count(&ERROR));
    Ok(())
}

async fn ended_by_an_error() -> Result<()> {
    let e = EventEmitter::new();
    let walk = on(&e, &X);
    e.emit(&X, 1)?;
    e.emit(&ERROR, error("boom"))?;
    e.emit(&X, 2)?;
    let walked = for_each(walk, async |n| {
        println!("{n}");
        Ok(())
    });
    if let Err(x) = walked.await {
        println!("ended by {x}");
    }
    println!("listeners left: {}", e.listener_count(&X));
    Ok(())
}

async fn ended_by_a_signal() -> Result<()> {
    let e = EventEmitter::new();
    let c = AbortController::new();
    let walk = on_with_options(&e, &X, OnOptions::new().signal(&c.signal()))?;
    e.emit(&X, 1)?;
    e.emit(&X, 2)?;
    let walked = for_each(walk, async |n| {
        println!("{n}");
        if n == 2 {
            let c = c.clone();
            js::next_tick(move || c.abort_with(value("my reason")));
        }
        Ok(())
    });
    if let Err(x) = walked.await {
        println!("{} {}", show_code(&x), x.cause().expect("the signal's reason"));
    }
    println!("listeners left: {}", e.listener_count(&X));
    let aborted = OnOptions::new().signal(&AbortSignal::abort());
    if let Err(x) = on_with_options(&e, &X, aborted) {
        println!("aborted already: {}", show_code(&x));
    }
    Ok(())
}

pub(crate) fn run() {
    program(async {
        kept().await?;
        ended_by_an_error().await?;
        ended_by_a_signal().await?;

        const END: Event<()> = Event::new("end");
        let e = EventEmitter::new();
        let walk = on_with_options(&e, &X, OnOptions::new().close(&END))?;
        e.emit(&X, 1)?;
        e.emit(&END, ())?;
        for_each(walk, async |n| {
            println!("{n}");
            Ok(())
        })
        .await?;
        println!("closed");

        const TEXT: Event<&str> = Event::new("x");
        let e = EventEmitter::new();
        let walk = on(&e, &TEXT);
        let asked = [walk.next_result(), walk.next_result(), walk.next_result()];
        e.emit(&TEXT, "a")?;
        walk.close_early().await?;
        for r in Promise::all(asked).await? {
            println!("{} {}", r.value().unwrap_or("undefined"), r.done());
        }
        Ok(())
    });
}
