//! A first survey across the rows.

use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{
    self, ContextVar, Queue, Task, TaskGroup, create_task, current_task, gather, gather_tuple,
    shield, sleep, timeout,
};

use super::python::{Log, Repr, ValueError, run_main, seconds, text, turn, type_name};

static V: ContextVar<i32> = ContextVar::with_default("v", || 0);

fn section(name: &str) {
    println!("## {name}");
}

async fn marks(out: Log, name: &'static str) -> Result<()> {
    out.push(name);
    turn().await?;
    out.push(format!("{name}!"));
    Ok(())
}

async fn bad() -> Result<()> {
    turn().await?;
    Err(ValueError::new("b"))
}

async fn slow(log: Log) -> Result<()> {
    let slept = sleep(seconds(0.02)).await;
    log.push(if slept.is_ok() { "slow done" } else { "slow cancelled" });
    slept
}

async fn swallows() -> Result<&'static str> {
    let me = current_task().expect("a task");
    if sleep(seconds(10.0)).await.is_err() {
        println!("cancelling {}", me.cancelling());
        me.uncancel();
    }
    Ok("swallowed")
}

async fn set_v() -> Result<()> {
    drop(V.set(5));
    Ok(())
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;

    section("call_soon FIFO, call_later same time, done cb via call_soon");
    let out = Log::new();
    event_loop.call_later(Duration::ZERO, out.append("later0"));
    event_loop.call_soon(out.append("s1"));
    event_loop.call_soon(out.append("s2"));
    let f = event_loop.create_future();
    let called = out.clone();
    f.add_done_callback(move |_| called.push("cb"));
    f.set_result(1)?;
    out.push("after-set");
    turn().await?;
    turn().await?;
    turn().await?;
    println!("{out}");

    section("create_task not started; eager");
    let out = Log::new();
    let t = create_task(marks(out.clone(), "lazy"));
    out.push("created");
    t.await?;
    println!("{out}");
    let out = Log::new();
    let t = Task::builder().eager().spawn(marks(out.clone(), "eager"));
    out.push("created");
    t.await?;
    println!("{out}");

    section("await coroutine no yield");
    let out = Log::new();
    event_loop.call_soon(out.append("cs"));
    async { out.push("leaf") }.await;
    out.push("after");
    turn().await?;
    println!("{out}");

    section("cancel before start");
    let t = create_task(async {
        println!("ran");
        Ok(())
    });
    t.cancel();
    if t.await.is_err_and(|e| e.is_cancelled()) {
        println!("cancelled w/o running");
    }

    section("double cancel/ cancelling counter");
    let t = create_task(swallows());
    turn().await?;
    println!("{} {}", t.cancel().repr(), t.cancel().repr());
    println!("{} {}", t.clone().await?, t.cancelled().repr());

    section("gather first exc; others continue");
    let log = Log::new();
    if let Err(e) = gather_tuple((bad(), slow(log.clone()))).await {
        println!("gather raised {}", text(&e));
    }
    sleep(seconds(0.03)).await?;
    println!("{log}");
    log.clear();
    let g = gather([slow(log.clone()), slow(log.clone())]);
    turn().await?;
    g.cancel();
    if g.await.is_err_and(|e| e.is_cancelled()) {
        println!("gather cancel propagates {log}");
    }

    section("TaskGroup");
    log.clear();
    let group = TaskGroup::run(async |group| {
        group.create_task(bad())?;
        group.create_task(slow(log.clone()))?;
        Ok(())
    });
    if let Err(e) = group.await {
        let errors: Vec<String> = e.errors().iter().map(Repr::repr).collect();
        println!("EG ({},) {log}", errors.join(", "));
    }

    section("shield");
    log.clear();
    let inner = create_task(slow(log.clone()));
    let outer = shield(inner.clone());
    turn().await?;
    outer.cancel();
    if outer.await.is_err_and(|e| e.is_cancelled()) {
        println!("outer cancelled, inner {}", inner.done().repr());
    }
    inner.await?;
    println!("{log}");

    section("timeout");
    if let Err(e) = timeout(seconds(0.01), sleep(seconds(1.0))).await {
        let cause = e.cause().map_or("NoneType", type_name);
        let counting = current_task().expect("main is a task").cancelling();
        println!("{} cause {cause} cancelling {counting}", type_name(&e));
    }

    section("contextvar");
    create_task(set_v()).await?;
    println!("task {}", V.get()?);
    set_v().await?;
    println!("await {}", V.get()?);

    section("queue shutdown");
    let q = Queue::new(0);
    q.put_nowait(1)?;
    q.shutdown(false);
    println!("{}", q.get().await?);
    if let Err(e) = q.get().await {
        println!("{}", type_name(&e));
    }
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
