use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use fourfold::Result;
use fourfold::csharp::{
    InvalidOperationException, Task, TaskCompletionSource, async_method, async_void,
};

use super::pool;
use super::show::{b, ended, exception, thrown};
use super::threading::here;

fn open() -> Task {
    TaskCompletionSource::new().task()
}

async fn waits() -> Result<()> {
    open().await
}

fn program() -> Result<()> {
    pool::hold();
    let cold = Task::new(|| {
        println!("the body");
        Ok(())
    });
    println!("made: {:?}", cold.status());
    cold.start()?;
    println!("started: {:?}", cold.status());
    println!("started again: {}", thrown(|| cold.start()));
    pool::run_queued();
    println!("run: {:?}", cold.status());
    println!("started after it: {}", thrown(|| cold.start()));
    println!("RunSynchronously after it: {}", thrown(|| cold.run_synchronously()));

    let me = here();
    let inline = Task::new(|| Ok(here()));
    inline.run_synchronously()?;
    println!("RunSynchronously: {:?}, here {}", inline.status(), b(inline.result()? == me));
    println!("again: {}", thrown(|| inline.run_synchronously()));
    let fails = Task::new(|| -> Result<()> { Err(exception("a")) });
    println!("one that fails: {}, {}", thrown(|| fails.run_synchronously()), ended(&fails));
    let started = Task::run(|| Ok(()));
    println!("RunSynchronously of a started one: {}", thrown(|| started.run_synchronously()));
    pool::run_queued();

    // What has no body of its own, or is started by another, cannot be started.
    let continuation = || open().continue_with(|_| Ok(()));
    println!("a promise: {}", thrown(|| open().start()));
    println!("an async method's: {}", thrown(|| async_method(waits()).start()));
    println!("a continuation: {}", thrown(|| continuation().start()));
    println!("a completed one: {}", thrown(|| Task::completed_task().start()));
    println!("a continuation, synchronously: {}", thrown(|| continuation().run_synchronously()));

    // A state is what a closure keeps; the current one's number.
    let state = "a state";
    let with_state = Task::new(move || {
        println!("given {state}, current {}", b(Task::current_id().is_some()));
        Ok(())
    });
    with_state.run_synchronously()?;
    println!("outside of tasks there is no current one: {}", b(Task::current_id().is_none()));
    println!(
        "numbers differ: {}, an id stays: {}",
        b(with_state.id() != inline.id()),
        b(inline.id() == inline.id())
    );
    println!("no body: does not compile");

    // An asynchronous body makes a cold task end at its first await.
    let async_body = Task::new(|| {
        async_void(async {
            println!("async 1");
            Task::yield_now().await;
            println!("async 2");
            Ok(())
        });
        Ok(())
    });
    async_body.run_synchronously()?;
    println!("at its first await: {:?}", async_body.status());
    pool::run_queued();
    let nested = Task::new(|| {
        Ok(async_method(async {
            Task::yield_now().await;
            Ok(5)
        }))
    });
    nested.run_synchronously()?;
    println!("a task of a task: {:?}, inner {:?}", nested.status(), nested.result()?.status());
    pool::run_queued();
    println!("unwrapped: {}", nested.unwrap().result()?);

    // One start of many wins.
    let many = Task::new(|| Ok(()));
    let (starts, refused) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let threads: Vec<_> = (0..6)
        .map(|_| {
            let (many, starts, refused) = (many.clone(), starts.clone(), refused.clone());
            thread::spawn(move || match many.start() {
                Ok(()) => starts.fetch_add(1, Ordering::Relaxed),
                Err(error) => {
                    assert!(InvalidOperationException::of(&error).is_some());
                    refused.fetch_add(1, Ordering::Relaxed)
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("it does not panic");
    }
    let (starts, refused) = (starts.load(Ordering::Relaxed), refused.load(Ordering::Relaxed));
    println!("starts {starts}, refused {refused}");

    // Only the last handle frees a task.
    drop(Task::new(|| Ok(())));
    println!("a cold one may be dropped");
    let again = inline.clone();
    drop(inline);
    println!(
        "an ended one of which another handle is left: its result {}",
        b(again.result()? == me)
    );
    Ok(())
}

pub(crate) fn run() {
    pool::run(|| program().expect("it handles what it raises"));
}
