use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{
    AsyncLocal, CancellationToken, CancellationTokenSource, CriticalNotifyCompletion,
    ExecutionContext, NotifyCompletion, Task, TaskCompletionSource, TaskContinuationOptions,
    ThreadPool, Timer, async_method,
};

use super::threading::Event;

static LOCAL: AsyncLocal<String> = AsyncLocal::new();

fn local() -> String {
    LOCAL.value().unwrap_or_else(|| "null".into())
}

fn set(value: &str) {
    LOCAL.set_value(value.into());
}

async fn changes(before: Task, value: &str) -> Result<()> {
    set(&format!("{value} 1"));
    before.await?;
    println!("in the callee after its await: {}", local());
    set(&format!("{value} 2"));
    Ok(())
}

/// Not an asynchronous method: it changes its caller's.
fn changes_plainly(value: &str) -> Task {
    set(value);
    Task::completed_task()
}

async fn flows() -> Result<()> {
    set("flows");
    Task::yield_now().await;
    println!("after a yield: {}", local());
    let task = Task::run(|| {
        set("inner");
        println!("in a task: {}", local());
        Ok(())
    });
    task.await?;
    println!("after it: {}", local());
    Task::delay(Duration::from_millis(1)).configure_await(false).await?;
    println!("after a delay: {}", local());
    Ok(())
}

fn program() -> Result<()> {
    println!("unset: {}", local());
    set("main");

    // Into whatever is started, as it was then. Rust's threads know nothing of it: it is handed over.
    let gate = Arc::new(Event::new());
    let waits = gate.clone();
    let task = Task::run(move || {
        waits.wait();
        Ok(local())
    });
    let waits = gate.clone();
    let context = ExecutionContext::capture().expect("it is not suppressed");
    let thread = thread::spawn(move || {
        context.run(|| {
            waits.wait();
            local()
        })
    });
    set("changed");
    gate.set();
    let in_thread = thread.join().expect("it does not panic");
    println!("task: {}, thread: {in_thread}", task.result()?);
    println!("here: {}", local());

    // A change in a task stays there.
    let task = Task::run(|| {
        set("task");
        Ok(())
    });
    task.wait()?;
    println!("after a task: {}", local());

    // A callee's change does not leak, neither before nor after its first await.
    let open = TaskCompletionSource::new();
    async_method(changes(open.task(), "callee"));
    println!("after the call: {}", local());
    open.set_result(())?;
    println!("after its end: {}", local());
    async_method(changes(Task::completed_task(), "complete")).wait()?;
    println!("after one that never waited: {}", local());
    changes_plainly("plainly").wait()?;
    println!("after one that is not async: {}", local());

    async_method(flows()).wait()?;
    println!("after all: {}", local());

    // Where a continuation runs it sees what was there when it was added.
    let source = TaskCompletionSource::<()>::new();
    set("when added");
    let continuation = source.task().continue_with_options(
        |_| Ok(local()),
        TaskContinuationOptions::EXECUTE_SYNCHRONOUSLY,
        CancellationToken::none(),
        None,
    );
    set("when set");
    source.set_result(())?;
    println!("ContinueWith: {}, here {}", continuation.result()?, local());

    // on_completed takes it along, unsafe_on_completed does not.
    let seen = || Arc::new(OnceLock::new());
    let (safe, unsafe_) = (seen(), seen());
    let sees = |seen: &Arc<OnceLock<String>>| {
        let seen = seen.clone();
        Box::new(move || drop(seen.set(local())))
    };
    let (lone, lone2) = (TaskCompletionSource::<()>::new(), TaskCompletionSource::<()>::new());
    set("when added");
    lone.task().get_awaiter().on_completed(sees(&safe));
    lone2.task().get_awaiter().unsafe_on_completed(sees(&unsafe_));
    set("when set");
    lone.set_result(())?;
    lone2.set_result(())?;
    let seen = |seen: &OnceLock<String>| seen.get().cloned().unwrap_or_default();
    println!("OnCompleted: {}, UnsafeOnCompleted: {}", seen(&safe), seen(&unsafe_));

    // A token's callback, a timer, the pool.
    let cancellation = CancellationTokenSource::new();
    let token = cancellation.token();
    set("registered");
    token.register(|| println!("callback: {}", local())).forget();
    token.unsafe_register(|| println!("unsafe callback: {}", local())).forget();
    set("cancelling");
    cancellation.cancel()?;
    set("timer");
    let ran = Arc::new(Event::new());
    let fires = ran.clone();
    let callback = move || {
        println!("timer: {}", local());
        fires.set();
    };
    let timer = Timer::new(callback, Some(Duration::ZERO), None)?;
    ran.wait();
    drop(timer);
    ran.reset();
    set("queued");
    let queue = |what: &'static str| {
        let runs = ran.clone();
        let work = move || {
            println!("{what}: {}", local());
            runs.set();
        };
        ThreadPool::queue_user_work_item(work, false);
    };
    queue("pool");
    ran.wait();
    ran.reset();
    let flow = ExecutionContext::suppress_flow()?;
    queue("pool, unsafe");
    flow.undo();
    ran.wait();
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
