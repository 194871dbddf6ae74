//! Tests of concurrent code in a bubble where time is virtual, as in Go's package
//! `testing/synctest`.
//!
//! A bubble is a runtime of its own with one worker. Its time stands still while any goroutine in
//! it can run. When all are *durably blocked* – asleep, or waiting for each other – it jumps to the
//! next timer. A wait for the network, a child process or another thread is not durable: time does
//! not move meanwhile.

use std::any::Any;
use std::sync::{Arc, mpsc};

use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Outside, Pool, State, until_quiet};

use super::run::{Builder, Deadlock, Panics};
use super::{panics, report};
use crate::Result;

/// Runs `f` in a bubble, and waits for all goroutines it started. Time stops when `f` returns, as in
/// Go: a goroutine that still sleeps then is one that never wakes.
///
/// ```
/// use std::time::Duration;
/// use fourfold::go::{go, synctest, time};
///
/// synctest::test(|| {
///     let begun = time::now();
///     let sleeper = go(|| time::sleep(Duration::from_secs(3600)));
///     time::sleep(Duration::from_secs(10));
///     assert_eq!(time::since(begun), Duration::from_secs(10));
///     sleeper.join().unwrap();
/// });
/// ```
///
/// The original: [`synctest.Test`](https://pkg.go.dev/testing/synctest#Test).
///
/// # Panics
///
/// If `f` or a goroutine does, also one that somebody joins. With "deadlock: all goroutines in bubble are blocked" and the list of
/// them, if they wait for each other; with "deadlock: main bubble goroutine has exited but blocked
/// goroutines remain" if only `f` has ended.
pub fn test<F>(f: F)
where
    F: FnOnce() + Send + 'static,
{
    enum Told {
        MainEnded(Result<()>),
        /// With what keeps the time from moving on until the bubble is shut down.
        Remain(String, Outside),
        Deadlock(String),
        Panicked(String),
    }
    let (tell, told) = mpsc::channel();
    let tell_deadlock = tell.clone();
    let hook = move |text: &str| {
        let _ = tell_deadlock.send(Told::Deadlock(text.to_owned()));
    };
    let tell_panic = tell.clone();
    let panicked = move |payload: &(dyn Any + Send)| {
        let text = panics::text(payload).unwrap_or("a value that is no text");
        let _ = tell_panic.send(Told::Panicked(format!("panic: {text}")));
    };
    let bubble = Builder::new()
        .strict_time()
        .panics(Panics::Return)
        .on_panic(panicked)
        .deadlock(Deadlock::Report(Arc::new(hook)))
        .build()
        .expect("a runtime of one worker");
    let runtime = bubble.clone();
    // It starts main itself: so it is there when main ends, before the clock can move.
    drop(bubble.go(async move {
        let mut ended = Told::MainEnded(runtime.go(f).await);
        if let Told::MainEnded(Ok(())) = ended
            && let Some(list) = remaining(runtime.pool()).await
        {
            ended = Told::Remain(list, runtime.pool().outside());
        }
        let _ = tell.send(ended);
    }));
    let mut still = None;
    let failure = match told.recv() {
        Ok(Told::MainEnded(ended)) => ended.err().map(|error| error.to_string()),
        Ok(Told::Remain(list, outside)) => {
            still = Some(outside);
            Some(format!(
                "deadlock: main bubble goroutine has exited but blocked goroutines remain\n\n{list}"
            ))
        }
        Ok(Told::Deadlock(text)) => {
            let list = text.split_once("\n\n").map_or("", |(_, list)| list);
            Some(format!("deadlock: all goroutines in bubble are blocked\n\n{list}"))
        }
        Ok(Told::Panicked(text)) => Some(text),
        Err(_) => unreachable!("the hook keeps a sender as long as the bubble lives"),
    };
    bubble.shut_down();
    drop(still);
    if let Some(failure) = failure {
        panic!("{failure}");
    }
}

/// Lets the goroutines run that can without a change of the time, and lists those that cannot.
/// Whoever is told that the pool is quiet runs before its clock moves: so time stands still from
/// the end of main on.
async fn remaining(pool: &Pool) -> Option<String> {
    loop {
        until_quiet().await;
        let (mut remain, mut can_run) = (false, false);
        pool.for_each_task(|_, state| match state {
            // This one, on the only worker.
            State::Running => {}
            // Woken by the same quiet moment, as those are that called `wait`.
            State::Runnable => can_run = true,
            State::Waiting => remain = true,
        });
        if !can_run {
            return remain.then(|| report::waiting(pool));
        }
    }
}

/// Waits until every other goroutine in the bubble is durably blocked, or has ended.
///
/// The original: [`synctest.Wait`](https://pkg.go.dev/testing/synctest#Wait).
///
/// # Panics
///
/// In a future; outside of a bubble or of a runtime.
pub fn wait() {
    fiber::wait(until_quiet());
}
