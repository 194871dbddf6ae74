use std::cell::Cell;
use std::ops::ControlFlow;
use std::rc::Rc;

use fourfold::Result;
use fourfold::js::{self, AbortController, AbortSignal, TimerOptions, for_await, process};

use super::node::{error, name, program, show_code};

async fn late() -> Result<()> {
    let waited = Rc::new(Cell::new(false));
    let mut n = 0;
    let ticks = js::set_interval_promise(10, (), TimerOptions::new());
    for_await(ticks, async |()| {
        n += 1;
        if n == 1 {
            js::set_timeout_promise(150).await?;
            let waits = waited.clone();
            js::set_immediate(move || waits.set(true));
        }
        Ok(if n == 4 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    })
    .await?;
    println!("the next three after a long first one: waited {}", waited.get());
    Ok(())
}

pub(crate) fn run() {
    program(async {
        let mut n = 0;
        for_await(js::set_interval_promise(2, "tick", TimerOptions::new()), async |value| {
            n += 1;
            println!("{value} {n}");
            Ok(if n == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        })
        .await?;
        println!("break ends it");

        late().await?;

        let controller = AbortController::new();
        let signal = TimerOptions::new().signal(&controller.signal());
        let mut n = 0;
        let walked = js::for_each(js::set_interval_promise(2, (), signal), async |()| {
            n += 1;
            if n == 2 {
                controller.abort();
            }
            Ok(())
        });
        match walked.await {
            Ok(()) => println!("never"),
            Err(e) => println!("after {n}: {}", show_code(&e)),
        }
        let aborted = AbortSignal::abort_with(error("my reason"));
        let signal = TimerOptions::new().signal(&aborted);
        let walked = js::for_each(js::set_interval_promise(2, (), signal), async |()| {
            println!("never");
            Ok(())
        });
        if let Err(e) = walked.await {
            let cause = e.cause().expect("the signal's reason");
            println!("aborted already: {}, cause {cause}", name(&e));
        }
        process::on_exit(|code| println!("exit {code}"));
        Ok(())
    });
}
