use std::thread;
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{CancellationToken, CancellationTokenSource, SemaphoreSlim, Task};

use super::show::{b, thrown};

fn program() -> Result<()> {
    let none = CancellationToken::none();
    println!(
        "none: {} {} {}",
        b(none.can_be_canceled()),
        b(none.is_cancellation_requested()),
        b(none == CancellationToken::default())
    );
    println!("throws: {}", thrown(|| none.throw_if_cancellation_requested()));
    println!("its handle: {}", b(none.wait_handle().wait_one_for(Duration::ZERO)));
    let made = CancellationToken::new(true);
    println!(
        "made cancelled: {} {}, throws {}",
        b(made.can_be_canceled()),
        b(made.is_cancellation_requested()),
        thrown(|| made.throw_if_cancellation_requested())
    );
    println!("made otherwise: {}", b(CancellationToken::new(false).can_be_canceled()));
    println!("made twice: {}", b(made == CancellationToken::new(true)));

    let source = CancellationTokenSource::new();
    println!(
        "of a source: {} {}",
        b(source.token().can_be_canceled()),
        b(source.token().is_cancellation_requested())
    );
    println!(
        "the same each time: {}, another's {}",
        b(source.token() == source.token()),
        b(source.token() == CancellationTokenSource::new().token())
    );
    println!("throws: {}", thrown(|| source.token().throw_if_cancellation_requested()));

    // The handle: to block on.
    let handle = source.token().wait_handle();
    println!("the handle: {}", b(handle.wait_one_for(Duration::ZERO)));
    let waits = handle.clone();
    let waiter = thread::spawn(move || {
        waits.wait_one();
        println!("woken");
    });
    source.cancel()?;
    waiter.join().expect("it does not panic");
    println!(
        "cancelled: {}, throws {}",
        b(handle.wait_one_for(Duration::ZERO)),
        thrown(|| source.token().throw_if_cancellation_requested())
    );

    // The handle is set before the callbacks run.
    let second = CancellationTokenSource::new();
    let its = second.token().wait_handle();
    let callback = move || println!("in the callback: {}", b(its.wait_one_for(Duration::ZERO)));
    second.token().register(callback).forget();
    second.cancel()?;

    // Operations that take a token look at it first.
    println!("Delay: {:?}", Task::delay_with(Duration::ZERO, made.clone()).status());
    let permits = SemaphoreSlim::new(1)?;
    println!("WaitAsync: {:?}", permits.wait_async_with(None, made.clone()).status());
    println!("Wait: {}", thrown(|| permits.wait_with(None, &made)));
    println!("an event: there is none that takes a token");
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
