//! A coroutine is inert until something drives it; one that is thrown away warns, once.

use std::rc::Rc;

use fourfold::Result;
use fourfold::asyncio::{coroutine, create_task, set_warning_hook};

use super::python::{Log, run_main, turn};

async fn work(log: Log, name: &'static str) -> Result<&'static str> {
    log.push(name);
    Ok(name)
}

async fn main() -> Result<()> {
    let log = Log::new();
    let work = |name| coroutine("work", work(log.clone(), name));

    let c = work("awaited");
    println!("made {log}");
    println!("result {} {log}", c.await?);

    let c = work("task");
    println!("made {log}");
    let t = create_task(c);
    println!("wrapped {log}");
    println!("result {} {log}", t.await?);

    let seen = Log::new();
    let warned = seen.clone();
    let former = set_warning_hook(Some(Rc::new(move |warning| warned.push(warning.to_string()))));
    drop(work("dropped"));
    turn().await?;
    println!("warnings {}", seen.len());
    for warning in seen.items() {
        println!("RuntimeWarning {warning}");
    }

    seen.clear();
    let c = work("closed");
    c.close();
    println!("closed warnings {}", seen.len());
    set_warning_hook(former);

    let c = work("twice");
    println!("{}", c.await?);
    println!("awaiting it twice does not compile");
    println!("{log}");
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
