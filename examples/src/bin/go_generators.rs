//! Generators that wait, and are iterated over as if they did not.
//!
//! The idea: a generator knows no loop, and so nobody who could wake it; in asyncio one that waits
//! has to be an *async* generator, and whoever iterates over it has to await. In a goroutine a wait
//! is a plain call. Made in a generator's body, also of one below by `yield_from`, it parks the
//! goroutine that asked for the next value; others go on.
//!
//! What it cannot do: await a future itself, as the last line tells, for that leaves the body as a
//! yield does (`go::wait(future)` is the plain call for it); go to another goroutine, which the
//! coroutines of `go_coroutines` can; wait in a goroutine that is a future, where any plain wait
//! panics.
//!
//! Prints, with `--virtual` at once:
//!
//! ```text
//! sum 1 after 1.000 s
//! another goroutine after 1.500 s
//! sum 3 after 2.000 s
//! sum 6 after 3.000 s
//! a future: 42 after 4.000 s
//! awaited instead: a generator awaited something else than its yielder, and there is no loop to wake it; use an async generator
//! ```

use std::time::Duration;

use fourfold::Result;
use fourfold::generator::{Generator, Yielder, generator};
use fourfold::go::chan::Receiver;
use fourfold::go::{self, chan, go, time};

/// Sends 1, 2 and 3, a second apart.
fn numbers() -> Receiver<u32> {
    let (out, numbers) = chan::make(0).split();
    go(move || {
        for number in 1..=3 {
            time::sleep(Duration::from_secs(1));
            out.send(number);
        }
        out.close();
    });
    numbers
}

fn sums(numbers: Receiver<u32>) -> Generator<String> {
    generator(async move |y: Yielder<String>| {
        let mut sum = 0;
        // Each round waits for the channel.
        for number in &numbers {
            sum += number;
            y.yield_(format!("sum {sum}")).await?;
        }
        Ok(())
    })
}

async fn answer() -> u32 {
    time::sleep_async(Duration::from_secs(1)).await;
    42
}

fn program() -> Result<()> {
    let values = generator(async |y: Yielder<String>| {
        y.yield_from(sums(numbers())).await?;
        let answer = go::wait(answer());
        y.yield_(format!("a future: {answer}")).await?;
        Ok(())
    });
    go(|| {
        time::sleep(Duration::from_millis(1500));
        println!("another goroutine after {}", elapsed());
    });
    for value in values {
        println!("{} after {}", value?, elapsed());
    }

    let mut awaits = generator(async |y: Yielder<u32>| {
        y.yield_(answer().await).await?;
        Ok(())
    });
    if let Err(error) = awaits.next() {
        println!("awaited instead: {error}");
    }
    Ok(())
}

fn elapsed() -> String {
    format!("{:.3} s", time::now().nanoseconds() as f64 / 1e9)
}

fn main() {
    fourfold_examples::run_go(|| {
        if let Err(error) = program() {
            panic!("{error}");
        }
    });
}
