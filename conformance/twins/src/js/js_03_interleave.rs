use fourfold::Result;
use fourfold::js::{Promise, Thenable, async_fn};

use super::show::{Var, main, null};

// Who comes when, one letter to a worker and one number to a step.

type Steps = Var<Vec<String>>;

fn worker(steps: Steps, name: &'static str, count: u32) -> Promise<()> {
    async_fn(async move {
        for i in 1..=count {
            steps.push(format!("{name}{i}"));
            null().await?;
        }
        Ok(())
    })
}

fn chain(steps: Steps, name: &'static str, count: u32) -> Promise<()> {
    let mut promise = Promise::resolve(());
    for i in 1..=count {
        promise = promise.then(move |()| {
            steps.push(format!("{name}{i}"));
            Ok(())
        });
    }
    promise
}

async fn section(title: &str, run: impl FnOnce(Steps) -> Vec<Promise<()>>) -> Result<()> {
    let steps = Var::new(Vec::new());
    Promise::all(run(steps)).await?;
    println!("{title}: {}", steps.join());
    Ok(())
}

fn then<T: Clone + 'static>(steps: Steps, promise: &Promise<T>) -> Promise<()> {
    promise.then(move |_| {
        steps.push("done");
        Ok(())
    })
}

/// The promise, seen from a chain beside it.
async fn beside<T: Clone + 'static>(
    title: &str,
    make: impl FnOnce(Steps) -> Promise<T>,
) -> Result<()> {
    section(title, |s| vec![then(s, &make(s)), chain(s, "B", 6)]).await
}

pub(crate) fn run() {
    main(async {
        section("two workers", |s| vec![worker(s, "A", 4), worker(s, "B", 4)]).await?;
        section("three, of different length", |s| {
            vec![worker(s, "A", 2), worker(s, "B", 4), worker(s, "C", 3)]
        })
        .await?;
        section("a worker and a chain", |s| vec![worker(s, "A", 4), chain(s, "B", 4)]).await?;
        section("a chain and a worker", |s| vec![chain(s, "A", 4), worker(s, "B", 4)]).await?;

        // What a returned promise costs, seen from a chain beside it.
        beside("return value", |_| async_fn(async { Ok(1) })).await?;
        beside::<()>("return promise", |_| async_fn(async { Ok(null()) })).await?;
        beside("return await promise", |_| async_fn(async { null().await })).await?;
        beside::<()>("then returns promise", |_| null().then(|()| Ok(null()))).await?;
        beside::<()>("then returns thenable", |s| {
            null().then(move |()| {
                Ok(Thenable::new(move |settle| {
                    s.push("then");
                    settle.resolve(());
                    Ok(())
                }))
            })
        })
        .await?;
        beside("finally", |s| {
            null().finally(move || {
                s.push("finally");
                Ok(())
            })
        })
        .await?;
        beside("all", |_| Promise::all([Promise::resolve(1), Promise::resolve(2)])).await?;
        beside("race", |s| Promise::race([chain(s, "A", 3), chain(s, "C", 2)])).await?;

        // Awaiting what is settled and what is settled meanwhile.
        section("await a promise of another worker", |s| {
            let first = worker(s, "A", 3);
            let awaited = first.clone();
            let second = async_fn(async move {
                s.push("B1");
                awaited.await?;
                s.push("B2");
                Ok(())
            });
            vec![first, second, worker(s, "C", 6)]
        })
        .await?;
        section("a lock handed on", |s| {
            let mut lock = Promise::resolve(());
            let mut locked = |name: &'static str| {
                let (promise, settle) = Promise::with_resolvers();
                let before = std::mem::replace(&mut lock, promise);
                async_fn(async move {
                    before.await?;
                    s.push(format!("{name}in"));
                    null().await?;
                    s.push(format!("{name}out"));
                    settle.resolve(());
                    Ok(())
                })
            };
            vec![locked("A"), locked("B"), locked("C"), worker(s, "D", 9)]
        })
        .await
    });
}
