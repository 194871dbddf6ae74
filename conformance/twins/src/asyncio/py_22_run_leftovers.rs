//! What `run` and `Runner` do with what main leaves behind.

use std::cell::RefCell;
use std::rc::Rc;

use fourfold::Result;
use fourfold::asyncio::{
    self, AsyncGenerator, Runner, Task, async_generator, create_task, current_task, sleep,
    sleep_with,
};
use fourfold::generator::Yielder;

use super::python::{
    KeyError, Log, Repr, ValueError, args, run_main, seconds, text, turn, type_name,
};

#[derive(Clone, Copy)]
enum Then {
    Reraise,
    Swallow,
    Fail,
}

async fn leftover(log: Log, name: &'static str, how: Then) -> Result<()> {
    let slept = sleep(seconds(10.0)).await;
    if slept.is_err() {
        turn().await?;
        log.push(format!("{name} cancelled"));
        return match how {
            Then::Reraise => slept,
            Then::Swallow => Ok(()),
            Then::Fail => Err(ValueError::new(name)),
        };
    }
    Ok(())
}

fn generator(log: &Log) -> AsyncGenerator<i32> {
    let log = log.clone();
    async_generator(async move |y: Yielder<i32>| {
        let outcome = y.yield_(1).await;
        log.push("generator closed");
        outcome.map(drop)
    })
}

type Kept = Rc<RefCell<(Vec<Task<()>>, Option<AsyncGenerator<i32>>)>>;

async fn main(log: Log, keep: Kept) -> Result<&'static str> {
    let reported = log.clone();
    let handler = Rc::new(move |context: &asyncio::ExceptionContext| {
        let exception = context.exception.as_ref().map_or("None".into(), Repr::repr);
        reported.push(format!("report {} {exception}", context.message));
    });
    asyncio::get_running_loop()?.set_exception_handler(Some(handler));
    let leftovers = [("a", Then::Reraise), ("b", Then::Swallow), ("c", Then::Fail)];
    let tasks = leftovers.map(|(name, how)| create_task(leftover(log.clone(), name, how)));
    let unfinished = generator(&log);
    unfinished.anext().await?;
    keep.replace((tasks.to_vec(), Some(unfinished)));
    turn().await?;
    log.push("main ends");
    Ok("result")
}

async fn fails(log: Log) -> Result<()> {
    create_task(leftover(log, "d", Then::Reraise));
    turn().await?;
    Err(KeyError::new("main"))
}

async fn cancels_itself() -> Result<()> {
    current_task().expect("main is a task").cancel_with("me");
    turn().await
}

async fn nested() -> Result<()> {
    if let Err(e) = asyncio::run(turn()) {
        println!("{} {}", type_name(&e), text(&e));
    }
    Ok(())
}

fn program() -> Result<()> {
    let (log, keep) = (Log::new(), Kept::default());
    println!("{}", asyncio::run(main(log.clone(), keep.clone()))?);
    // Leftovers are cancelled in no promised order.
    let mut lines = log.items();
    if let Some(leftovers) = lines.get_mut(1..4) {
        leftovers.sort();
    }
    lines.iter().for_each(|line| println!("{line}"));
    let cancelled: Vec<bool> = keep.borrow().0.iter().map(|t| t.cancelled()).collect();
    println!("{}", cancelled.repr());
    keep.take();

    log.clear();
    if let Err(e) = asyncio::run(fails(log.clone())) {
        println!("re-raised {} {log}", e.repr());
    }
    if let Err(e) = asyncio::run(cancels_itself()) {
        println!("{} {}", type_name(&e), args(&e));
    }
    run_main(nested());

    let mut runner = Runner::new();
    let first = runner.get_loop()?;
    let one = runner.run(sleep_with(seconds(0.0), "one"))?;
    let two = runner.run(sleep_with(seconds(0.0), "two"))?;
    println!("{one} {two} {}", runner.get_loop()?.same(&first).repr());
    runner.close()?;
    println!("closed {}", first.is_closed().repr());
    if let Err(e) = runner.run(turn()) {
        println!("{} {}", type_name(&e), text(&e));
    }
    Ok(())
}

pub(crate) fn run() {
    program().expect("nothing else fails");
}
