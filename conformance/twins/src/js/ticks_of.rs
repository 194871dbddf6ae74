//! The counter of microtasks that several originals have.

use fourfold::js::{Promise, Thenable};
use fourfold::{Error, Result};

use super::node::{error, null};
use super::var::Var;

/// How many microtasks pass until a promise has settled, seen by one reaction on it.
pub(crate) async fn ticks_of<T: Clone + 'static>(make: impl FnOnce() -> Promise<T>) -> Result<u32> {
    let done = Var::new(false);
    let settled = move || {
        done.set(true);
        Ok(())
    };
    make().then_else(move |_| settled(), move |_| settled());
    let mut n = 0;
    while !done.get() {
        null().await?;
        n += 1;
    }
    Ok(n)
}

pub(crate) async fn ticks<T: Clone + 'static>(
    name: &str,
    make: impl FnOnce() -> Promise<T>,
) -> Result<()> {
    println!("{name}: {}", ticks_of(make).await?);
    Ok(())
}

pub(crate) fn p(value: i32) -> Promise<i32> {
    Promise::resolve(value)
}

pub(crate) fn r() -> Promise<i32> {
    Promise::reject(error("r"))
}

pub(crate) fn thenable(value: i32) -> Thenable<i32> {
    Thenable::new(move |settle| {
        settle.resolve(value);
        Ok(())
    })
}

/// `throw new Error('t')`.
pub(crate) fn t() -> Result<i32> {
    Err::<_, Error>(error("t"))
}
