//! An awaitable that yields itself, and the loop that understands it: five sleepers in half a
//! second.
//!
//! The idea: an event is a value. `AsyncSleep` only says until when; awaiting it hands it to
//! whoever drives the coroutine, and what that does about it is not the event's affair. Driven by
//! hand, without any waiting, a sleep of 100 seconds is two events and over at once. The loop
//! `run` waits instead, always for the coroutine that is due first, and so the waiting of all of
//! them overlaps: 25 steps of 0.1 s take 0.5 s and not 2.5 s.
//!
//! ```text
//! AsyncSleep(until=50.0)
//! AsyncSleep(until=50.0)
//! StopIteration
//! coroutine 0 step 1 at 0.00
//! coroutine 1 step 1 at 0.00
//! …
//! coroutine 4 step 5 at 0.40
//! 25 steps in 0.50 s
//! ```

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use fourfold::Result;
use fourfold::generator::{Generator, StopIteration, Yielder, generator};

/// A wish for the loop: to be resumed at this moment.
struct AsyncSleep {
    until: Instant,
    /// The beginning of the program, to print the time from.
    epoch: Instant,
}

impl AsyncSleep {
    /// Awaiting it is yielding it.
    async fn wait(self, y: &Yielder<AsyncSleep>) -> Result<()> {
        y.yield_(self).await?;
        Ok(())
    }
}

impl fmt::Debug for AsyncSleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AsyncSleep(until={:.1})", (self.until - self.epoch).as_secs_f64())
    }
}

/// Sleeps twice, for half of the time each.
async fn asleep(y: &Yielder<AsyncSleep>, epoch: Instant, duration: Duration) -> Result<()> {
    AsyncSleep { until: Instant::now() + duration / 2, epoch }.wait(y).await?;
    AsyncSleep { until: Instant::now() + duration / 2, epoch }.wait(y).await
}

/// Takes five steps and sleeps after each.
fn sleepy(number: u32, epoch: Instant) -> Generator<AsyncSleep> {
    generator(async move |y: Yielder<AsyncSleep>| {
        for step in 1..=5 {
            let now = epoch.elapsed().as_secs_f64();
            println!("coroutine {number} step {step} at {now:.2}");
            asleep(&y, epoch, Duration::from_millis(100)).await?;
        }
        Ok(())
    })
}

/// Runs the coroutines side by side until all have come to their ends.
fn run(coroutines: impl IntoIterator<Item = Generator<AsyncSleep>>) -> Result<()> {
    let start = Instant::now();
    let mut waiting: Vec<_> = coroutines.into_iter().map(|coroutine| (start, coroutine)).collect();
    while !waiting.is_empty() {
        // Pick the first that wants to wake up, wait until then, and run it.
        let (until, mut coroutine) = waiting.remove(0);
        thread::sleep(until.saturating_duration_since(Instant::now()));
        match coroutine.next() {
            Ok(event) => waiting.push((event.until, coroutine)),
            Err(end) if end.is::<StopIteration>() => {}
            Err(error) => return Err(error),
        }
        waiting.sort_by_key(|(until, _)| *until);
    }
    Ok(())
}

fn main() -> Result<()> {
    let epoch = Instant::now();
    let mut by_hand = generator(async move |y: Yielder<AsyncSleep>| {
        asleep(&y, epoch, Duration::from_secs(100)).await
    });
    println!("{:?}", by_hand.next()?);
    println!("{:?}", by_hand.next()?);
    assert!(by_hand.next().is_err_and(|end| end.is::<StopIteration>()));
    println!("StopIteration");

    let epoch = Instant::now();
    run((0..5).map(|number| sleepy(number, epoch)))?;
    println!("25 steps in {:.2} s", epoch.elapsed().as_secs_f64());
    Ok(())
}
