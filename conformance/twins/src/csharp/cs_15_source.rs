use std::sync::Arc;

use fourfold::Result;
use fourfold::csharp::{
    ManualResetValueTaskSourceCore, OperationCanceledException, Task, ValueTask, ValueTaskSource,
    ValueTaskSourceOnCompletedFlags, ValueTaskSourceStatus, async_method,
    set_synchronization_context,
};

use super::pool;
use super::pump::Pump;
use super::show::{b, ended, exception, thrown};

/// A source that is used again and again for one value task after another.
struct Source {
    core: ManualResetValueTaskSourceCore<i32>,
}

impl Source {
    fn new() -> Arc<Source> {
        Arc::new(Source { core: ManualResetValueTaskSourceCore::new() })
    }

    fn task(self: &Arc<Self>) -> ValueTask<i32> {
        ValueTask::from_source(self.clone(), self.core.version())
    }

    fn plain(self: &Arc<Self>) -> ValueTask {
        ValueTask::from_source(self.clone(), self.core.version())
    }
}

impl ValueTaskSource<i32> for Source {
    fn get_status(&self, token: u64) -> Result<ValueTaskSourceStatus> {
        self.core.get_status(token)
    }

    fn get_result(&self, token: u64) -> Result<i32> {
        self.core.get_result(token)
    }

    fn on_completed(
        &self,
        continuation: Box<dyn FnOnce() + Send>,
        token: u64,
        flags: ValueTaskSourceOnCompletedFlags,
    ) -> Result<()> {
        println!("on completed: {flags:?}");
        self.core.on_completed(continuation, token, flags)
    }
}

impl ValueTaskSource<()> for Source {
    fn get_status(&self, token: u64) -> Result<ValueTaskSourceStatus> {
        self.core.get_status(token)
    }

    fn get_result(&self, token: u64) -> Result<()> {
        self.core.get_result(token).map(drop)
    }

    fn on_completed(
        &self,
        continuation: Box<dyn FnOnce() + Send>,
        token: u64,
        flags: ValueTaskSourceOnCompletedFlags,
    ) -> Result<()> {
        ValueTaskSource::<i32>::on_completed(self, continuation, token, flags)
    }
}

fn awaits(task: ValueTask<i32>) -> Task<i32> {
    async_method(async move { task.await })
}

fn uncaptured(task: ValueTask<i32>) -> Task<i32> {
    async_method(async move { task.configure_await(false).await })
}

fn status(source: &Source) -> Result<ValueTaskSourceStatus> {
    source.core.get_status(source.core.version())
}

fn program() -> Result<()> {
    let source = Source::new();
    // Awaited, then set: inline in the set.
    let task = awaits(source.task());
    println!("waits: {:?}, {:?}", task.status(), status(&source)?);
    source.core.set_result(1)?;
    println!("set: {:?} {}", task.status(), task.result()?);

    // Used once more: the old ones are stale.
    let old = source.core.version();
    let (stale, awaited) = (source.task(), source.task());
    source.core.reset();
    println!("the version has changed: {}", b(source.core.version() != old));
    println!("a stale one: {} {}", b(stale.is_completed()), thrown(|| stale.result()));
    println!("its await: {}", ended(&awaits(awaited)));
    let too_early = thrown(|| source.core.get_result(source.core.version()));
    println!("the result too early: {too_early}");

    // Set, then awaited: nothing waits.
    source.core.set_result(2)?;
    println!("set before: {}", awaits(source.task()).result()?);
    println!("set twice: {}", thrown(|| source.core.set_result(3)));
    source.core.reset();
    source.core.set_exception(exception("a"))?;
    println!("a failure: {:?} {}", status(&source)?, ended(&awaits(source.task())));
    source.core.reset();
    source.core.set_exception(OperationCanceledException::new())?;
    println!("a cancellation: {:?} {}", status(&source)?, ended(&awaits(source.task())));

    // There is room for one that waits.
    source.core.reset();
    let first = awaits(source.task());
    let (version, none) = (source.core.version(), ValueTaskSourceOnCompletedFlags::NONE);
    let second = || ValueTaskSource::<i32>::on_completed(&*source, Box::new(|| ()), version, none);
    println!("a second one beside it: {}", thrown(second));
    source.core.set_result(4)?;
    println!("the first: {}", first.result()?);

    // What an await asks for.
    source.core.reset();
    let task = uncaptured(source.task());
    source.core.set_result(5)?;
    println!("ConfigureAwait(false): {}", task.result()?);
    source.core.reset();
    let pump = Arc::new(Pump::new());
    set_synchronization_context(Some(pump.clone()));
    let captured = awaits(source.task());
    set_synchronization_context(None);
    source.core.set_result(6)?;
    println!("with a context, after the set: {}", b(captured.is_completed()));
    pump.complete();
    pump.run();
    println!("after the context's turn: {}", captured.result()?);

    // As a task, once.
    source.core.reset();
    let task = source.task().as_task();
    source.core.set_result(7)?;
    println!("AsTask: {}", task.result()?);
    source.core.reset();
    let plain = source.plain().as_task();
    source.core.set_result(8)?;
    println!("without a result: {:?}", plain.status());

    // Continuations asynchronously: none inside of the set.
    pool::hold();
    let apart = Source::new();
    apart.core.set_run_continuations_asynchronously(true);
    let queued = awaits(apart.task());
    apart.core.set_result(9)?;
    println!("inside the set: {}", b(queued.is_completed()));
    pool::run_queued();
    println!("queued: {}", queued.result()?);
    Ok(())
}

pub(crate) fn run() {
    pool::run(|| program().expect("it handles what it raises"));
}
