use fourfold::Result;
use fourfold::js::{Promise, async_fn};

use super::show::{Var, error, main, null, say, throw};

// Await in try, catch and finally, on pending and on settled promises, beside a chain that counts.

fn count(n: u32) -> Promise<()> {
    let mut promise = Promise::resolve(());
    for i in 1..=n {
        promise = promise.then(move |()| say!("  microtask {i}"));
    }
    promise
}

async fn section<F>(title: &str, run: impl FnOnce() -> F) -> Result<()>
where
    F: Future<Output = Result<()>> + 'static,
{
    println!("{title}");
    Promise::all([async_fn(run()), count(5)]).await?;
    Ok(())
}

fn e<T: 'static>() -> Promise<T> {
    Promise::reject(error("e"))
}

pub(crate) fn run() {
    main(async {
        section("finally that awaits, after a value", || async {
            let f = || {
                async_fn(async {
                    println!("try");
                    let returned = Ok("value");
                    null().await?;
                    println!("finally");
                    returned
                })
            };
            println!("{}", f().await?);
            Ok(())
        })
        .await?;
        section("finally that awaits, after an error", || async {
            let f = || {
                async_fn(async {
                    let thrown = throw::<()>("e");
                    null().await?;
                    println!("finally");
                    thrown
                })
            };
            if let Err(e) = f().await {
                println!("caught {e}");
            }
            Ok(())
        })
        .await?;
        section("finally that replaces the error", || async {
            let f = || {
                async_fn(async {
                    let _replaced = throw::<()>("e");
                    null().await?;
                    Ok("replaced")
                })
            };
            println!("{}", f().await?);
            Ok(())
        })
        .await?;
        section("catch that awaits a rejection", || async {
            if let Err(e) = e::<()>().await {
                null().await?;
                println!("caught {e}");
            }
            Ok(())
        })
        .await?;
        section("nested finally", || async {
            let inner = e::<()>().await;
            println!("inner");
            null().await?;
            if inner.is_err() {
                println!("outer");
            }
            null().await?;
            println!("last");
            Ok(())
        })
        .await?;
        section("a pending promise, settled in the second microtask", || async {
            let (promise, settle) = Promise::with_resolvers();
            null().then(|()| Ok(())).then(move |()| {
                println!("resolve");
                settle.resolve("now");
                Ok(())
            });
            println!("{}", promise.await?);
            Ok(())
        })
        .await?;
        section("a reaction on a pending promise, and one on a settled promise", || async {
            let (promise, settle) = Promise::with_resolvers();
            promise.then(|()| say!("pending, first"));
            null().then(|()| say!("settled"));
            promise.then(|()| say!("pending, second"));
            settle.resolve(());
            promise.then(|()| say!("settled meanwhile"));
            promise.await?;
            println!("awaited");
            Ok(())
        })
        .await?;
        section("await of several in a row", || async {
            let [a, b, c] = ["a", "b", "c"].map(Promise::<&str>::resolve);
            println!("{}", a.await?);
            println!("{}", b.await?);
            println!("{}", c.await?);
            Ok(())
        })
        .await?;
        section("operands are evaluated before the await after them", || async {
            let n = Var::new(1);
            let add = || {
                async_fn(async move {
                    let seen = n.get();
                    null().await?;
                    n.set(seen + 1);
                    Ok(())
                })
            };
            Promise::all([add(), add(), add()]).await?;
            println!("three additions, one is kept: {}", n.get());
            Ok(())
        })
        .await
    });
}
