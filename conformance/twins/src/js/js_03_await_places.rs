use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

use fourfold::Result;
use fourfold::js::{Promise, async_fn};

use super::node::{error, program};

fn count(n: u32) -> Promise<()> {
    let mut promise = Promise::resolve(());
    for i in 1..=n {
        promise = promise.then(move |()| {
            println!("  microtask {i}");
            Ok(())
        });
    }
    promise
}

async fn section(title: &str, run: impl Future<Output = Result<()>> + 'static) -> Result<()> {
    println!("{title}");
    Promise::all([async_fn(run), count(5)]).await?;
    Ok(())
}

/// `await 0`.
async fn tick() -> Result<()> {
    Promise::resolve(()).await
}

fn says(text: &'static str) -> impl FnOnce(()) -> Result<()> {
    move |()| {
        println!("{text}");
        Ok(())
    }
}

async fn finally_and_catch() -> Result<()> {
    section("finally that awaits, after a value", async {
        let f = async_fn(async {
            println!("try");
            let returned = "value";
            tick().await?;
            println!("finally");
            Ok(returned)
        });
        println!("{}", f.await?);
        Ok(())
    })
    .await?;
    section("finally that awaits, after an error", async {
        let f = async_fn(async {
            let thrown = error("e");
            tick().await?;
            println!("finally");
            Err::<(), _>(thrown)
        });
        if let Err(e) = f.await {
            println!("caught {e}");
        }
        Ok(())
    })
    .await?;
    section("finally that replaces the error", async {
        let f = async_fn(async {
            let _thrown = error("e");
            tick().await?;
            Ok("replaced")
        });
        println!("{}", f.await?);
        Ok(())
    })
    .await?;
    section("catch that awaits a rejection", async {
        if let Err(e) = Promise::<()>::reject(error("e")).await {
            tick().await?;
            println!("caught {e}");
        }
        Ok(())
    })
    .await?;
    section("nested finally", async {
        let inner = async {
            let thrown = Promise::<()>::reject(error("e")).await;
            println!("inner");
            tick().await?;
            thrown
        };
        if inner.await.is_err() {
            println!("outer");
        }
        tick().await?;
        println!("last");
        Ok(())
    })
    .await
}

async fn pending_and_settled() -> Result<()> {
    section("a pending promise, settled in the second microtask", async {
        let (promise, settle) = Promise::with_resolvers();
        Promise::resolve(()).then(|()| Ok(())).then(move |()| {
            println!("resolve");
            settle.resolve("now");
            Ok(())
        });
        println!("{}", promise.await?);
        Ok(())
    })
    .await?;
    section("a reaction on a pending promise, and one on a settled promise", async {
        let (promise, settle) = Promise::with_resolvers();
        promise.then(says("pending, first"));
        Promise::resolve(()).then(says("settled"));
        promise.then(says("pending, second"));
        settle.resolve(());
        promise.then(says("settled meanwhile"));
        promise.await?;
        println!("awaited");
        Ok(())
    })
    .await?;
    section("await of several in a row", async {
        let (a, b, c) = (Promise::resolve("a"), Promise::resolve("b"), Promise::resolve("c"));
        println!("{}", a.await?);
        println!("{}", b.await?);
        println!("{}", c.await?);
        Ok(())
    })
    .await?;
    section("operands are evaluated before the await after them", async {
        let n = Rc::new(Cell::new(1));
        let add = || {
            let n = n.clone();
            async_fn(async move {
                let seen = n.get();
                tick().await?;
                n.set(seen + 1);
                Ok(())
            })
        };
        Promise::all([add(), add(), add()]).await?;
        println!("three additions, one is kept: {}", n.get());
        Ok(())
    })
    .await
}

pub(crate) fn run() {
    program(async {
        finally_and_catch().await?;
        pending_and_settled().await
    });
}
