use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use fourfold::Result;
use fourfold::csharp::{CancellationToken, NotifyCompletion, Task, TaskCompletionSource};

use super::show::{b, exception, thrown};

fn open() -> TaskCompletionSource<i32> {
    TaskCompletionSource::new()
}

fn program() -> Result<()> {
    let (a, b_) = (open(), open());
    let any = Task::when_any([a.task(), b_.task()])?;
    println!("none yet: {:?}", any.status());
    b_.set_result(2)?;
    println!(
        "the second: {:?}, {} {}, the other {:?}",
        any.status(),
        b(any.result()? == b_.task()),
        any.result()?.result()?,
        a.task().status()
    );
    a.set_result(1)?;
    println!("it stays: {}", b(any.result()? == b_.task()));

    let failing = open();
    let failed = Task::when_any([open().task(), failing.task()])?;
    failing.set_exception(exception("a"))?;
    println!("a failed one: {:?}, its task {:?}", failed.status(), failed.result()?.status());
    println!("only awaiting that raises it: {}", thrown(|| failed.result()?.get_result()));
    let cancelled = Task::when_any([Task::<i32>::from_canceled(CancellationToken::new(true))])?;
    println!(
        "a cancelled one: {:?}, its task {:?}",
        cancelled.status(),
        cancelled.result()?.status()
    );

    // Of several that are complete already the first in order.
    let one = Task::<i32>::from_exception(exception("1"));
    let two = Task::from_result(2);
    println!(
        "complete already: {} {}",
        b(Task::when_any([one.clone(), two.clone()])?.result()? == one),
        b(Task::when_any([two.clone(), one.clone()])?.result()? == two)
    );
    let behind = Task::when_any([open().task(), two.clone(), one])?;
    println!("behind an open one: {}", b(behind.result()? == two));
    println!("of one: {}", b(Task::when_any([two.clone()])?.result()? == two));
    println!("none: {}", thrown(|| Task::when_any([] as [Task; 0])));
    println!("a null among them: does not compile");

    // The losers stay free of it: their continuations and results are their own.
    let (winner, loser) = (open(), open());
    let race = Task::when_any([winner.task(), loser.task()])?;
    winner.set_result(1)?;
    let continued = Arc::new(AtomicBool::new(false));
    let continues = continued.clone();
    let continuation = move || continues.store(true, Ordering::Relaxed);
    loser.task().get_awaiter().on_completed(Box::new(continuation));
    loser.set_result(2)?;
    println!(
        "the loser: {}, continued {}; {}",
        loser.task().result()?,
        b(continued.load(Ordering::Relaxed)),
        race.result()?.result()?
    );

    // By hand in the order of completion: what is done is taken out.
    let sources = [open(), open(), open()];
    let mut left: Vec<_> = sources.iter().map(TaskCompletionSource::task).collect();
    let mut order = String::new();
    for next in [1, 2, 0] {
        sources[next].set_result(next as i32)?;
        let done = Task::when_any(left.iter().cloned())?.result()?;
        left.retain(|task| *task != done);
        order += &done.result()?.to_string();
    }
    println!("as they complete: {order}");
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
