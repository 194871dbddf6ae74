use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use fourfold::Result;
use fourfold::csharp::{Builder, Task};

use super::show::Log;
use super::threading::{Count, here};

// What a thread has queued to itself and cannot get to, others take: the oldest first.

fn program() -> Result<()> {
    // One of the two threads is blocked in a task that has queued five, and the other takes them.
    let (log, all) = (Arc::new(Log::new()), Arc::new(Count::new(0)));
    let written = log.clone();
    let task = Task::run(move || {
        let owner = here();
        for n in 1..=5 {
            let (log, all) = (log.clone(), all.clone());
            Task::run(move || {
                let by = if here() == owner { " by its owner" } else { "" };
                log.add(format!("{n}{by}"));
                all.release();
                Ok(())
            });
        }
        // Blocks on what is no task: nothing is run inline.
        all.wait(5);
        Ok(())
    });
    task.wait()?;
    println!("stolen: {}", written.take().join(", "));

    // Blocked in a task that waits for its own child, it runs that itself.
    let blocked = Task::run(|| Task::run(|| Ok(5)).result());
    println!("blocked in a task holds one thread: {}", blocked.result()?);

    // Two submissions of the same work may run at once, or one after the other: each runs once.
    let runs = Arc::new(AtomicU32::new(0));
    let work = || {
        let runs = runs.clone();
        move || {
            runs.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }
    };
    Task::wait_all([Task::run(work()), Task::run(work())])?;
    println!("runs: {}", runs.load(Ordering::Relaxed));
    Ok(())
}

pub(crate) fn run() {
    let ran = Builder::new().workers(2).run(async { program() });
    ran.expect("it handles what it raises");
}
