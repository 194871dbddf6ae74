use std::sync::Arc;
use std::thread;

use fourfold::Result;
use fourfold::csharp::{
    AggregateException, CancellationToken, CancellationTokenSource, NotifyCompletion,
    OperationCanceledException, TaskCompletionSource, TaskCreationOptions,
};

use super::pool;
use super::show::{Log, b, ended, exception, of_some, thrown};

fn new() -> TaskCompletionSource<i32> {
    TaskCompletionSource::new()
}

fn ends() -> Result<()> {
    let source = new();
    println!("open: {:?} {}", source.task().status(), b(source.task().is_completed()));
    println!(
        "first: {}, second: {}, {}",
        b(source.try_set_result(1)),
        b(source.try_set_result(2)),
        source.task().result()?
    );
    println!("SetResult: {}", thrown(|| source.set_result(3)));
    println!("SetException: {}", thrown(|| source.set_exception(exception("a"))));
    println!("SetCanceled: {}", thrown(|| source.set_canceled()));
    println!(
        "the others: {} {} {}",
        b(source.try_set_exception(exception("a"))),
        b(source.try_set_canceled()),
        b(source.try_set_canceled_by(CancellationToken::new(true)))
    );
    println!("it stays: {} {}", ended(&source.task()), source.task().result()?);

    let source = new();
    source.set_exception(exception("a"))?;
    println!(
        "SetException: {} {} {}",
        ended(&source.task()),
        b(source.task().is_faulted()),
        b(source.task().is_completed_successfully())
    );
    println!("after it: {} {}", b(source.try_set_result(1)), b(source.try_set_canceled()));
    let source = new();
    source.set_exceptions(vec![exception("a"), exception("b")])?;
    println!("several: {}", of_some(source.task().exception()));
    let source = new();
    source.set_exception(AggregateException::new(vec![exception("a"), exception("b")]))?;
    println!("an aggregate stays one: {}", of_some(source.task().exception()));
    let source = new();
    source.set_exception(OperationCanceledException::new())?;
    println!("OperationCanceledException is one like others: {}", ended(&source.task()));

    let source = new();
    source.set_canceled()?;
    println!(
        "SetCanceled: {} {} {}",
        ended(&source.task()),
        b(source.task().is_canceled()),
        b(source.task().is_completed_successfully())
    );
    let cancellation = CancellationTokenSource::new();
    let source = new();
    println!("with a token: {}", b(source.try_set_canceled_by(cancellation.token())));
    let error = source.task().wait().unwrap_err();
    let inner = OperationCanceledException::of(&error.errors()[0]).expect("it was cancelled");
    println!("the token: {}", b(*inner.cancellation_token() == cancellation.token()));
    Ok(())
}

fn program() -> Result<()> {
    ends()?;

    let source = new();
    println!("no exception: does not compile");
    println!("an empty list: {}", thrown(|| source.set_exceptions(Vec::new())));
    println!("a list with none: does not compile");
    println!("still open: {:?}", source.task().status());

    // Its task has no body.
    println!("Start: {}", thrown(|| source.task().start()));
    println!("RunSynchronously: {}", thrown(|| source.task().run_synchronously()));
    println!("its state: a closure has it");
    let options = TaskCreationOptions::LONG_RUNNING;
    let refused = thrown(|| Ok(TaskCompletionSource::<i32>::with_options(options)));
    println!("options it cannot have: {refused}");

    // One of many setters wins.
    let source = Arc::new(new());
    let setters: Vec<_> = (0..8)
        .map(|i| {
            let source = source.clone();
            thread::spawn(move || source.try_set_result(i))
        })
        .collect();
    let wins = setters.into_iter().filter_map(|setter| setter.join().ok()).filter(|won| *won);
    println!("winners: {}, {:?}", wins.count(), source.task().status());

    // A continuation sees the end before the setter returns.
    let source = new();
    let order = Arc::new(Log::new());
    let (log, task) = (order.clone(), source.task());
    let continuation = move || log.add(format!("continuation {}, ", task.result().unwrap()));
    source.task().get_awaiter().on_completed(Box::new(continuation));
    source.set_result(7)?;
    println!("{}setter", order.take().concat());
    // Added after the end it is queued, not run by whoever adds it.
    pool::hold();
    let log = order.clone();
    source.task().get_awaiter().on_completed(Box::new(move || log.add("continuation")));
    println!("added late: inline [{}]", order.take().concat());
    pool::run_queued();
    println!("queued [{}]", order.take().concat());
    Ok(())
}

pub(crate) fn run() {
    pool::run(|| program().expect("it handles what it raises"));
}
