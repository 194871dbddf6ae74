use std::sync::Arc;

use fourfold::Result;
use fourfold::csharp::{
    CancellationToken, Task, TaskCompletionSource, TaskContinuationOptions, async_method,
    current_task_scheduler,
};

use super::pool;
use super::show::{Log, b, ended, exception, of_some, thrown};
use super::threading::here;

/// `ContinueWith` with `ExecuteSynchronously`.
fn synchronously<T: Send + Sync + 'static, R: Send + Sync + 'static>(
    task: &Task<T>,
    function: impl FnOnce(Task<T>) -> Result<R> + Send + 'static,
) -> Task<R> {
    let options = TaskContinuationOptions::EXECUTE_SYNCHRONOUSLY;
    task.continue_with_options(function, options, CancellationToken::none(), None)
}

/// The same with one that adds a name to a log.
fn adds<T: Send + Sync + 'static>(task: &Task<T>, order: &Arc<Log>, name: &'static str) -> Task {
    let order = order.clone();
    synchronously(task, move |_| {
        order.add(name);
        Ok(())
    })
}

fn results() -> Result<()> {
    // It is given its antecedent, whatever became of that, and has a result of its own.
    let failed = Task::<i32>::from_exception(exception("a"));
    let tells = failed
        .continue_with(|task| Ok(format!("{:?} {}", task.status(), of_some(task.exception()))));
    println!("after a failure: {}", tells.result()?);
    let cancelled = Task::<i32>::from_canceled(CancellationToken::new(true));
    let tells = cancelled.continue_with(|task| Ok(format!("{:?}", task.status())));
    println!("after a cancellation: {}", tells.result()?);
    let counts = Task::from_result(2)
        .continue_with(|task| Ok(task.result()? * 10))
        .continue_with(|task| Ok(task.result()? + 1));
    println!("after a result: {}", counts.result()?);
    let state = "a state";
    let given =
        Task::from_result(2).continue_with(move |task| Ok(format!("{state} {}", task.result()?)));
    println!("with a state: {}", given.result()?);
    let fails: Task = Task::completed_task().continue_with(|_| Err(exception("b")));
    println!("a failure of its own: {}", ended(&fails));
    let again = failed.continue_with(|task| task.result());
    println!("the antecedent's raised again: {}", ended(&again));
    let again = failed.continue_with(|task| task.get_result());
    println!("raised again by GetResult: {}", ended(&again));
    let nests = Task::completed_task().continue_with(|_| {
        Ok(async_method(async {
            Task::yield_now().await;
            Ok(3)
        }))
    });
    println!("an async one nests: {}", nests.unwrap().result()?);
    Ok(())
}

fn program() -> Result<()> {
    results()?;

    // Where it runs.
    let me = here();
    let inline = synchronously(&Task::completed_task(), |_| Ok(here()));
    println!("synchronously after what has ended: {}", b(inline.result()? == me));
    pool::hold();
    let order = Arc::new(Log::new());
    let log = order.clone();
    Task::completed_task().continue_with(move |_| {
        log.add("queued ");
        Ok(())
    });
    order.add("after ");
    pool::run_queued();
    println!("otherwise: {}", order.take().concat());

    // Status of the continuation while it waits, and while it is queued.
    let gate = TaskCompletionSource::<()>::new();
    let continuation = gate.task().continue_with(|_| {
        println!("running: {}", b(current_task_scheduler().is_none()));
        Ok(())
    });
    println!("it waits: {:?}", continuation.status());
    gate.set_result(())?;
    println!("it is queued: {:?}", continuation.status());
    pool::run_queued();
    println!("it has run: {:?}", continuation.status());

    // A chain in which each runs synchronously: all within the set.
    let gate = TaskCompletionSource::<()>::new();
    let first = adds(&gate.task(), &order, "1 ");
    let second = adds(&first, &order, "2 ");
    adds(&second, &order, "3 ");
    gate.set_result(())?;
    println!("a chain: {}", order.take().concat());
    // A tree: depth first, children in the order they were added.
    let gate = TaskCompletionSource::<()>::new();
    let left = adds(&gate.task(), &order, "left ");
    let right = adds(&gate.task(), &order, "right ");
    adds(&left, &order, "left.1 ");
    adds(&left, &order, "left.2 ");
    adds(&right, &order, "right.1 ");
    gate.set_result(())?;
    println!("a tree: {}", order.take().concat());

    // A failure of one does not keep the others.
    let gate = TaskCompletionSource::<()>::new();
    let first: Task = synchronously(&gate.task(), |_| Err(exception("first")));
    adds(&gate.task(), &order, "second ");
    let seen = thrown(|| gate.set_result(()));
    println!(
        "the setter sees none: {seen}; {}{}",
        order.take().concat(),
        of_some(first.exception())
    );

    // Of several antecedents: what follows the task of all, or of any.
    let (a, b_) = (TaskCompletionSource::<()>::new(), TaskCompletionSource::<()>::new());
    let tasks = [a.task(), b_.task()];
    let both = tasks.clone();
    let all = synchronously(&Task::when_all(tasks.clone()), move |_| {
        println!("all: {:?} {:?}", both[0].status(), both[1].status());
        Ok(())
    });
    let second = b_.task();
    let any = synchronously(&Task::when_any(tasks)?, move |first| {
        println!("any: {}", if first.result()? == second { "b" } else { "a" });
        Ok(())
    });
    b_.set_exception(exception("b"))?;
    println!("one: {:?} {:?}", all.status(), any.status());
    a.set_result(())?;
    println!("both: {:?}", all.status());
    println!("an option it cannot have: there is no ContinueWhenAll");
    Ok(())
}

pub(crate) fn run() {
    pool::run(|| program().expect("it handles what it raises"));
}
