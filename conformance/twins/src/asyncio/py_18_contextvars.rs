//! Who shares a context and who gets a copy.

use std::rc::Rc;

use fourfold::Result;
use fourfold::asyncio::{
    self, ContextVar, Task, copy_context, create_task, gather, timeout, wait_for,
};

use super::python::{Log, Repr, run_main, seconds, turn};

static VAR: ContextVar<&str> = ContextVar::with_default("var", || "default");
static EMPTY: ContextVar<&str> = ContextVar::new("empty");

fn var() -> &'static str {
    VAR.get().expect("it has a default")
}

fn set(value: &'static str) {
    drop(VAR.set(value));
}

async fn sets(value: &'static str) -> Result<(&'static str, &'static str)> {
    let before = var();
    set(value);
    turn().await?;
    Ok((before, var()))
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    set("main");
    println!("task {} outside {}", create_task(sets("task")).await?.repr(), var());
    println!("await {} outside {}", sets("direct").await?.repr(), var());

    set("at creation");
    let t = create_task(sets("x"));
    set("after creation");
    println!("copied at creation {} {}", t.await?.repr(), var());

    let log = Log::new();
    let read = || {
        let log = log.clone();
        move || log.push(var())
    };
    event_loop.call_soon(read());
    set("after call_soon");
    turn().await?;
    println!("call_soon copies {log} {}", var());

    log.clear();
    let reads = read();
    event_loop.call_soon(move || {
        set("callback");
        reads();
    });
    turn().await?;
    println!("a callback's change stays inside {log} {}", var());

    let f = event_loop.create_future();
    let reads = read();
    f.add_done_callback(move |_| reads());
    set("before set_result");
    log.clear();
    f.set_result(())?;
    turn().await?;
    println!("done callback has the context of its adding {log}");

    let context = Rc::new(copy_context());
    context.run(|| set("shared"))?;
    let a = Task::builder().context(context.clone()).spawn(sets("one"));
    let b = Task::builder().context(context.clone()).spawn(sets("two"));
    let (a, b) = (a.await?.repr(), b.await?.repr());
    let kept = context.get(&VAR).expect("it was set");
    println!("given context is not copied {a} {b} {kept} {}", var());

    set("base");
    let rs = gather([sets("g1"), sets("g2")]).await?;
    println!("gather {} {}", rs.repr(), var());
    println!("wait_for {} {}", wait_for(sets("w"), seconds(10.0)).await?.repr(), var());
    timeout(seconds(10.0), sets("timeout body")).await?;
    println!("timeout body {}", var());

    let token = VAR.set("temporary");
    VAR.reset(token)?;
    println!("reset {}", var());
    println!("reset twice does not compile");
    let token = VAR.set("mine");
    let foreign = create_task(async move {
        match VAR.reset(token) {
            Ok(()) => Ok("None"),
            Err(_) => Ok("ValueError"),
        }
    });
    println!("reset in another context {}", foreign.await?);
    if EMPTY.get().is_err() {
        println!("no value LookupError {}", EMPTY.get_or("fallback"));
    }
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
