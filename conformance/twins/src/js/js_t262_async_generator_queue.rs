use std::fmt::Display;

use fourfold::js::{AsyncGenerator, AsyncYielder, IteratorResult, Promise, async_generator};
use fourfold::{Error, Result};

use super::node::{error, null, program, say};
use super::results::{Returned, text};
use super::var::Var;

// The queue of requests of an async generator.

type Text = &'static str;
type Numbers = AsyncYielder<i32>;
/// A generator that may be left with a text.
type Leavable = AsyncGenerator<i32, (), Option<Text>>;

fn show<Y: Display, R: Returned>(
    name: impl Display,
) -> impl FnOnce(IteratorResult<Y, R>) -> Result<()> {
    move |r| say!("  {name}: {}", text(r, " "))
}

fn fail(name: Text) -> impl FnOnce(Error) -> Result<()> {
    move |e| say!("  {name}: thrown {e}")
}

/// `promise.catch(fail)`.
fn caught<T: Clone + 'static>(promise: &Promise<T>, name: Text) -> Promise<()> {
    promise.then_else(|_| Ok(()), fail(name))
}

pub(crate) fn run() {
    program(async {
        of_order().await?;
        while_it_runs().await?;
        of_return().await
    });
}

async fn of_order() -> Result<()> {
    println!("answers come in the order of the requests, whichever is awaited first");
    {
        let n = Var::new(0);
        let next = move || {
            n.set(n.get() + 1);
            n.get()
        };
        let g = async_generator(async move |y: Numbers| {
            y.yield_(next()).await?;
            y.yield_(next()).await
        });
        let asked = [g.next(()), g.next(()), g.next(())];
        println!("  yields so far: {}", n.get());
        for i in [2, 1, 0] {
            show(i)((&asked[i]).await?)?;
        }
    }
    println!("a yielded promise that is fulfilled late holds all of them up");
    {
        let (promise, settle) = Promise::with_resolvers();
        let g = async_generator(async move |y: Numbers| {
            y.yield_(promise).await?;
            y.yield_(2).await
        });
        let mut asked = [g.next(()), g.next(()), g.next(())];
        asked.reverse();
        let mut i = 3;
        let done = Promise::all(asked.map(|p| {
            i -= 1;
            p.then(show(i))
        }));
        println!("  resolve");
        settle.resolve(1);
        done.await?;
    }
    println!("an await inside does, too");
    {
        let (promise, settle) = Promise::with_resolvers();
        let g = async_generator(async move |y: Numbers| {
            println!("  starts");
            promise.await?;
            y.yield_(1).await?;
            null().await?;
            y.yield_(2).await
        });
        let done = Promise::all(["a", "b", "c"].map(|name| g.next(()).then(show(name))));
        println!("  resolve");
        settle.resolve(());
        done.await?;
    }
    Ok(())
}

async fn while_it_runs() -> Result<()> {
    println!("next while it runs");
    {
        let inner = Var::<Option<Promise<()>>>::unset();
        let own = Var::<Option<AsyncGenerator<i32>>>::unset();
        let g = async_generator(async move |y: Numbers| {
            inner.set(Some(own.it().next(()).then(show("inner"))));
            println!("  asked itself");
            y.yield_(1).await?;
            y.yield_(2).await
        });
        own.set(Some(g.clone()));
        g.next(()).then(show("outer")).await?;
        inner.it().await?;
        g.next(()).then(show("last")).await?;
    }
    println!("return while it runs");
    asks_itself(|own| own.return_(Some("r")).then(show("return"))).await?;
    println!("throw while it runs");
    asks_itself(|own| caught(&own.throw(error("t")), "throw")).await
}

/// A generator that asks itself for something, and yields once.
async fn asks_itself(ask: fn(Leavable) -> Promise<()>) -> Result<()> {
    let inner = Var::<Option<Promise<()>>>::unset();
    let own = Var::<Option<Leavable>>::unset();
    let g = async_generator(async move |y: Numbers| {
        inner.set(Some(ask(own.it())));
        y.yield_(1).await?;
        println!("never");
        Ok(None)
    });
    own.set(Some(g.clone()));
    g.next(()).then(show("first")).await?;
    g.next(()).then(show("second")).await?;
    inner.it().await
}

async fn of_return() -> Result<()> {
    println!("return with a promise that never settles blocks those behind it");
    {
        let (promise, settle) = Promise::<Option<Text>>::with_resolvers();
        let g: Leavable = async_generator(async |y: Numbers| {
            y.yield_(1).await?;
            Ok(None)
        });
        let asked = [
            g.return_(promise).then(show("return")),
            g.next(()).then(show("next")),
            caught(&g.throw(error("t")), "throw"),
        ];
        null().await?;
        null().await?;
        null().await?;
        println!("  nothing yet; resolve");
        settle.resolve(Some("r"));
        Promise::all(asked).await?;
    }
    println!("three returns in a row");
    {
        let g: Leavable = async_generator(async |y: Numbers| {
            let left = y.yield_(1).await;
            println!("  finally");
            left?;
            Ok(None)
        });
        g.next(()).await?;
        let c = Promise::<Option<Text>>::resolve(Some("c"));
        let returns = [
            g.return_(Some("a")).then(show(0)),
            g.return_(Some("b")).then(show(1)),
            g.return_(c).then(show(2)),
        ];
        Promise::all(returns).await?;
    }
    println!("throw, then next, then return, at the start");
    {
        let g: Leavable = async_generator(async |_: Numbers| {
            println!("never");
            Ok(None)
        });
        let asked = [
            caught(&g.throw(error("t")), "throw"),
            g.next(()).then(show("next")),
            g.return_(Some("r")).then(show("return")),
        ];
        Promise::all(asked).await?;
    }
    Ok(())
}
