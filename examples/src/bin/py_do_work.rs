//! Awaiting work that waits: `Start`, `Working...`, two seconds later `Done!`, `End`.
//!
//! The idea: the program with which `async` is usually introduced. While `do_work` sleeps the
//! thread is free; the loop would run other tasks if there were any. Awaiting a coroutine is
//! calling it: nothing of it runs before the `.await`, and everything of it runs inside.
//!
//! ```text
//! Start
//! Working...
//! Done!
//! End
//! ```

use std::time::Duration;

use fourfold::{Result, asyncio};

async fn do_work() -> Result<()> {
    println!("Working...");
    asyncio::sleep(Duration::from_secs(2)).await?;
    println!("Done!");
    Ok(())
}

async fn program() -> Result<()> {
    println!("Start");
    do_work().await?;
    println!("End");
    Ok(())
}

fn main() -> Result<()> {
    fourfold_examples::run(program())
}
