use std::sync::{Arc, OnceLock};

use fourfold::Result;
use fourfold::csharp::{
    CancellationToken, NotifyCompletion, ScheduledTask, SendOrPostCallback, SynchronizationContext,
    Task, TaskCompletionSource, TaskContinuationOptions, TaskScheduler, ThreadPool, async_method,
    set_synchronization_context,
};

use super::pool;
use super::show::{Log, b};
use super::threading::here;

// When the rest of a method does not run inside of set_result although it might.

static LOG: Log = Log::new();

fn awaits(task: &Task, name: &'static str) {
    let task = task.clone();
    async_method(async move {
        task.await?;
        LOG.add(name);
        Ok(())
    });
}

fn synchronously(task: &Task, name: &'static str) {
    let add = move |_| {
        LOG.add(name);
        Ok(())
    };
    task.continue_with_options(
        add,
        TaskContinuationOptions::EXECUTE_SYNCHRONOUSLY,
        CancellationToken::none(),
        None,
    );
}

fn report(what: &str, complete: impl FnOnce() -> Result<()>) -> Result<()> {
    LOG.take();
    complete()?;
    let inline = LOG.take().join(" ");
    pool::run_queued();
    println!("{what}: inline [{inline}] queued [{}]", LOG.take().join(" "));
    Ok(())
}

async fn sets(task: Task, next: Arc<TaskCompletionSource>, name: &str) -> Result<()> {
    task.await?;
    LOG.add(format!("{name} sets"));
    next.set_result(())?;
    LOG.add(format!("{name} has set"));
    Ok(())
}

async fn depth(below: Task<i32>) -> Result<i32> {
    Ok(1 + below.await?)
}

struct Current;

impl SynchronizationContext for Current {
    fn post(&self, callback: SendOrPostCallback) {
        ThreadPool::queue_user_work_item(|| callback.call(), false);
    }
}

/// Runs its tasks where they are started.
struct AtOnce;

impl TaskScheduler for AtOnce {
    fn queue_task(&self, task: ScheduledTask) {
        task.execute();
    }

    fn may_inline(&self) -> bool {
        true
    }
}

fn program() -> Result<()> {
    pool::hold();

    // Depth first: a set inside of a continuation runs that one's continuations within.
    let (a, b_) = (TaskCompletionSource::new(), Arc::new(TaskCompletionSource::new()));
    async_method(sets(a.task(), b_.clone(), "first"));
    awaits(&b_.task(), "second");
    report("a set within a continuation", || a.set_result(()))?;

    // The setter has a context: a continuation that captured none must not run in it.
    let under = TaskCompletionSource::new();
    awaits(&under.task(), "a1");
    synchronously(&under.task(), "s2");
    report("set under a context", || {
        set_synchronization_context(Some(Arc::new(Current)));
        under.set_result(())?;
        set_synchronization_context(None);
        Ok(())
    })?;
    // The base class of the original counts as none. Here that is a trait, and has no instance.
    println!("set under a plain context: there is none");
    // Or it runs in a task of another scheduler.
    let scheduled = TaskCompletionSource::new();
    awaits(&scheduled.task(), "a1");
    synchronously(&scheduled.task(), "s2");
    report("set in a task of another scheduler", || {
        Task::new(move || scheduled.set_result(())).start_on(Arc::new(AtOnce))
    })?;

    // A chain far too deep for one stack: the pool takes over where it runs short.
    let bottom = TaskCompletionSource::new();
    let mut top = bottom.task();
    const LINKS: usize = 100_000;
    for _ in 0..LINKS {
        top = async_method(depth(top));
    }
    bottom.set_result(0)?;
    println!("the deep chain is through inside the set: {}", b(top.is_completed()));
    while !top.is_completed() {
        pool::run_queued();
    }
    println!("the deep chain came to {}", top.result()?);

    // What completes with a task's body counts as inside of that body's thread.
    let queued = Task::run(|| Ok(here()));
    let continued = Arc::new(OnceLock::new());
    let continues = continued.clone();
    queued.get_awaiter().on_completed(Box::new(move || {
        continues.get_or_init(here);
    }));
    pool::run_queued();
    println!("on the thread of the body: {}", b(continued.get() == Some(&queued.result()?)));
    Ok(())
}

pub(crate) fn run() {
    pool::run(|| program().expect("it handles what it raises"));
}
