//! All that a generator can do: `next`, `send`, `throw`, a return value, `yield from`.
//!
//! The idea: a generator is a function that stops in the middle and whose frame lives on. It talks
//! with whoever resumes it in both directions, and `yield from` connects an inner one with that
//! caller as a tunnel does. With this alone coroutines were built, long before `await`.
//!
//! ```text
//! 1                       values, then the end
//! 2
//! StopIteration
//! 1                       sent and thrown in
//! abc
//! 2
//! thrown: out of patience
//! 1                       returned
//! abc
//! 1                       an inner one
//! 2
//! inner abc
//! outer 3
//! 4
//! ```

use fourfold::generator::{StopIteration, Yielder, generator};
use fourfold::{Error, Result};

fn next() -> Result<()> {
    let mut test = generator(async |y: Yielder<u32>| {
        y.yield_(1).await?;
        y.yield_(2).await?;
        Ok(())
    });
    println!("{}", test.next()?);
    println!("{}", test.next()?);
    match test.next() {
        Err(end) if end.is::<StopIteration>() => println!("StopIteration"),
        other => println!("{other:?}?"),
    }
    Ok(())
}

fn send_and_throw() -> Result<()> {
    let mut test = generator(async |y: Yielder<u32, &'static str>| {
        let sent = y.yield_(1).await?;
        println!("{}", sent.unwrap_or("nothing"));
        y.yield_(2).await?;
        y.yield_(3).await?;
        Ok(())
    });
    println!("{}", test.next()?);
    println!("{}", test.send("abc")?);
    match test.throw(Error::msg("out of patience")) {
        Err(error) => println!("thrown: {error}"),
        Ok(value) => println!("{value}?"),
    }
    Ok(())
}

fn return_value() -> Result<()> {
    let mut test = generator(async |y: Yielder<u32>| {
        y.yield_(1).await?;
        Ok("abc")
    });
    println!("{}", test.next()?);
    if let Err(end) = test.next()
        && end.is::<StopIteration>()
    {
        println!("{}", test.take_value().unwrap_or("nothing"));
    }
    Ok(())
}

fn yield_from() -> Result<()> {
    let inner = generator(async |y: Yielder<u32, &'static str>| {
        let sent = y.yield_(2).await?;
        println!("inner {}", sent.unwrap_or("nothing"));
        Ok(3)
    });
    let mut outer = generator(async |y: Yielder<u32, &'static str>| {
        y.yield_(1).await?;
        let returned = y.yield_from(inner).await?;
        println!("outer {returned}");
        y.yield_(4).await?;
        Ok(())
    });
    println!("{}", outer.next()?);
    println!("{}", outer.next()?);
    println!("{}", outer.send("abc")?);
    Ok(())
}

fn main() -> Result<()> {
    next()?;
    send_and_throw()?;
    return_value()?;
    yield_from()
}
