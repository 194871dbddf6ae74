//! An eager task runs inline up to its first pending await, then behaves like any other.

use fourfold::Result;
use fourfold::asyncio::{
    self, AnyTask, Task, create_task, current_task, eager_task_factory, gather,
};

use super::python::{Log, Repr, ValueError, run_main, turn, type_name};

async fn body(log: Log, name: &'static str, yields: u32) -> Result<&'static str> {
    let me = current_task().expect("a task");
    log.push(format!("{name} start"));
    for _ in 0..yields {
        turn().await?;
    }
    let same = current_task().is_some_and(|current| current.same(&me));
    log.push(format!("{name} end {}", same.repr()));
    Ok(name)
}

fn eager<T: 'static>(coroutine: impl Future<Output = Result<T>> + 'static) -> Task<T> {
    Task::builder().eager().spawn(coroutine)
}

async fn whoami() -> Result<AnyTask> {
    Ok(current_task().expect("a task"))
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = Log::new();

    let t = eager(body(log.clone(), "a", 0));
    log.push("made");
    println!("done at once {} {}", t.done().repr(), t.result()?);
    println!("{}", log.joined());

    log.clear();
    let t = eager(body(log.clone(), "b", 1));
    log.push("made");
    println!("done at once {}", t.done().repr());
    event_loop.call_soon(log.append("soon"));
    t.await?;
    println!("{}", log.joined());

    log.clear();
    let t = eager(async { Err::<(), _>(ValueError::new("inline")) });
    let error = t.exception()?.expect("it failed");
    println!("failed inline {} {}", t.done().repr(), type_name(&error));

    let outer = current_task().expect("main is a task");
    let t = eager(whoami());
    let inside = t.result()?;
    println!("current inside is the eager task {}", inside.same(&t.erased()).repr());
    let restored = current_task().is_some_and(|current| current.same(&outer));
    println!("current is restored {}", restored.repr());

    let t = eager(body(log.clone(), "c", 1));
    t.cancel();
    if t.await.is_err_and(|e| e.is_cancelled()) {
        println!("cancelled after the eager step {}", log.joined());
    }

    log.clear();
    event_loop.set_task_factory(Some(eager_task_factory()));
    let t1 = create_task(body(log.clone(), "d", 0));
    let t2 = create_task(body(log.clone(), "e", 2));
    log.push("created");
    println!("factory {} {}", t1.done().repr(), t2.done().repr());
    t2.await?;
    let results = gather(["f", "g"].map(|name| body(log.clone(), name, 0))).await?;
    println!("{}", log.joined());
    println!("{}", results.repr());
    event_loop.set_task_factory(None);

    let t = eager(body(log.clone(), "h", 0));
    let seen = Log::new();
    let called = seen.clone();
    t.add_done_callback(move |_| called.push("callback"));
    println!("callback inline {seen}");
    turn().await?;
    println!("callback later {seen}");
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
