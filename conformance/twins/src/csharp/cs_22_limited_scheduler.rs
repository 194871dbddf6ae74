use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{
    CancellationTokenSource, LimitedConcurrencyLevelTaskScheduler, Task, TaskFactory,
    TaskScheduler, ThreadPool, async_method, current_task_scheduler,
};

use super::show::{Log, b, ended};
use super::threading::{Count, Event};

// The scheduler that everyone writes is there: over the pool, so many tasks at once.

fn adds(order: &Arc<Log>, name: &'static str) -> impl FnOnce() -> Result<()> + Send + 'static {
    let order = order.clone();
    move || {
        order.add(name);
        Ok(())
    }
}

fn two_at_once() -> Result<Arc<LimitedConcurrencyLevelTaskScheduler>> {
    // Two: never three, and two at once.
    let two = LimitedConcurrencyLevelTaskScheduler::new(2)?;
    let factory = TaskFactory::new().scheduler(two.clone());
    let both = Arc::new(Count::new(0));
    Task::wait_all((0..2).map(|_| {
        let both = both.clone();
        factory.start_new(move || {
            both.release();
            both.wait(2);
            Ok(())
        })
    }))?;
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    Task::wait_all((0..50).map(|_| {
        let (running, most) = (running.clone(), most.clone());
        factory.start_new(move || {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            thread::yield_now();
            running.fetch_sub(1, Ordering::SeqCst);
            Ok(())
        })
    }))?;
    println!("two have met, more than two at once {}", b(most.load(Ordering::SeqCst) > 2));
    Ok(two)
}

fn program() -> Result<()> {
    // One at a time: in order.
    let one = LimitedConcurrencyLevelTaskScheduler::new(1)?;
    let factory = TaskFactory::new().scheduler(one.clone());
    let order = Arc::new(Log::new());
    let names = ["0", "1", "2", "3", "4", "5"];
    Task::wait_all(names.map(|name| factory.start_new(adds(&order, name))))?;
    println!("one at a time: {}", order.take().concat());

    let two = two_at_once()?;

    // A task that blocks on a queued one of its own scheduler runs it inline.
    let starts = factory.clone();
    let inline = factory.start_new(move || starts.start_new(|| Ok(5)).result());
    println!("inline: {}", inline.result()?);
    // In the order it waits for them.
    let (starts, log) = (factory.clone(), order.clone());
    let waits = factory.start_new(move || {
        let [_, second, _] = ["a", "b", "c"].map(|name| starts.start_new(adds(&log, name)));
        second.wait()?;
        log.add("|");
        Ok(())
    });
    waits.wait()?;
    factory.start_new(|| Ok(())).wait()?;
    println!("b was waited for: {}", order.take().concat());

    // An asynchronous body comes back to the scheduler after each await.
    let this: Arc<dyn TaskScheduler> = one.clone();
    let on_it = move || {
        current_task_scheduler()
            .is_some_and(|current| std::ptr::addr_eq(Arc::as_ptr(&current), Arc::as_ptr(&this)))
    };
    let always = factory.start_new(|| {
        Ok(async_method(async move {
            let mut all = true;
            for _ in 0..3 {
                all &= on_it();
                Task::yield_now().await;
            }
            all &= on_it();
            Task::delay(Duration::from_millis(1)).await?;
            Ok(all & on_it())
        }))
    });
    println!("always on the scheduler: {}", b(always.unwrap().result()?));

    // run_synchronously asks the scheduler; this one refuses a thread that is not its own.
    let on_pool = Arc::new(AtomicBool::new(false));
    let notes = on_pool.clone();
    let refused = Task::new(move || {
        notes.store(ThreadPool::is_thread_pool_thread(), Ordering::SeqCst);
        Ok(())
    });
    refused.run_synchronously_on(one.clone())?;
    println!(
        "run synchronously, refused: {:?}, on the pool {}",
        refused.status(),
        b(on_pool.load(Ordering::SeqCst))
    );

    // Cancelled while queued: it is not run when its turn has come.
    let source = CancellationTokenSource::new();
    let (begun, go_on) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let (begins, waits) = (begun.clone(), go_on.clone());
    let holds = factory.start_new(move || {
        begins.set();
        waits.wait();
        Ok(())
    });
    begun.wait();
    let queued = factory.clone().cancellation_token(source.token()).start_new(|| {
        println!("never");
        Ok(())
    });
    source.cancel()?;
    println!("cancelled while queued: {:?}", queued.status());
    go_on.set();
    holds.wait()?;
    println!("after its turn: {}", ended(&queued));

    println!("limits: {} {}", one.maximum_concurrency_level(), two.maximum_concurrency_level());
    println!("ids differ: {}", b(!Arc::ptr_eq(&one, &two)));
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
