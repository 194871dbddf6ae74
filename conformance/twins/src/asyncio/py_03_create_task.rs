//! `create_task` queues the first step; it never runs the body inline.

use fourfold::Result;
use fourfold::asyncio::{self, AnyTask, all_tasks, create_task, current_task};

use super::python::{Log, Repr, run_main, turn};

async fn body(log: Log, name: &'static str) -> Result<&'static str> {
    log.push(format!("{name} start"));
    turn().await?;
    log.push(format!("{name} end"));
    Ok(name)
}

fn has(tasks: &[AnyTask], task: &AnyTask) -> bool {
    tasks.iter().any(|other| other.same(task))
}

async fn main() -> Result<()> {
    let log = Log::new();

    let t = create_task(body(log.clone(), "a"));
    t.set_name("first");
    log.push("created");
    println!("{} {}", t.get_name(), t.done().repr());
    log.push(t.await?);
    println!("{}", log.joined());

    log.clear();
    let event_loop = asyncio::get_running_loop()?;
    event_loop.call_soon(log.append("soon1"));
    let a = create_task(body(log.clone(), "a"));
    event_loop.call_soon(log.append("soon2"));
    let b = create_task(body(log.clone(), "b"));
    event_loop.call_soon(log.append("soon3"));
    a.await?;
    log.push("a awaited");
    b.await?;
    log.push("b awaited");
    println!("{}", log.joined());

    log.clear();
    let parent = async {
        log.push("parent");
        let child = create_task(body(log.clone(), "child"));
        log.push("parent goes on");
        child.await?;
        log.push("parent end");
        Ok::<_, fourfold::Error>(())
    };
    parent.await?;
    println!("{}", log.joined());

    let me = current_task().expect("main is a task");
    let t = create_task(body(log.clone(), "x"));
    let all = all_tasks();
    println!("all tasks {} {} {}", all.len(), has(&all, &me).repr(), has(&all, &t.erased()).repr());
    drop(all);
    t.await?;
    println!("all tasks {}", all_tasks().len());
    println!("create_task(42) does not compile");
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
    // Where the original raises, creating a task without a loop is a programming error here.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = std::panic::catch_unwind(|| drop(create_task(turn())));
    std::panic::set_hook(hook);
    if let Err(payload) = outcome {
        let error = fourfold::Error::from_panic(payload);
        println!("RuntimeError {}", error.message().unwrap_or_default());
    }
}
