use std::sync::Arc;
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{
    Builder, CancellationTokenSource, SemaphoreSlim, Task, TaskCompletionSource,
};

use super::show::{b, end, thrown};

const MINUTE: Duration = Duration::from_secs(60);

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

async fn cancels(source: &CancellationTokenSource) -> Result<String> {
    let done = Arc::new(TaskCompletionSource::new());
    let sets = done.clone();
    let registration = source.token().register(move || sets.set_result(()));
    done.task().await?;
    drop(registration);
    Ok(format!("requested {}", b(source.is_cancellation_requested())))
}

async fn program() -> Result<()> {
    println!("at a time: {}", cancels(&CancellationTokenSource::with_delay(ms(10))).await?);
    println!("at a time span: {}", cancels(&CancellationTokenSource::with_delay(ms(10))).await?);
    let later = CancellationTokenSource::new();
    later.cancel_after(ms(10))?;
    println!("CancelAfter: {}", cancels(&later).await?);
    later.cancel_after(ms(10))?;
    println!("again: {}", b(later.is_cancellation_requested()));
    let at_once = CancellationTokenSource::with_delay(Duration::ZERO);
    println!("at once: {}", b(at_once.is_cancellation_requested()));
    println!("a negative time: does not compile");

    // The last call counts; one that never comes takes it back.
    let postponed = CancellationTokenSource::with_delay(MINUTE);
    postponed.cancel_after(ms(5))?;
    println!("brought forward: {}", cancels(&postponed).await?);
    let put_off = CancellationTokenSource::with_delay(MINUTE);
    put_off.cancel_after(Duration::MAX)?;
    println!("taken back: {}", b(put_off.is_cancellation_requested()));
    put_off.cancel()?;
    println!("by hand all the same: {}", b(put_off.is_cancellation_requested()));

    let mut disposed = CancellationTokenSource::with_delay(MINUTE);
    disposed.dispose();
    println!("disposed: {}", thrown(|| disposed.cancel_after(ms(1))));

    // With a limit for an operation.
    let limit = CancellationTokenSource::with_delay(ms(10));
    println!("a delay: {}", end(&Task::delay_with(MINUTE, limit.token())).await?);
    let permits = SemaphoreSlim::new(0)?;
    println!("a semaphore: {}", end(&permits.wait_async_with(None, limit.token())).await?);
    // A linked one with a limit of its own.
    let outer = CancellationTokenSource::new();
    let inner = CancellationTokenSource::create_linked_token_source([outer.token()]);
    inner.cancel_after(ms(10))?;
    let inner = cancels(&inner).await?;
    let outer = b(outer.is_cancellation_requested());
    println!("linked, with a limit: {inner}, the outer {outer}");
    Ok(())
}

pub(crate) fn run() {
    let ran = Builder::new().virtual_time().run(program());
    ran.expect("it handles what it raises");
}
