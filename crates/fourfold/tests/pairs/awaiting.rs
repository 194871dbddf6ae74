//! How each dialect awaits a task of any, and cancels its await.

use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{self, create_task};
use fourfold::csharp::{self, CancellationTokenSource, async_method};
use fourfold::go::{self, context};
use fourfold::interop::{Cancels, link};
use fourfold::js::{self, AbortController, async_fn};

use super::End;
use super::awaited::Awaited;

/// A task awaits it, and is itself cancelled.
pub fn asyncio(awaited: Awaited) -> Result<u32> {
    asyncio::run(async move {
        awaited.until_it_waits();
        let waiting = create_task(awaited.future.cancels(awaited.target));
        // It has its first step, and waits.
        asyncio::sleep(Duration::ZERO).await?;
        if awaited.end == End::Cancelled {
            waiting.cancel();
        }
        waiting.await
    })
}

/// An async method awaits it, and its token is cancelled.
pub fn csharp(awaited: Awaited) -> Result<u32> {
    csharp::run(async move {
        awaited.until_it_waits();
        let source = CancellationTokenSource::new();
        let token = source.token();
        let (future, target, end) = (awaited.future, awaited.target, awaited.end);
        // It runs at once, up to its wait.
        let waiting = async_method(async move {
            let _linked = link(&token, target);
            future.await
        });
        if end == End::Cancelled {
            source.cancel()?;
        }
        waiting.await
    })
}

/// An async function awaits it, and its signal is aborted.
pub fn js(awaited: Awaited) -> Result<u32> {
    js::run(async move {
        awaited.until_it_waits();
        let controller = AbortController::new();
        let signal = controller.signal();
        // It runs at once, up to its wait.
        let waiting = async_fn(async move {
            let _linked = link(&signal, awaited.target);
            awaited.future.await
        });
        if awaited.end == End::Cancelled {
            controller.abort();
        }
        waiting.await
    })
}

/// A goroutine waits for it by a plain call, and its context is cancelled.
pub fn go(awaited: Awaited) -> Result<u32> {
    awaited.until_it_waits();
    go::Builder::new().panics(go::Panics::Return).run(move || {
        let (ctx, cancel) = context::with_cancel(&context::background());
        let (future, target, end) = (awaited.future, awaited.target, awaited.end);
        let waiting = go::go(move || {
            let _linked = link(&ctx, target);
            go::wait(future)
        });
        if end == End::Cancelled {
            cancel.call();
        }
        waiting.join()?
    })
}
