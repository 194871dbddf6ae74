use std::sync::Arc;
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{Task, TaskCreationOptions, async_method};

use super::pool;
use super::show::{Log, b, exception, thrown};
use super::threading::here;

// A thread that blocks on a task which has not started, and which it has queued itself, runs it.

fn report(what: &str, body: impl FnOnce() -> Result<String> + Send + 'static) -> Result<()> {
    let task = Task::run(body);
    pool::run_queued();
    println!("{what}: {}", task.result()?);
    Ok(())
}

fn program() -> Result<()> {
    pool::hold();
    report("Wait", || {
        let child = Task::run(|| Ok(here()));
        println!("before: {:?}", child.status());
        child.wait()?;
        Ok(format!("inline {}", b(here() == child.result()?)))
    })?;
    report("Result", || Ok(format!("inline {}", b(here() == Task::run(|| Ok(here())).result()?))))?;
    report("GetResult", || {
        Ok(format!("inline {}", b(here() == Task::run(|| Ok(here())).get_result()?)))
    })?;
    report("WaitAll", || {
        let children = [(); 3].map(|()| Task::run(|| Ok(here())));
        Task::wait_all(children.clone())?;
        let mine = children.iter().all(|child| child.result().is_ok_and(|thread| thread == here()));
        Ok(format!("inline {}", b(mine)))
    })?;
    report("the order of WaitAll", || {
        let order = Arc::new(Log::new());
        let children = ["1", "2", "3"].map(|name| {
            let order = order.clone();
            Task::run(move || {
                order.add(name);
                Ok(())
            })
        });
        Task::wait_all(children)?;
        Ok(order.take().concat())
    })?;
    report("an exception", || {
        Ok(thrown(|| Task::run(|| -> Result<()> { Err(exception("a")) }).wait()))
    })?;
    report("a cold one", || {
        let cold = Task::new(|| Ok(here()));
        println!("Wait with a limit: {}, {:?}", b(cold.wait_for(Duration::ZERO)?), cold.status());
        cold.start()?;
        Ok(format!("inline {}", b(cold.result()? == here())))
    })?;
    report("with a limit it is not run", || {
        let child = Task::run(|| Ok(here()));
        let ended = child.wait_for(Duration::ZERO)?;
        Ok(format!("ended {}, {:?}", b(ended), child.status()))
    })?;
    report("nor a fair one", || {
        let fair = Task::factory().options(TaskCreationOptions::PREFER_FAIRNESS);
        let child = fair.start_new(|| Ok(here()));
        let ended = child.wait_for(Duration::from_millis(10))?;
        Ok(format!("ended {}, {:?}", b(ended), child.status()))
    })?;
    report("nor one that a method awaits", || {
        let awaits = async_method(async { Task::run(|| Ok(here())).await });
        Ok(format!("ended {}", b(awaits.wait_for(Duration::from_millis(10))?)))
    })?;

    // Not by a thread outside of the pool either: what that queues is no one's own.
    let outside = Task::run(|| Ok(here()));
    let ended = outside.wait_for(Duration::from_millis(10))?;
    println!("from outside: ended {}, {:?}", b(ended), outside.status());
    pool::run_queued();
    println!("from outside: inline {}", b(outside.result()? == here()));
    Ok(())
}

pub(crate) fn run() {
    pool::run(|| program().expect("it handles what it raises"));
}
