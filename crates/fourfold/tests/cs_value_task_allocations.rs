//! Awaiting what is there, and a source that is used again, allocates nothing.

#[path = "support/counting.rs"]
mod counting;

use std::sync::Arc;
use std::task::{Context, Poll};

use counting::ALLOCATIONS;
use fourfold::Result;
use fourfold::csharp::{
    AwaitState, ManualResetValueTaskSourceCore, Task, ValueTask, ValueTaskSource,
    ValueTaskSourceOnCompletedFlags, ValueTaskSourceStatus, async_method,
};

const ROUNDS: u64 = 1000;

#[test]
fn cs_15_awaiting_a_completed_value_task_allocates_nothing() {
    let (kept, done) = (Task::from_result(1), Task::completed_task());
    let method = async_method(async move {
        let before = ALLOCATIONS.get();
        let mut sum = 0;
        for i in 0..ROUNDS {
            sum += ValueTask::from_result(i).await?;
            sum += ValueTask::from_task(kept.clone()).configure_await(false).await?;
            ValueTask::completed_task().await?;
            (&done).await?;
        }
        Ok((sum, ALLOCATIONS.get() - before))
    });
    assert_eq!(method.result().unwrap(), (ROUNDS * (ROUNDS - 1) / 2 + ROUNDS, 0));
}

#[derive(Default)]
struct Source(ManualResetValueTaskSourceCore<u64>);

impl ValueTaskSource<u64> for Source {
    fn get_status(&self, token: u64) -> Result<ValueTaskSourceStatus> {
        self.0.get_status(token)
    }

    fn get_result(&self, token: u64) -> Result<u64> {
        self.0.get_result(token)
    }

    fn on_completed(
        &self,
        continuation: Box<dyn FnOnce() + Send>,
        token: u64,
        flags: ValueTaskSourceOnCompletedFlags,
    ) -> Result<()> {
        self.0.on_completed(continuation, token, flags)
    }

    fn poll_completed(
        &self,
        token: u64,
        state: &mut AwaitState,
        context: &mut Context<'_>,
    ) -> Poll<Result<()>> {
        self.0.poll_completed(token, state, context)
    }
}

#[test]
fn cs_15_a_source_that_is_used_again_allocates_nothing() {
    let source = Arc::new(Source::default());
    let waits = async_method({
        let source = source.clone();
        async move {
            let mut sum = 0;
            for _ in 0..ROUNDS {
                source.0.reset();
                sum += ValueTask::from_source(source.clone(), source.0.version()).await?;
            }
            Ok(sum)
        }
    });
    let before = ALLOCATIONS.get();
    for i in 0..ROUNDS {
        // The other goes on inside of this, up to its next await.
        source.0.set_result(i).unwrap();
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
    assert_eq!(waits.result().unwrap(), ROUNDS * (ROUNDS - 1) / 2);
}
