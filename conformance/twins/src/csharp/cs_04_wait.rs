use std::time::Duration;

use fourfold::csharp::{
    AggregateException, CancellationToken, CancellationTokenSource, Task, TaskCompletionSource,
    async_method,
};
use fourfold::{Error, Result};

use super::show::{b, ended, exception, of, of_some, thrown};

fn failed(messages: &[&str]) -> Task<i32> {
    let source = TaskCompletionSource::new();
    let errors = messages.iter().map(|message| exception(message)).collect();
    source.set_exceptions(errors).expect("it is not finished");
    source.task()
}

fn cancelled() -> Task<i32> {
    Task::from_canceled(CancellationToken::new(true))
}

fn awaits(task: Task<i32>) -> Task<i32> {
    async_method(async move { task.await })
}

fn program() -> Result<()> {
    println!("Wait: {}", thrown(|| failed(&["a"]).wait()));
    println!("Wait, two: {}", thrown(|| failed(&["a", "b"]).wait()));
    println!("Result: {}", thrown(|| Task::<i32>::from_exception(exception("a")).result()));
    println!("GetResult: {}", thrown(|| failed(&["a"]).get_result()));
    println!("GetResult, two: {}", thrown(|| failed(&["a", "b"]).get_result()));
    println!("await, two: {}", ended(&awaits(failed(&["a", "b"]))));
    println!("Exception, two: {}", of_some(failed(&["a", "b"]).exception()));
    println!("Wait, cancelled: {}", thrown(|| cancelled().wait()));
    println!("Result, cancelled: {}", thrown(|| cancelled().result()));
    println!("GetResult, cancelled: {}", thrown(|| cancelled().get_result()));
    println!("await, cancelled: {}", ended(&awaits(cancelled())));
    println!("Exception, cancelled: {}", of_some(cancelled().exception()));
    println!(
        "Exception, not yet: {}",
        of_some(TaskCompletionSource::<i32>::new().task().exception())
    );

    // The exception is the same object however it is asked for, and its wrapper is not.
    let task = failed(&["a"]);
    let first = task.get_result().unwrap_err();
    let second = task.wait().unwrap_err();
    println!("one exception: {}", b(first.ptr_eq(&second.errors()[0])));

    // With a limit, or a token that gives up the wait and not the task.
    let open = TaskCompletionSource::<i32>::new();
    println!("Wait(0): {}", b(open.task().wait_for(Duration::ZERO)?));
    println!("Wait(10): {}", b(open.task().wait_for(Duration::from_millis(10))?));
    let source = CancellationTokenSource::new();
    source.cancel()?;
    let token = source.token();
    println!(
        "Wait(token): {}, then {:?}",
        thrown(|| open.task().wait_with(None, &token)),
        open.task().status()
    );
    println!(
        "Wait(token) of a completed one: {}",
        thrown(|| Task::completed_task().wait_with(None, &token))
    );
    println!("Wait(0) of a failed one: {}", thrown(|| failed(&["a"]).wait_for(Duration::ZERO)));

    // Several.
    let done = || Task::from_result(0);
    let all = [failed(&["a", "b"]), done(), cancelled(), failed(&["c"])];
    println!("WaitAll: {}", thrown(|| Task::wait_all(all)));
    // With a limit it is the task of all that is waited for.
    let all = Task::when_all([open.task(), done()]);
    println!("WaitAll, in time: {}", b(all.wait_for(Duration::ZERO)?));
    println!("WaitAll, none: {}", thrown(|| Task::wait_all([] as [Task; 0])));
    println!("WaitAny: {}", Task::wait_any([open.task(), failed(&["a"]), done()])?);
    let any = Task::when_any([open.task()])?;
    println!("WaitAny, in time: {}", if any.wait_for(Duration::ZERO)? { 0 } else { -1 });
    println!("WaitAny, none: {}", thrown(|| Task::wait_any([] as [Task; 0])));

    // Nested ones flatten.
    let aggregate = |errors: Vec<Error>| AggregateException::new(errors);
    let inner = aggregate(vec![exception("b"), aggregate(vec![exception("c")]).into()]);
    let nested = aggregate(vec![exception("a"), inner.into()]);
    println!("{}", of(&nested.clone().into()));
    println!("Flatten: {}", of(&nested.flatten().into()));
    println!("GetBaseException: {}", of(&nested.base_exception()));
    println!("Handle: {}", thrown(|| nested.flatten().handle(|error| error.to_string() != "b")));
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
