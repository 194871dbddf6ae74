use fourfold::js::events::{ERROR, once, once_with_signal};
use fourfold::js::{self, AbortController, AbortSignal, Event, EventEmitter, Promise};
use fourfold::{Error, Result};

use super::node::{error, log, name, program, range_error, show_code, value};

const X: Event<&str> = Event::new("x");

fn left(e: &EventEmitter) {
    println!("listeners left: {} {}", e.listener_count(&X), e.listener_count(&ERROR));
}

async fn errors(e: &EventEmitter) -> Result<()> {
    let waiting = once(e, &X);
    let own = e.clone();
    js::next_tick(move || own.emit(&ERROR, range_error("boom")).map(drop));
    if let Err(x) = waiting.await {
        println!("{} {x}", name(&x));
    }
    left(e);
    let waiting = once(e, &ERROR);
    let own = e.clone();
    js::next_tick(move || own.emit(&ERROR, error("awaited")).map(drop));
    println!("awaited error: {}", waiting.await?);
    Ok(())
}

async fn signals(e: &EventEmitter) -> Result<()> {
    if let Err(x) = once_with_signal(e, &X, &AbortSignal::abort()).await {
        let cause = x.cause().map_or(String::new(), Error::to_string);
        println!("aborted already: {} {cause}", show_code(&x));
    }
    let c = AbortController::new();
    let waiting = once_with_signal(e, &X, &c.signal());
    js::next_tick(move || c.abort_with(value("my reason")));
    if let Err(x) = waiting.await {
        let cause = x.cause().map_or(String::new(), Error::to_string);
        println!("aborted later: {} {cause}", show_code(&x));
    }
    left(e);
    let late = AbortController::new();
    let waiting = once_with_signal(e, &X, &late.signal());
    e.emit(&X, "in time")?;
    late.abort();
    println!("{}", waiting.await?);
    Ok(())
}

pub(crate) fn run() {
    program(async {
        const TWO: Event<(i32, i32)> = Event::new("x");
        let e = EventEmitter::new();
        let waiting = once(&e, &TWO);
        let own = e.clone();
        js::queue_microtask(move || {
            println!("emit {}", own.emit(&TWO, (1, 2))?);
            log("emitted, not seen yet")();
            Ok::<_, Error>(())
        });
        let (one, two) = waiting.await?;
        println!("arguments: {one} {two}");
        left(&e);

        errors(&e).await?;

        const A: Event<i32> = Event::new("a");
        const B: Event<i32> = Event::new("b");
        let own = e.clone();
        js::next_tick(move || {
            own.emit(&A, 1)?;
            own.emit(&B, 2).map(drop)
        });
        let both = Promise::all([once(&e, &A), once(&e, &B)]).await?;
        println!("{} {}", both[0], both[1]);

        signals(&e).await
    });
}
