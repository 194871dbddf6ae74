use fourfold::Result;
use fourfold::csharp::{
    CancellationTokenSource, OperationCanceledException, Task, TaskCompletionSource, async_method,
};

use super::show::{b, exception, of, of_some};

fn sources(count: usize) -> Vec<TaskCompletionSource<i32>> {
    (0..count).map(|_| TaskCompletionSource::new()).collect()
}

fn all_of(sources: &[TaskCompletionSource<i32>]) -> Task<Vec<i32>> {
    Task::when_all(sources.iter().map(TaskCompletionSource::task))
}

fn awaits(task: &Task<Vec<i32>>) -> Task<String> {
    let task = task.clone();
    async_method(async move {
        Ok(match (&task).await {
            Ok(_) => format!("{:?}", task.status()),
            Err(error) => format!(
                "{:?}, await {}, Exception {}",
                task.status(),
                of(&error),
                of_some(task.exception())
            ),
        })
    })
}

fn joined(values: &[i32]) -> String {
    values.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn program() -> Result<()> {
    // Results in the order of the arguments, not of completion.
    let three = sources(3);
    let all = all_of(&three);
    three[2].set_result(2)?;
    three[0].set_result(0)?;
    println!("two of three: {:?}", all.status());
    three[1].set_result(1)?;
    println!("three of three: {:?} {}", all.status(), joined(&all.result()?));

    // A failure does not end the wait.
    let failing = sources(3);
    let all = all_of(&failing);
    failing[2].set_exception(exception("third"))?;
    println!("one failed: {:?}", all.status());
    failing[0].set_exceptions(vec![exception("first a"), exception("first b")])?;
    failing[1].set_result(1)?;
    println!("all there: {}", awaits(&all).result()?);

    // A failure outweighs a cancellation; cancellations alone cancel.
    let mixed = sources(3);
    let all = all_of(&mixed);
    mixed[0].set_canceled()?;
    mixed[1].set_exception(exception("second"))?;
    mixed[2].set_canceled()?;
    println!("cancelled and failed: {}", awaits(&all).result()?);
    let cancelled = sources(2);
    let all = all_of(&cancelled);
    cancelled[0].set_canceled()?;
    cancelled[1].set_result(0)?;
    println!("cancelled only: {}", awaits(&all).result()?);
    // Of the cancellations the first in order tells whose token it was.
    let (a, b_) = (CancellationTokenSource::new(), CancellationTokenSource::new());
    a.cancel()?;
    b_.cancel()?;
    let tokens = Task::when_all([
        Task::completed_task(),
        Task::from_canceled(a.token()),
        Task::from_canceled(b_.token()),
    ]);
    let error = tokens.get_result().unwrap_err();
    let token = OperationCanceledException::of(&error).expect("two are").cancellation_token();
    println!(
        "the token is that of the first: {} {}",
        b(*token == a.token()),
        b(*token == b_.token())
    );

    // None, one, and nested ones.
    let none = Task::when_all([] as [Task<i32>; 0]);
    println!("none: {:?}, {} results", none.status(), none.result()?.len());
    let complete = Task::when_all([Task::from_result(1), Task::from_result(2)]);
    println!("all complete already: {}", b(complete.is_completed_successfully()));
    let failed = |text| Task::<()>::from_exception(exception(text));
    let inner = Task::when_all([failed("a"), failed("b")]);
    let outer = Task::when_all([inner, Task::from_exception(exception("c"))]);
    println!("nested: {}", of_some(outer.exception()));
    println!("a null among them: does not compile");
    println!("no list: does not compile");
    let twice = Task::from_result(4);
    println!("one task twice: {}", joined(&Task::when_all([twice.clone(), twice]).result()?));

    // The list is copied when it is called.
    let mut list = vec![Task::from_result(1)];
    let copied = Task::when_all(list.iter().cloned());
    list.push(Task::from_result(2));
    println!("copied: {}", copied.result()?.len());
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
