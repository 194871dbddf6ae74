//! The smallest program there is: one coroutine, and a loop to run it.
//!
//! The idea: where a goroutine is started by one word, asyncio asks for a loop, and the loop ends
//! with the coroutine it was given.
//!
//! ```text
//! Hello, world!
//! Done
//! ```

use fourfold::{Result, asyncio};

async fn say_hello() -> Result<()> {
    println!("Hello, world!");
    Ok(())
}

fn main() -> Result<()> {
    asyncio::run(async {
        say_hello().await?;
        println!("Done");
        Ok(())
    })
}
