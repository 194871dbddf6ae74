//! A generator stops at each `yield`, and every call makes one with a frame of its own.
//!
//! The idea: `next` resumes a generator, and what it is called with is the value of the `yield` that the
//! generator stopped at. The first `next` only starts it; called with nothing, that value is
//! `undefined`. A generator that is not gone on with never ends, and nobody minds.
//!
//! ```text
//! foo start
//! 1
//! foo a undefined
//! 2
//! 3
//! foo start
//! 1
//! foo start
//! 1
//! ```

use fourfold::Result;
use fourfold::js::{Generator, Yielder, generator};

/// What `next` is called with: perhaps nothing.
type Sent = Option<&'static str>;

fn foo() -> Generator<u32, Sent> {
    generator(async |y: Yielder<u32, Sent>| {
        println!("foo start");
        let a = y.yield_(1).await?;
        println!("foo a {}", a.unwrap_or("undefined"));
        y.yield_(2).await?;
        y.yield_(3).await?;
        println!("foo end");
        Ok(())
    })
}

fn print_next(generator: &Generator<u32, Sent>) -> Result<()> {
    match generator.next(None)?.value() {
        Some(value) => println!("{value}"),
        None => println!("undefined"),
    }
    Ok(())
}

fn main() -> Result<()> {
    let generator = foo();
    print_next(&generator)?;
    print_next(&generator)?;
    print_next(&generator)?;
    print_next(&foo())?;
    print_next(&foo())
}
