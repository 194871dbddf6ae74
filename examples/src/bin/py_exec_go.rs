//! Two coroutines at once take as long as one of them.
//!
//! The idea: `gather` makes a task of each and waits for all. The loop's clock is printed before
//! and after; `exec` comes twice, and both times at second 2.
//!
//! ```text
//! 0.0
//! exec
//! exec
//! 2.0
//! ```

use std::time::Duration;

use fourfold::{Result, asyncio};

async fn exec() -> Result<()> {
    asyncio::sleep(Duration::from_secs(2)).await?;
    println!("exec");
    Ok(())
}

async fn go() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    println!("{:.1}", event_loop.time().as_secs_f64());
    asyncio::gather([exec(), exec()]).await?;
    println!("{:.1}", event_loop.time().as_secs_f64());
    Ok(())
}

fn main() -> Result<()> {
    fourfold_examples::run(go())
}
