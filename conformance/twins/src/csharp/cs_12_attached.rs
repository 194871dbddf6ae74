use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{
    CancellationToken, CancellationTokenSource, OperationCanceledException, Task,
    TaskCompletionSource, TaskContinuationOptions, TaskCreationOptions,
};

use super::show::{Log, b, ended, exception, of_some, thrown};
use super::threading::Event;

const ATTACHED: TaskCreationOptions = TaskCreationOptions::ATTACHED_TO_PARENT;

fn child(body: impl FnOnce() -> Result<()> + Send + 'static) -> Task {
    Task::factory().options(ATTACHED).start_new(body)
}

fn fails(text: &'static str) -> impl FnOnce() -> Result<()> + Send + 'static {
    move || Err(exception(text))
}

fn report_with(
    what: &str,
    options: TaskCreationOptions,
    body: impl FnOnce() -> Result<()> + Send + 'static,
) {
    let parent = Task::factory().options(options).start_new(body);
    println!("{what}: {}; {}", ended(&parent), of_some(parent.exception()));
}

fn report(what: &str, body: impl FnOnce() -> Result<()> + Send + 'static) {
    report_with(what, TaskCreationOptions::NONE, body);
}

fn order() -> Result<()> {
    // The parent ends when its children have; what is not attached is no child.
    let order = Arc::new(Log::new());
    let (log, gate) = (order.clone(), Arc::new(Event::new()));
    let parent = Task::factory().start_new(move || {
        let (of_child, opens) = (log.clone(), gate.clone());
        child(move || {
            gate.wait();
            of_child.add("child ");
            Ok(())
        });
        log.add("body ");
        opens.set();
        Ok(())
    });
    let log = order.clone();
    let after = parent.continue_with(move |_| {
        log.add("after");
        Ok(())
    });
    after.wait()?;
    println!("order: {}", order.take().concat());
    Ok(())
}

fn program() -> Result<()> {
    order()?;

    let never = TaskCompletionSource::new();
    let open = never.task();
    let detached = Task::factory().start_new(move || {
        Task::factory().start_new(move || open.wait());
        Ok(())
    });
    println!(
        "detached: {} {:?}",
        b(detached.wait_for(Duration::from_secs(10))?),
        detached.status()
    );
    let open = never.task();
    never.set_result(())?;

    // Exceptions: the parent's own first, those of each child in an aggregate of its own.
    report("a child fails", || {
        child(fails("child"));
        Ok(())
    });
    report("both fail", || {
        child(fails("child")).continue_with(|_| Ok(()));
        Err(exception("parent"))
    });
    report("a grandchild fails", || {
        child(|| {
            child(fails("grandchild"));
            Ok(())
        });
        Ok(())
    });
    report("two fail, one after the other", || {
        let none = CancellationToken::none();
        Task::new_with(fails("1"), none.clone(), ATTACHED).run_synchronously()?;
        Task::new_with(fails("2"), none, ATTACHED).run_synchronously()
    });
    // A failure the parent has seen is not told again.
    report("the parent waits for it and catches", || {
        let child = child(fails("child"));
        println!("caught {}", thrown(|| child.wait()));
        Ok(())
    });
    report("the parent waits for it and does not", || child(fails("child")).wait());
    // A cancelled child does not fail its parent.
    report("a cancelled child", || {
        let source = CancellationTokenSource::new();
        let token = source.token();
        Task::factory().options(ATTACHED).cancellation_token(source.token()).start_new(move || {
            source.cancel()?;
            token.throw_if_cancellation_requested()
        });
        Ok(())
    });
    report("a child with another's cancellation", || {
        child(|| Err(OperationCanceledException::new().into()));
        Ok(())
    });

    // Children of continuations and of completion sources.
    report("a continuation as a child", || {
        Task::completed_task().continue_with_options(
            |_| fails("continuation")(),
            TaskContinuationOptions::ATTACHED_TO_PARENT,
            CancellationToken::none(),
            None,
        );
        Ok(())
    });
    static PROMISE: OnceLock<TaskCompletionSource> = OnceLock::new();
    let waits = Task::factory().start_new(|| {
        PROMISE.get_or_init(|| TaskCompletionSource::with_options(ATTACHED));
        Ok(())
    });
    let promise = loop {
        if let Some(promise) = PROMISE.get() {
            break promise;
        }
        thread::yield_now();
    };
    println!("a promise as a child: {}", b(waits.wait_for(Duration::from_millis(10))?));
    promise.set_exception(exception("promise"))?;
    println!("then: {}", ended(&waits));

    // Deny: the child is detached and the parent does not hear of it.
    report_with("denied", TaskCreationOptions::DENY_CHILD_ATTACH, || {
        child(fails("child")).continue_with(|task| Ok(task.exception().is_some()));
        Ok(())
    });
    let run = Task::run(move || {
        child(move || open.wait());
        Ok(())
    });
    println!("Run denies: {}", ended(&run));
    // An attached child of a detached task belongs to that one.
    report("between them", || {
        let detached_child = Task::factory().start_new(|| {
            child(fails("grandchild"));
            Ok(())
        });
        println!("the detached one: {}", ended(&detached_child));
        Ok(())
    });
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
