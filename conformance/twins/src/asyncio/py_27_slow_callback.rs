//! Debug mode reports handles that run too long and misuse from another thread.

use std::rc::Rc;
use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{self, ExceptionContext, Loop, Runner, create_task};

use super::python::{Log, Repr, turn};

fn slow() {
    std::thread::sleep(Duration::from_millis(50));
}

async fn slow_step() -> Result<()> {
    std::thread::sleep(Duration::from_millis(50));
    Ok(())
}

fn show(what: &str, records: &Log) {
    println!("{what} {}", records.len());
    for text in records.items() {
        let kind = text.split(' ').next().unwrap_or_default();
        let here = text.contains("py_27_slow_callback.rs:");
        let took = text.split("took ").nth(1).and_then(|rest| rest.split(' ').next());
        let enough = took.and_then(|took| took.parse::<f64>().ok()).is_some_and(|s| s >= 0.04);
        // A report without an exception is what Python logs as a warning.
        println!(
            "  WARNING {kind} created at this file {} took enough {}",
            here.repr(),
            enough.repr()
        );
    }
    records.clear();
}

async fn main() -> Result<()> {
    let event_loop: Loop = asyncio::get_running_loop()?;
    let records = Log::new();
    let kept = records.clone();
    event_loop.set_exception_handler(Some(Rc::new(move |context: &ExceptionContext| {
        if context.exception.is_none() {
            kept.push(context.message.clone());
        }
    })));
    let threshold = event_loop.slow_callback_duration().as_secs_f64();
    println!("debug {} threshold {threshold}", event_loop.get_debug().repr());
    event_loop.set_slow_callback_duration(Duration::from_millis(40));
    event_loop.call_soon(slow);
    turn().await?;
    turn().await?;
    show("slow callback", &records);
    create_task(slow_step()).await?;
    show("slow task step", &records);
    event_loop.set_slow_callback_duration(Duration::from_secs(10));
    event_loop.call_soon(slow);
    event_loop.call_soon(|| {});
    turn().await?;
    turn().await?;
    show("below the threshold", &records);
    println!("call_soon from another thread: does not compile");
    Ok(())
}

pub(crate) fn run() {
    for debug in [true, false] {
        Runner::new().debug(debug).run(main()).expect("nothing fails");
    }
}
