//! `call_soon`, `call_later`, `call_at` and their handles.

use std::rc::Rc;
use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{self, ContextVar, copy_context};

use super::python::{Log, Repr, run_main, seconds, turn};

static VAR: ContextVar<&str> = ContextVar::with_default("var", || "none");

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = Log::new();
    let done = event_loop.create_future();
    event_loop.call_later(Duration::ZERO, log.append("later0"));
    event_loop.call_soon(log.append("s1"));
    event_loop.call_soon(log.append("s2"));
    turn().await?;
    turn().await?;
    turn().await?;
    println!("{}", log.joined());

    log.clear();
    let now = event_loop.time();
    let setter = done.clone();
    event_loop.call_at(now + seconds(0.012), move || {
        setter.set_result("end").expect("set once");
    });
    event_loop.call_at(now + seconds(0.008), log.append("c"));
    event_loop.call_at(now + seconds(0.004), log.append("b"));
    event_loop.call_later(Duration::ZERO, log.append("a"));
    println!("{} {}", done.await?, log.joined());

    log.clear();
    let mut h = event_loop.call_soon(log.append("never"));
    println!("cancelled {}", h.cancelled().repr());
    h.cancel();
    h.cancel();
    println!("cancelled {}", h.cancelled().repr());
    let mut t = event_loop.call_later(seconds(0.001), log.append("never"));
    let mut keep = event_loop.call_later(seconds(0.002), log.append("kept"));
    t.cancel();
    let when = keep.when();
    let sound = now < when && when < event_loop.time() + seconds(1.0);
    println!("when is a time of the loop's clock {}", sound.repr());
    asyncio::sleep(seconds(0.005)).await?;
    println!("{log} {} {}", t.cancelled().repr(), keep.cancelled().repr());
    keep.cancel();
    println!("cancel after it ran {}", keep.cancelled().repr());

    let survivors: Log<i32> = Log::default();
    let mut handles: Vec<_> =
        (0..200).map(|i| event_loop.call_later(seconds(0.001), survivors.append(i))).collect();
    for h in &mut handles[1..199] {
        h.cancel();
    }
    asyncio::sleep(seconds(0.01)).await?;
    println!("survivors of many {survivors}");

    let context = Rc::new(copy_context());
    drop(context.run(|| VAR.set("given"))?);
    let read = || {
        let log = log.clone();
        move || log.push(VAR.get().expect("it has a default"))
    };
    log.clear();
    event_loop.call_soon_in(context.clone(), read());
    event_loop.call_later_in(context, Duration::ZERO, read());
    event_loop.call_soon(read());
    asyncio::sleep(seconds(0.002)).await?;
    println!("contexts {log}");

    let errors: Log<(String, String)> = Log::default();
    let reported = errors.clone();
    event_loop.set_exception_handler(Some(Rc::new(move |context| {
        let first = context.message.split(' ').next().unwrap_or_default();
        let exception = context.exception.as_ref().map(Repr::repr).unwrap_or_default();
        reported.push((first.to_string(), exception));
    })));
    let zero = std::hint::black_box(0);
    event_loop.call_soon(move || {
        std::hint::black_box(1 / zero);
    });
    event_loop.call_soon(log.append("goes on"));
    turn().await?;
    println!("{errors} {}", log.items().last().expect("not empty"));
    let (t1, t2) = (event_loop.time(), event_loop.time());
    println!("monotonic {}", (t1 <= t2).repr());
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
