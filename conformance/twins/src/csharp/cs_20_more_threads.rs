use std::sync::Arc;

use fourfold::Result;
use fourfold::csharp::{Task, TaskCreationOptions, ThreadPool};

use super::show::b;
use super::threading::{Count, Event};

// All threads of the pool are blocked: after a while it adds one, so that what is queued still runs.

fn program() -> Result<()> {
    let threads = ThreadPool::min_threads();
    let (release, blocked) = (Arc::new(Event::new()), Arc::new(Count::new(0)));
    let tasks: Vec<_> = (0..threads)
        .map(|_| {
            let (release, blocked) = (release.clone(), blocked.clone());
            Task::run(move || {
                blocked.release();
                release.wait();
                Ok(())
            })
        })
        .collect();
    blocked.wait(threads);
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    println!("as many as there are processors are blocked: {}", b(threads >= processors));
    // This one can only run on another thread.
    let releases = release.clone();
    let released = Task::run(move || {
        releases.set();
        Ok(())
    });
    released.wait()?;
    Task::wait_all(tasks)?;
    println!("one more has come, and all went on");

    // A long-running one gets a thread of its own at once, outside of the pool.
    let on_pool = || Ok(ThreadPool::is_thread_pool_thread());
    let factory = Task::factory().options(TaskCreationOptions::LONG_RUNNING);
    let long_running = factory.start_new(on_pool);
    println!(
        "long-running on the pool: {}, others {}",
        b(long_running.result()?),
        b(Task::run(on_pool).result()?)
    );
    Task::run(|| -> Result<()> {
        loop {
            std::thread::park();
        }
    });
    println!("background: one that waits for ever keeps no program from its end");
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
