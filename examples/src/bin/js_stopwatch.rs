//! A stopwatch that lives as long as its scope, awaits and early exits included.
//!
//! The idea: where JavaScript writes `using timing = stopwatch(…)`, which is disposed of at the end of the
//! scope, Rust drops a guard. It reads the loop's own clock, hence exact when that is virtual. A
//! scope that is left by a throw is measured too: the third one gives up after one of its three seconds.
//!
//! ```text
//! one after the other: 3.0 s
//! at once: 2.0 s
//! given up: 1.0 s
//! ```

use std::time::Duration;

use fourfold::js::{Promise, set_timeout_promise};
use fourfold::stopwatch::stopwatch;
use fourfold::{Error, Result};

async fn one_after_the_other() -> Result<()> {
    set_timeout_promise(1000).await?;
    set_timeout_promise(2000).await
}

async fn at_once() -> Result<()> {
    Promise::all([set_timeout_promise(1000), set_timeout_promise(2000)]).await?;
    Ok(())
}

async fn given_up() -> Result<()> {
    set_timeout_promise(1000).await?;
    Err(Error::msg("that is long enough"))?;
    set_timeout_promise(2000).await
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
    fourfold_examples::run_js(program())
}
