use std::sync::Arc;

use fourfold::Result;
use fourfold::csharp::{IProgress, Progress, Pump, Task, TaskCompletionSource, async_method};

use super::pool;
use super::show::{Log, b};
use super::threading::here;

async fn work(progress: Option<Arc<dyn IProgress<i32>>>) -> Result<()> {
    for i in 1..=3 {
        if let Some(progress) = &progress {
            progress.report(i);
        }
        Task::yield_now().await;
    }
    Ok(())
}

/// Handles at once, where `Progress` posts.
struct AtOnce;

impl IProgress<i32> for AtOnce {
    fn report(&self, value: i32) {
        println!("at once {value}");
    }
}

fn program() -> Result<()> {
    // Reports are posted to the context in which it was made, and come in order.
    Pump::new().run(async {
        let me = here();
        let all = TaskCompletionSource::new();
        let done = all.task();
        let progress = Progress::new(move |value| {
            println!("{value}, in the context {}", b(me == here()));
            if *value == 3 {
                all.set_result(()).expect("it comes once");
            }
        });
        Task::run(work(Some(Arc::new(progress)))).await?;
        done.await
    })?;
    // Also a report made in the context itself: not within the call.
    Pump::new().run(async {
        let log = Arc::new(Log::new());
        let handled = log.clone();
        let progress = Progress::new(move |value| handled.add(format!("handled {value} ")));
        progress.report(1);
        log.add("reported ");
        Task::yield_now().await;
        println!("{}", log.take().concat());
        Ok(())
    })?;
    // Without a context: on the pool.
    pool::hold();
    let order = Arc::new(Log::new());
    let (action, event) = (order.clone(), order.clone());
    let on_pool = Progress::new(move |value| action.add(format!("action {value} ")));
    on_pool.progress_changed(move |value| event.add(format!("event {value} ")));
    on_pool.report(7);
    order.add("reported ");
    pool::run_queued();
    println!("{}", order.take().concat());
    Progress::default().report(1);
    println!("no handler: does not compile");

    let finish = |progress| {
        let work = async_method(work(progress));
        while !work.is_completed() {
            pool::run_queued();
        }
        work
    };
    finish(Some(Arc::new(AtOnce) as Arc<dyn IProgress<i32>>)).wait()?;
    println!("without one: {:?}", finish(None).status());
    Ok(())
}

pub(crate) fn run() {
    pool::run(|| program().expect("it handles what it raises"));
}
