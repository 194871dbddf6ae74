//! Goroutines of a runtime of two workers, which also serve the echo.

use std::sync::Arc;
use std::time::Duration;

use fourfold::go::{self, chan, context, select, sync, time};
use fourfold::{Error, Result};

use crate::operation::{Operation, Work};
use crate::world::World;

/// Every other one has a stack.
pub(crate) fn start(world: &Arc<World>, operation: Operation) {
    let inner = world.clone();
    if matches!(operation.work, Work::Native) || operation.chance.clone().below(2) == 0 {
        world.go.go(move || {
            let Operation { entry, work, cancel_after, chance } = operation;
            let (context, cancel) = limited(cancel_after);
            let result = match work {
                Work::Native => native(&context, chance.clone().below(5)),
                work => go::wait(context.run(work.run(inner, chance))).and_then(|result| result),
            };
            cancel.call();
            entry.end(&result);
        });
    } else {
        world.go.go(async move {
            let Operation { entry, work, cancel_after, chance } = operation;
            let (context, cancel) = limited(cancel_after);
            let result = context.run(work.run(inner, chance)).await.and_then(|result| result);
            cancel.call();
            entry.end(&result);
        });
    }
}

fn limited(after: Option<Duration>) -> (context::Context, context::CancelFunc) {
    match after {
        // Cancelled, not timed out: the operations know of limits of their own.
        Some(after) => {
            let (context, cancel) = context::with_cancel(&context::background());
            let at = cancel.clone();
            time::after_func(after, move || at.call());
            (context, cancel)
        }
        None => context::with_cancel(&context::background()),
    }
}

/// Goroutines that share a mutex and are waited for, and a select with a limit.
fn native(context: &context::Context, ms: u64) -> Result<()> {
    let values = chan::make::<u64>(1);
    let group = Arc::new(sync::WaitGroup::new());
    let sum = Arc::new(sync::Mutex::new(0));
    for n in 0..4 {
        let (values, group, sum) = (values.clone(), group.clone(), sum.clone());
        group.add(1);
        go::go(move || {
            *sum.lock() += n;
            time::sleep(Duration::from_millis(ms));
            values.send(n);
            group.done();
        });
    }
    let mut cancelled = false;
    for _ in 0..4 {
        let done = if cancelled { chan::Receiver::nil() } else { context.done() };
        let value = select! {
            value = recv(values) => value,
            recv(done) => None,
        };
        match value {
            Some(value) => *sum.lock() += value,
            None => {
                cancelled = true;
                *sum.lock() += values.recv().unwrap_or(0);
            }
        }
    }
    group.wait();
    let sum = *sum.lock();
    match (sum, cancelled) {
        (12, false) => Ok(()),
        (12, true) => Err(Error::cancelled()),
        _ => Err(Error::from_panic(Box::new("a channel lost a value"))),
    }
}

pub(crate) async fn double(world: &Arc<World>, number: u64) -> Result<u64> {
    let stackful = world.go.go(move || {
        time::sleep(Duration::from_millis(number % 3));
        2 * number
    });
    stackful.await
}
