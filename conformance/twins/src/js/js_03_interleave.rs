use std::cell::RefCell;
use std::rc::Rc;

use fourfold::Result;
use fourfold::js::{Promise, Resolvers, async_fn};

use super::node::{program, thenable};

type Steps = Rc<RefCell<Vec<String>>>;

fn push(steps: &Steps, step: impl Into<String>) {
    steps.borrow_mut().push(step.into());
}

fn worker(steps: &Steps, name: &'static str, count: u32) -> Promise<()> {
    let steps = steps.clone();
    async_fn(async move {
        for i in 1..=count {
            push(&steps, format!("{name}{i}"));
            Promise::resolve(()).await?;
        }
        Ok(())
    })
}

fn chain(steps: &Steps, name: &'static str, count: u32) -> Promise<()> {
    let mut promise = Promise::resolve(());
    for i in 1..=count {
        let steps = steps.clone();
        promise = promise.then(move |()| {
            push(&steps, format!("{name}{i}"));
            Ok(())
        });
    }
    promise
}

/// Has `promise` say when it is settled.
fn done<T: Clone + 'static>(steps: &Steps, promise: &Promise<T>) -> Promise<()> {
    let steps = steps.clone();
    promise.then(move |_| {
        push(&steps, "done");
        Ok(())
    })
}

async fn section(title: &str, run: impl FnOnce(&Steps) -> Promise<Vec<()>>) -> Result<()> {
    let steps = Steps::default();
    run(&steps).await?;
    println!("{title}: {}", steps.borrow().join(" "));
    Ok(())
}

/// `promise` beside a chain of six.
async fn beside<T: Clone + 'static>(
    title: &str,
    make: impl FnOnce(&Steps) -> Promise<T>,
) -> Result<()> {
    section(title, |steps| {
        let promise = make(steps);
        Promise::all([done(steps, &promise), chain(steps, "B", 6)])
    })
    .await
}

fn p() -> Promise<()> {
    Promise::resolve(())
}

/// Lets one after another in, in the order of the calls.
fn lock(steps: &Steps) -> Promise<Vec<()>> {
    let mut last = Promise::resolve(());
    let mut locked = |name: &'static str| {
        let before = last.clone();
        let (next, release): (Promise<()>, Resolvers<()>) = Promise::with_resolvers();
        last = next;
        let steps = steps.clone();
        async_fn(async move {
            before.await?;
            push(&steps, format!("{name}in"));
            p().await?;
            push(&steps, format!("{name}out"));
            release.resolve(());
            Ok(())
        })
    };
    let (a, b, c) = (locked("A"), locked("B"), locked("C"));
    Promise::all([a, b, c, worker(steps, "D", 9)])
}

pub(crate) fn run() {
    program(async {
        section("two workers", |s| Promise::all([worker(s, "A", 4), worker(s, "B", 4)])).await?;
        section("three, of different length", |s| {
            Promise::all([worker(s, "A", 2), worker(s, "B", 4), worker(s, "C", 3)])
        })
        .await?;
        section("a worker and a chain", |s| Promise::all([worker(s, "A", 4), chain(s, "B", 4)]))
            .await?;
        section("a chain and a worker", |s| Promise::all([chain(s, "A", 4), worker(s, "B", 4)]))
            .await?;

        beside("return value", |_| async_fn(async { Ok(1) })).await?;
        beside::<()>("return promise", |_| async_fn(async { Ok(p()) })).await?;
        beside("return await promise", |_| async_fn(async { p().await })).await?;
        beside::<()>("then returns promise", |_| p().then(|()| Ok(p()))).await?;
        beside::<()>("then returns thenable", |steps| {
            let steps = steps.clone();
            p().then(move |()| {
                Ok(thenable(move |settle: Resolvers<()>| {
                    push(&steps, "then");
                    settle.resolve(());
                }))
            })
        })
        .await?;
        beside("finally", |steps| {
            let steps = steps.clone();
            p().finally(move || {
                push(&steps, "finally");
                Ok(())
            })
        })
        .await?;
        beside("all", |_| Promise::all([Promise::resolve(1), Promise::resolve(2)])).await?;
        beside("race", |s| Promise::race([chain(s, "A", 3), chain(s, "C", 2)])).await?;

        section("await a promise of another worker", |s| {
            let first = worker(s, "A", 3);
            let (steps, awaited) = (s.clone(), first.clone());
            let second = async_fn(async move {
                push(&steps, "B1");
                awaited.await?;
                push(&steps, "B2");
                Ok(())
            });
            Promise::all([first, second, worker(s, "C", 6)])
        })
        .await?;
        section("a lock handed on", lock).await
    });
}
