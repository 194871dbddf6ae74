//! Tasks on the pool of the process.

use std::sync::Arc;
use std::time::Duration;

use fourfold::csharp::{CancellationTokenSource, Channel, SemaphoreSlim, Task};
use fourfold::{Error, Result};

use crate::operation::{Operation, Work};
use crate::world::World;

pub(crate) fn start(world: &Arc<World>, operation: Operation) {
    let world = world.clone();
    Task::run(async move {
        let Operation { entry, work, cancel_after, chance } = operation;
        let source = match cancel_after {
            Some(after) => CancellationTokenSource::with_delay(after),
            None => CancellationTokenSource::new(),
        };
        let token = source.token();
        let result = match work {
            Work::Native => native(chance.clone().below(5)).await,
            work => token.run(work.run(world, chance)).await.and_then(|result| result),
        };
        entry.end(&result);
        Ok(())
    });
}

/// Tasks that share a semaphore, and a channel between two of them.
async fn native(ms: u64) -> Result<()> {
    let semaphore = Arc::new(SemaphoreSlim::new(2)?);
    let tasks = (0..4_u64).map(|n| {
        let semaphore = semaphore.clone();
        Task::run(async move {
            semaphore.wait_async().await?;
            Task::delay(Duration::from_millis(ms)).await?;
            semaphore.release()?;
            Ok(n)
        })
    });
    let all = Task::when_all(tasks).await?;
    let channel = Channel::<u64>::create_bounded(2);
    let (reader, writer) = (channel.reader(), channel.writer());
    let writing = Task::run(async move {
        for n in 0..10 {
            writer.write_async(n).await?;
        }
        writer.complete()
    });
    let mut sum = all.iter().sum::<u64>();
    while reader.wait_to_read_async().await? {
        while let Some(n) = reader.try_read() {
            sum += n;
        }
    }
    writing.await?;
    if sum != 51 { Err(Error::from_panic(Box::new("a channel lost an item"))) } else { Ok(()) }
}

pub(crate) async fn double(number: u64) -> Result<u64> {
    let task = Task::run(async move {
        Task::delay(Duration::from_millis(number % 3)).await?;
        Ok(2 * number)
    });
    task.await
}
