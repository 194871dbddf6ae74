use fourfold::js::{self, AbortController, AbortSignal, Promise, TimerOptions, async_fn};
use fourfold::{Error, Result};

use super::node::{error, name as name_of, program, value};

async fn steps(name: &str, signal: &AbortSignal) -> Result<()> {
    for i in 1.. {
        println!("{name} step {i}");
        let ms = if i == 2 { 1_000_000 } else { 1 };
        let options = TimerOptions::new().signal(signal);
        js::set_timeout_promise_with_options(ms, (), options).await?;
    }
    Ok(())
}

fn worker(name: &'static str, signal: AbortSignal) -> Promise<String> {
    async_fn(async move {
        let ended = match steps(name, &signal).await {
            Ok(()) => Ok(String::new()),
            Err(e) => {
                let cause = e.cause().map_or(String::new(), Error::to_string);
                println!("{name} stopped by {} because of {cause}", name_of(&e));
                js::set_timeout_promise(1).await?;
                println!("{name} has cleaned up");
                Ok(format!("{name} ended"))
            }
        };
        println!("{name} finally");
        ended
    })
}

fn aborted(signal: &AbortSignal) -> Promise<()> {
    let (promise, settle) = Promise::with_resolvers();
    match signal.reason() {
        Some(reason) => settle.reject(reason),
        None => {
            signal.add_event_listener(move |reason: &Error| settle.reject(reason.clone()));
        }
    }
    promise
}

pub(crate) fn run() {
    program(async {
        let c = AbortController::new();
        let a = worker("a", c.signal());
        js::set_timeout_promise(20).await?;
        let b = worker("b", c.signal());
        js::set_timeout_promise(20).await?;
        println!("abort");
        c.abort_with(value("enough"));
        println!("{}", Promise::all([a, b]).await?.join(", "));

        let d = AbortController::new();
        let aborts = d.clone();
        js::set_timeout(move || aborts.abort_with(error("too slow")), 5);
        let never = Promise::<()>::with_resolvers().0;
        if let Err(e) = Promise::race([never, aborted(&d.signal())]).await {
            println!("{e}");
        }
        if let Err(e) = aborted(&d.signal()).await {
            println!("at once: {e}");
        }
        Ok(())
    });
}
