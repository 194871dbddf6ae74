//! The loop closes generators that were left unfinished.

use std::cell::RefCell;
use std::rc::Rc;

use fourfold::Result;
use fourfold::asyncio::{self, AsyncGenerator, async_generator};
use fourfold::generator::Yielder;

use super::python::{Log, Repr, ValueError, run_main, turn, type_name};

fn source(log: &Log, name: &'static str, fail: bool) -> AsyncGenerator<i32> {
    let log = log.clone();
    async_generator(async move |y: Yielder<i32>| {
        let body = async {
            y.yield_(1).await?;
            y.yield_(2).await.map(drop)
        };
        let outcome = body.await;
        turn().await?;
        log.push(format!("{name} closed"));
        if fail {
            return Err(ValueError::new(name));
        }
        outcome
    })
}

/// Generators that live longer than main.
type Kept = Rc<RefCell<Vec<AsyncGenerator<i32>>>>;

async fn main(log: Log, keep: Kept) -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let kept = source(&log, "kept", false);
    kept.anext().await?;
    let failing = source(&log, "failing", true);
    failing.anext().await?;
    let finished = source(&log, "finished", false);
    let mut seen = Vec::new();
    while let Some(x) = finished.next().await? {
        seen.push(x);
    }
    println!("{} {log}", seen.repr());
    keep.borrow_mut().extend([kept, failing, finished]);
    let _never = source(&log, "never started", false);

    // Dropped while the loop runs: closed by a task of its own.
    let g = source(&log, "dropped", false);
    g.anext().await?;
    drop(g);
    println!("dropped, at once {log}");
    for _ in 0..3 {
        turn().await?;
    }
    println!("dropped, soon {log}");
    let reported = log.clone();
    event_loop.set_exception_handler(Some(Rc::new(move |context| {
        let exception = context.exception.as_ref().map_or("None".into(), Repr::repr);
        reported.push(format!("report {exception}"));
    })));
    log.push("main ends");
    Ok(())
}

async fn by_hand(log: Log) -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let g = source(&log, "hand", false);
    g.anext().await?;
    log.clear();
    event_loop.shutdown_asyncgens().await?;
    println!("by hand {log}");
    match g.anext().await {
        Ok(value) => println!("{value}"),
        Err(e) => println!("{}", type_name(&e)),
    }
    Ok(())
}

fn sorted(items: &[String]) -> String {
    let mut items = items.to_vec();
    items.sort();
    items.repr()
}

pub(crate) fn run() {
    let (log, keep) = (Log::new(), Kept::default());
    run_main(main(log.clone(), keep.clone()));
    let items = log.items();
    let (while_main_ran, afterwards) = items.split_at(items.len().min(3));
    println!("{} {}", sorted(while_main_ran), sorted(afterwards));
    run_main(by_hand(log));
}
