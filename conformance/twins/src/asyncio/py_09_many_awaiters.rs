//! A task is a future that only its body can settle; all who await it get the same outcome.

use std::cell::RefCell;
use std::rc::Rc;

use fourfold::asyncio::{Future, ReturnWhen, Task, create_task, gather, wait};
use fourfold::{Error, Result};

use super::python::{Log, Repr, ValueError, run_main, text, turn, type_name};

async fn work(fail: bool) -> Result<&'static str> {
    turn().await?;
    if fail {
        return Err(ValueError::new("shared"));
    }
    Ok("value")
}

async fn waiter(log: Log, name: &'static str, t: Task<&'static str>) -> Result<()> {
    match t.await {
        Ok(value) => log.push(format!("{name} {value}")),
        Err(e) => log.push(format!("{name} {} {}", type_name(&e), text(&e))),
    }
    Ok(())
}

async fn keep(same: Rc<RefCell<Vec<Error>>>, t: Task<&'static str>) -> Result<()> {
    if let Err(e) = t.await {
        same.borrow_mut().push(e);
    }
    Ok(())
}

async fn main() -> Result<()> {
    let log = Log::new();
    for fail in [false, true] {
        let t = create_task(work(fail));
        gather(["a", "b", "c"].map(|name| waiter(log.clone(), name, t.clone()))).await?;
        waiter(log.clone(), "late", t).await?;
        println!("{}", log.joined());
        log.clear();
    }

    let t = create_task(work(false));
    for refused in [t.set_result("1"), t.set_exception(ValueError::new(""))] {
        if let Err(e) = refused {
            println!("{} {}", type_name(&e), text(&e));
        }
    }
    // A task can be used as the future it is.
    let future: &Future<_> = &t;
    println!("{} {}", t.clone().await?, future.same(&t).repr());

    // One waiter's cancellation reaches the task, and through it every other waiter.
    let t = create_task(work(false));
    let ws = ["a", "b", "c"].map(|name| create_task(waiter(log.clone(), name, t.clone())));
    turn().await?;
    ws[0].cancel();
    wait(ws.clone(), ReturnWhen::AllCompleted, None).await?;
    let cancelled = ws.each_ref().map(|w| w.cancelled());
    println!("{} {} {}", log.joined(), t.cancelled().repr(), cancelled.repr());

    let same: Rc<RefCell<Vec<Error>>> = Rc::default();
    let t = create_task(work(true));
    gather([keep(same.clone(), t.clone()), keep(same.clone(), t.clone())]).await?;
    let same = same.take();
    let own = t.exception()?.expect("it failed");
    let (each, stored) = (same[0].ptr_eq(&same[1]), own.ptr_eq(&same[0]));
    println!("same exception object {} {}", each.repr(), stored.repr());

    let me: Rc<RefCell<Option<Task<()>>>> = Rc::default();
    let itself = me.clone();
    let task = create_task(async move {
        let me = itself.borrow().clone().expect("set before the first step");
        me.await
    });
    me.replace(Some(task.clone()));
    if let Err(e) = task.await {
        println!("{} {}", type_name(&e), text(&e).split(':').next().unwrap_or_default());
    }
    me.take();
    let t = create_task(work(false));
    t.set_name("renamed");
    println!("{}; a future of Rust's has no name of its own", t.get_name());
    t.await?;
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
