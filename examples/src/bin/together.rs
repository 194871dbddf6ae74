//! The four together: an asyncio task awaits a goroutine, which waits for a promise; and a C# token cancels
//! all three, from the outside in. Then each tells what it ended with, from the inside out.
//!
//! ```text
//!   C# token ──link──► asyncio task ──cancels──► goroutine's context ──link──► AbortSignal
//!                        awaits ────► goroutine ────── waits for ──────► promise
//! ```

use std::future::pending;
use std::sync::mpsc;
use std::thread;

use fourfold::asyncio::{self, current_task};
use fourfold::csharp::{CancellationTokenSource, Task};
use fourfold::go::{self, context, go};
use fourfold::interop::{Cancels, link};
use fourfold::{Result, js};

fn main() -> Result<()> {
    // Promises live on a loop, which has a thread of its own here.
    let (send, remote) = mpsc::channel();
    let promises = thread::spawn(move || {
        js::run(async move {
            send.send(js::Remote::current())?;
            Ok(())
        })
    });
    let remote = remote.recv()?;

    let source = CancellationTokenSource::new();
    let token = source.token();
    let (waits, is_waiting) = mpsc::channel();

    // C#: cancels as soon as the innermost waits.
    let canceller = Task::run(move || {
        is_waiting.recv()?;
        println!("C#          the token is cancelled");
        source.cancel()
    });

    let ended = asyncio::run(async move {
        let (ctx, cancel) = context::with_cancel_cause(&context::background());
        let goroutine = go(move || read(&remote, &ctx, waits));
        // Who has the token may cancel this task; who cancels this task cancels the context.
        let task = current_task().expect("in a task");
        let _linked = link(&token, task.canceller());
        goroutine.cancels(cancel).await?
    });
    let error = ended.expect_err("it was cancelled");
    println!("asyncio     the task failed: {error}");
    assert!(error.is_cancelled());

    go::wait(canceller.into_future())?;
    promises.join().expect("no panic")
}

/// A goroutine: a plain function that waits for a promise by a plain call.
fn read(remote: &js::Remote, ctx: &context::Context, waits: mpsc::Sender<()>) -> Result<String> {
    let promise = remote.async_fn(move |signal| async move {
        println!("JavaScript  the promise waits");
        waits.send(())?;
        let aborted = signal.run(pending::<Result<String>>()).await;
        if let Err(reason) = &aborted {
            println!("JavaScript  the signal is aborted: {reason}");
        }
        aborted
    })?;
    let _linked = link(ctx, promise.canceller());
    let text = go::wait(promise);
    if let Err(error) = &text {
        println!("Go          the promise failed: {error}");
    }
    text
}
