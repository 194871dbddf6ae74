//! A coroutine is an object, and anybody may drive it.
//!
//! The idea: calling an `async` function runs nothing; it makes a coroutine. A loop resumes it as
//! often as it suspends itself, and so can a plain function. First it is done here by hand, with a
//! wait that needs no loop (a sleep of no length, the bare `yield` of asyncio). Then a loop drives
//! the same coroutine: only that can wait for time to pass.
//!
//! In Python the hand is `coroutine.send(None)`, here it is `poll`, and `StopIteration` is `Ready`.
//!
//! ```text
//! <coroutine object two_steps at 0x…>
//! Step 1
//! suspended
//! Step 2
//! returned "the result"
//! by a loop:
//! Step 1
//! Step 2
//! returned "the result"
//! ```

use std::future::{Future, IntoFuture};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{self, Loop, coroutine};

async fn two_steps(pause: Duration) -> Result<&'static str> {
    println!("Step 1");
    asyncio::sleep(pause).await?;
    println!("Step 2");
    Ok("the result")
}

fn main() -> Result<()> {
    let coroutine_object = coroutine("two_steps", two_steps(Duration::ZERO));
    println!("{coroutine_object:?}");

    let mut steps = pin!(coroutine_object.into_future());
    // Whom to wake when it can go on: nobody, for we ask again ourselves.
    let mut context = Context::from_waker(Waker::noop());
    let result = loop {
        match steps.as_mut().poll(&mut context) {
            Poll::Pending => println!("suspended"),
            Poll::Ready(result) => break result?,
        }
    };
    println!("returned {result:?}");

    println!("by a loop:");
    let event_loop = Loop::new()?;
    let result = event_loop.run_until_complete(two_steps(Duration::from_millis(100)))?;
    println!("returned {result:?}");
    event_loop.close()
}
