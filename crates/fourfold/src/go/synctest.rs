//! Tests of concurrent code in a bubble where time is virtual, as in Go's package
//! `testing/synctest`.
//!
//! A bubble is a runtime of its own with one worker. Its time stands still while any goroutine in
//! it can run. When all are *durably blocked* – asleep, or waiting for each other – it jumps to the
//! next timer. A wait for the network, a child process or another thread is not durable: time does
//! not move meanwhile.

use std::sync::{Arc, mpsc};
use std::time::Duration;

use fourfold_kernel::fiber;
use fourfold_kernel::pool::until_quiet;

use super::run::{Builder, Deadlock, Panics};
use crate::Result;

/// Runs `f` in a bubble, and waits for all goroutines it started.
///
/// ```
/// use std::time::Duration;
/// use fourfold::go::{go, synctest, time};
///
/// synctest::test(|| {
///     let begun = time::now();
///     go(|| time::sleep(Duration::from_secs(3600)));
///     time::sleep(Duration::from_secs(10));
///     assert_eq!(time::since(begun), Duration::from_secs(10));
/// });
/// ```
///
/// The original: [`synctest.Test`](https://pkg.go.dev/testing/synctest#Test).
///
/// # Panics
///
/// If `f` or a goroutine does. With "deadlock: all goroutines in bubble are blocked" and the list of
/// them, if they wait for each other; with "deadlock: main bubble goroutine has exited but blocked
/// goroutines remain" if only `f` has ended.
pub fn test<F>(f: F)
where
    F: FnOnce() + Send + 'static,
{
    enum Told {
        MainEnded(Result<()>),
        Deadlock(String),
    }
    let (tell, told) = mpsc::channel();
    let tell_deadlock = tell.clone();
    let hook = move |text: &str| {
        let _ = tell_deadlock.send(Told::Deadlock(text.to_owned()));
    };
    let bubble = Builder::new()
        .strict_time()
        .panics(Panics::Return)
        .deadlock(Deadlock::Report(Arc::new(hook)))
        .build()
        .expect("a runtime of one worker");
    let main = bubble.go(f);
    drop(bubble.go(async move {
        let _ = tell.send(Told::MainEnded(main.await));
    }));
    let mut main_ended = false;
    let failure = loop {
        // The end of the last goroutine tells nobody; so look for it, once main has ended.
        let patience = if main_ended { Duration::from_micros(100) } else { Duration::MAX };
        match told.recv_timeout(patience) {
            Ok(Told::MainEnded(Ok(()))) => main_ended = true,
            Ok(Told::MainEnded(Err(error))) => break Some(error.to_string()),
            Ok(Told::Deadlock(text)) => {
                let list = text.split_once("\n\n").map_or("", |(_, list)| list);
                break Some(if main_ended {
                    format!(
                        "deadlock: main bubble goroutine has exited but blocked goroutines \
                         remain\n\n{list}"
                    )
                } else {
                    format!("deadlock: all goroutines in bubble are blocked\n\n{list}")
                });
            }
            Err(_) if main_ended && bubble.pool().tasks() == 0 => break None,
            Err(_) => {}
        }
    };
    bubble.shut_down();
    if let Some(failure) = failure {
        panic!("{failure}");
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
