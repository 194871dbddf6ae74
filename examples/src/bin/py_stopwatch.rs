//! A timer for a scope, awaits and early exits included.
//!
//! The idea: where Python writes `with stopwatch() as elapsed:`, Rust drops a guard at the end of
//! the scope. The time is the loop's own, hence exact when it is virtual. A scope that is left by
//! `?` is measured too: the third one gives up after one of its three seconds.
//!
//! ```text
//! one after the other: 3.0 s
//! at once: 2.0 s
//! given up: 1.0 s
//! ```

use std::time::Duration;

use fourfold::asyncio::{self, sleep};
use fourfold::stopwatch::stopwatch;
use fourfold::{Error, Result};

const SECOND: Duration = Duration::from_secs(1);

async fn one_after_the_other() -> Result<()> {
    sleep(SECOND).await?;
    sleep(2 * SECOND).await
}

async fn at_once() -> Result<()> {
    asyncio::gather([sleep(SECOND), sleep(2 * SECOND)]).await?;
    Ok(())
}

async fn given_up() -> Result<()> {
    sleep(SECOND).await?;
    Err(Error::msg("that is long enough"))?;
    sleep(2 * SECOND).await
}

async fn program() -> Result<()> {
    let mut elapsed = Duration::ZERO;

    {
        let _timing = stopwatch(&mut elapsed);
        one_after_the_other().await?;
    }
    println!("one after the other: {:.1} s", elapsed.as_secs_f64());

    {
        let _timing = stopwatch(&mut elapsed);
        at_once().await?;
    }
    println!("at once: {:.1} s", elapsed.as_secs_f64());

    let failed: Result<()> = async {
        let _timing = stopwatch(&mut elapsed);
        given_up().await
    }
    .await;
    assert!(failed.is_err());
    println!("given up: {:.1} s", elapsed.as_secs_f64());
    Ok(())
}

fn main() -> Result<()> {
    fourfold_examples::run(program())
}
