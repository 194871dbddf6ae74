//! One generator function, called several times: each call has a frame of its own.
//!
//! The idea: the generator `foo` of Python, resumed with and without a value; then two that are
//! asked once and thrown away; then one that is run to its end by a plain walk over its values,
//! where nobody sends anything.
//!
//! ```text
//! foo start
//! 1
//! foo a a
//! 2
//! 3
//! foo start
//! 1
//! foo start
//! 1
//! foo start
//! foo a None
//! foo end
//! ```

use fourfold::Result;
use fourfold::generator::{Generator, Yielder, generator};

fn foo() -> Generator<u32, &'static str> {
    generator(async |y: Yielder<u32, &'static str>| {
        println!("foo start");
        let a = y.yield_(1).await?;
        println!("foo a {}", a.unwrap_or("None"));
        y.yield_(2).await?;
        y.yield_(3).await?;
        println!("foo end");
        Ok(())
    })
}

fn main() -> Result<()> {
    let mut generator = foo();
    println!("{}", generator.next()?);
    println!("{}", generator.send("a")?);
    println!("{}", generator.next()?);

    println!("{}", foo().next()?);
    println!("{}", foo().next()?);

    let all: Vec<u32> = foo().into_iter().collect::<Result<_>>()?;
    assert_eq!(all, [1, 2, 3]);
    Ok(())
}
