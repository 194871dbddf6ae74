use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use fourfold::Result;
use fourfold::csharp::{
    AsyncTaskMethodBuilder, AsyncValueTaskMethodBuilder, AsyncVoidMethodBuilder, Awaiter,
    NotifyCompletion, OperationCanceledException, SendOrPostCallback, SynchronizationContext, Task,
    TaskCompletionSource, set_synchronization_context,
};

use super::pump::Pump;
use super::show::{Log, b, ended, exception, thrown};

struct Counting {
    pump: Pump,
    begun: AtomicU32,
    ended: AtomicU32,
}

impl SynchronizationContext for Counting {
    fn post(&self, callback: SendOrPostCallback) {
        self.pump.post(callback);
    }

    fn operation_started(&self) {
        self.begun.fetch_add(1, Ordering::Relaxed);
    }

    fn operation_completed(&self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }
}

fn builders() -> Result<()> {
    // A builder makes the task, sets it once, and tells cancellation from failure.
    let builder = AsyncTaskMethodBuilder::create();
    let task = builder.task();
    println!("made: {:?}, the same {}", task.status(), b(task == builder.task()));
    builder.set_result(5)?;
    let again = thrown(|| builder.set_result(6));
    println!("set: {:?} {}, again {again}", task.status(), task.result()?);
    println!("an exception after it: {}", thrown(|| builder.set_exception(exception("a"))));
    let builder = AsyncTaskMethodBuilder::create();
    builder.set_result(7)?;
    println!("set before it is asked for: {}", builder.task().result()?);
    let builder = AsyncTaskMethodBuilder::<i32>::create();
    builder.set_exception(exception("a"))?;
    println!("failed: {}", ended(&builder.task()));
    let builder = AsyncTaskMethodBuilder::<i32>::create();
    builder.set_exception(OperationCanceledException::new())?;
    println!("cancelled: {}", ended(&builder.task()));
    println!("no exception: does not compile");
    let plain = AsyncTaskMethodBuilder::create();
    plain.set_result(())?;
    println!("without a result: {:?}", plain.task().status());
    println!("no machine: does not compile");
    let value = AsyncValueTaskMethodBuilder::create();
    value.set_result(8)?;
    println!(
        "a value task: {} {}",
        b(value.task().is_completed_successfully()),
        value.task().result()?
    );
    Ok(())
}

fn program() -> Result<()> {
    builders()?;

    // An awaiter by hand.
    let source = TaskCompletionSource::new();
    let mut awaiter = source.task().get_awaiter();
    println!("pending: {}", b(awaiter.is_completed()));
    let log = Arc::new(Log::new());
    let adds = log.clone();
    awaiter.on_completed(Box::new(move || adds.add("first ")));
    source.set_result(9)?;
    println!(
        "completed: {} {} {}, {}",
        b(awaiter.is_completed()),
        awaiter.get_result()?,
        awaiter.get_result()?,
        log.take().concat()
    );
    println!("no continuation: does not compile");
    let mut failed = Task::<()>::from_exception(exception("a")).get_awaiter();
    println!("a failed one: {}", thrown(|| failed.get_result()));
    // Asked too early it blocks.
    let late = TaskCompletionSource::new();
    let mut awaiter = late.task().get_awaiter();
    let setter = thread::spawn(move || late.set_result(10));
    println!("blocked for: {}", awaiter.get_result()?);
    setter.join().expect("it does not panic")?;
    println!("yield's awaiter: {}", b(Task::yield_now().get_awaiter().is_completed()));
    Task::yield_now().get_awaiter().get_result();

    // The configured awaiter.
    let mut configured = Task::from_result(3).configure_await(false).get_awaiter();
    println!("configured: {} {}", b(configured.is_completed()), configured.get_result()?);

    // A void builder in a context.
    let counting = Arc::new(Counting {
        pump: Pump::new(),
        begun: AtomicU32::new(0),
        ended: AtomicU32::new(0),
    });
    set_synchronization_context(Some(counting.clone()));
    let nothing = AsyncVoidMethodBuilder::create();
    nothing.set_result()?;
    let failing = AsyncVoidMethodBuilder::create();
    failing.set_exception(exception("of a void one"))?;
    set_synchronization_context(None);
    counting.pump.complete();
    let posted = thrown(|| {
        counting.pump.run();
        Ok(())
    });
    println!(
        "begun {}, ended {}, posted: {posted}",
        counting.begun.load(Ordering::Relaxed),
        counting.ended.load(Ordering::Relaxed)
    );
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
