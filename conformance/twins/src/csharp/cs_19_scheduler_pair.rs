use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{
    ConcurrentExclusiveSchedulerPair, Task, TaskCompletionSource, TaskCreationOptions,
    TaskScheduler, async_method, current_task_scheduler,
};

use super::show::{Log, b, thrown};
use super::threading::{Count, Event};

fn on(
    scheduler: Arc<dyn TaskScheduler>,
    body: impl FnOnce() -> Result<()> + Send + 'static,
) -> Task {
    let options = TaskCreationOptions::DENY_CHILD_ATTACH;
    Task::factory().options(options).scheduler(scheduler).start_new(body)
}

/// How many run at once, and the most there were.
#[derive(Default)]
struct Running {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Running {
    fn one(&self, body: impl FnOnce()) {
        self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        body();
        self.now.fetch_sub(1, Ordering::SeqCst);
    }

    fn most(&self) -> usize {
        self.most.load(Ordering::SeqCst)
    }
}

fn exclusive_and_concurrent() -> Result<()> {
    // Exclusive ones: one after the other, in order.
    let pair = ConcurrentExclusiveSchedulerPair::new();
    let (order, running) = (Arc::new(Log::new()), Arc::new(Running::default()));
    Task::wait_all((0..10).map(|i| {
        let (order, running) = (order.clone(), running.clone());
        on(pair.exclusive_scheduler(), move || {
            running.one(|| order.add(i.to_string()));
            Ok(())
        })
    }))?;
    println!("exclusive: {}, at once {}", order.take().concat(), running.most());

    // Concurrent ones: several at once, no more than the limit.
    let pair = ConcurrentExclusiveSchedulerPair::with_max_concurrency_level(2)?;
    println!(
        "limits: {} {}",
        pair.concurrent_scheduler().maximum_concurrency_level(),
        pair.exclusive_scheduler().maximum_concurrency_level()
    );
    let both = Arc::new(Count::new(0));
    Task::wait_all((0..2).map(|_| {
        let both = both.clone();
        on(pair.concurrent_scheduler(), move || {
            both.release();
            both.wait(2);
            Ok(())
        })
    }))?;
    println!("two concurrent ones have met");
    let running = Arc::new(Running::default());
    Task::wait_all((0..20).map(|_| {
        let running = running.clone();
        on(pair.concurrent_scheduler(), move || {
            running.one(thread::yield_now);
            Ok(())
        })
    }))?;
    println!("more than two at once: {}", b(running.most() > 2));
    Ok(())
}

fn program() -> Result<()> {
    exclusive_and_concurrent()?;

    // An exclusive one waits for the concurrent ones that run, and comes before those that are queued.
    let pair = ConcurrentExclusiveSchedulerPair::new();
    let (begun, go_on) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let log = Arc::new(Log::new());
    let adds = |name: &'static str| {
        let log = log.clone();
        move || {
            log.add(name);
            Ok(())
        }
    };
    let (begins, waits, add) = (begun.clone(), go_on.clone(), adds("concurrent 1"));
    let first = on(pair.concurrent_scheduler(), move || {
        begins.set();
        waits.wait();
        add()
    });
    begun.wait();
    let alone = on(pair.exclusive_scheduler(), adds("exclusive"));
    let second = on(pair.concurrent_scheduler(), adds("concurrent 2"));
    let ends = |task: &Task| task.wait_for(Duration::from_millis(10));
    println!(
        "the exclusive one waits: {}, and so do later ones: {}",
        b(ends(&alone)?),
        b(ends(&second)?)
    );
    go_on.set();
    Task::wait_all([first, alone, second])?;
    println!("{}", log.take().join(", "));

    // An asynchronous body holds its place only between its awaits.
    let pair = ConcurrentExclusiveSchedulerPair::new();
    let gate = TaskCompletionSource::new();
    let (order, task) = (log.clone(), gate.task());
    // Each call makes another handle of the same scheduler.
    let scheduler = pair.exclusive_scheduler();
    let this = scheduler.clone();
    let body = async move {
        order.add("a1 ");
        task.await?;
        let on_it = current_task_scheduler()
            .is_some_and(|current| std::ptr::addr_eq(Arc::as_ptr(&current), Arc::as_ptr(&this)));
        order.add(format!("a2 {} ", b(on_it)));
        Ok(())
    };
    let factory = Task::factory().scheduler(scheduler);
    let awaits = factory.start_new(move || Ok(async_method(body))).unwrap();
    on(pair.exclusive_scheduler(), adds("b ")).wait()?;
    gate.set_result(())?;
    awaits.wait()?;
    println!("between awaits: {}", log.take().concat());

    // Complete: no more; the end is there when all that was queued has run.
    println!("before: {:?}", pair.completion().status());
    pair.complete();
    let never = || {
        println!("never");
        Ok(())
    };
    println!("refused: {}", thrown(|| on(pair.exclusive_scheduler(), never).wait()));
    pair.completion().wait()?;
    println!("completed: {:?}", pair.completion().status());
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
