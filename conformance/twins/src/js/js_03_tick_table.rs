use std::cell::Cell;
use std::rc::Rc;

use fourfold::Error;
use fourfold::js::{Promise, Thenable, async_fn};

use super::node::{error, program, thenable};

/// How many microtasks pass until a promise has settled, seen by one reaction on it.
async fn ticks<T: Clone + 'static>(name: &str, make: impl FnOnce() -> Promise<T>) {
    let done = Rc::new(Cell::new(false));
    let (fulfilled, rejected) = (done.clone(), done.clone());
    make().then_else::<(), _, _>(
        move |_| {
            fulfilled.set(true);
            Ok(())
        },
        move |_| {
            rejected.set(true);
            Ok(())
        },
    );
    let mut n = 0;
    while !done.get() {
        Promise::resolve(0).await.expect("it is fulfilled");
        n += 1;
    }
    println!("{name}: {n}");
}

fn p() -> Promise<i32> {
    Promise::resolve(1)
}

fn r() -> Promise<i32> {
    Promise::reject(error("r"))
}

fn t() -> Thenable<i32> {
    thenable(|settle| settle.resolve(1))
}

fn thrown() -> Error {
    error("t")
}

async fn async_functions() {
    ticks("async: return 1", || async_fn(async { Ok(1) })).await;
    ticks("async: throw", || async_fn(async { Err::<i32, _>(thrown()) })).await;
    ticks("async: return await 1", || async_fn(async { p().await })).await;
    ticks::<i32>("async: return P", || async_fn(async { Ok(p()) })).await;
    ticks("async: return await P", || async_fn(async { p().await })).await;
    ticks::<i32>("async: return a rejected P", || async_fn(async { Ok(r()) })).await;
    ticks("async: return await a rejected P", || async_fn(async { r().await })).await;
    ticks::<i32>("async: return thenable", || async_fn(async { Ok(t()) })).await;
    ticks("async: await thenable", || async_fn(async { Promise::<i32>::resolve(t()).await })).await;
    ticks("async: two awaits", || {
        async_fn(async {
            p().await?;
            p().await
        })
    })
    .await;
    ticks("async: await an async function", || async_fn(async { async_fn(async { Ok(1) }).await }))
        .await;
    ticks::<i32>("async: return an async function", || {
        async_fn(async { Ok(async_fn(async { Ok(1) })) })
    })
    .await;
    ticks("async: await in try, return in finally", || {
        async_fn(async {
            let _ = p().await;
            Ok(2)
        })
    })
    .await;
    ticks("async: await in finally", || {
        async_fn(async {
            let returned = 1;
            p().await?;
            Ok(returned)
        })
    })
    .await;
    ticks("async: rejection caught", || async_fn(async { Ok(r().await.unwrap_or(1)) })).await;
}

async fn constructors() {
    ticks("resolve", p).await;
    ticks("new: r(1)", || {
        Promise::<i32>::new(|settle| {
            settle.resolve(1);
            Ok(())
        })
    })
    .await;
    ticks("new: r(P)", || {
        Promise::<i32>::new(|settle| {
            settle.resolve(p());
            Ok(())
        })
    })
    .await;
    ticks("new: r(thenable)", || {
        Promise::<i32>::new(|settle| {
            settle.resolve(t());
            Ok(())
        })
    })
    .await;
    ticks("new: throw", || Promise::<i32>::new(|_| Err(thrown()))).await;
    ticks("resolve(P)", || Promise::<i32>::resolve(p())).await;
    ticks("resolve(thenable)", || Promise::<i32>::resolve(t())).await;
    ticks("try: 1", || Promise::<i32>::try_call(|| Ok(1))).await;
    ticks("try: P", || Promise::<i32>::try_call(|| Ok(p()))).await;
    ticks("try: throw", || Promise::<i32>::try_call(|| Err::<i32, _>(thrown()))).await;
    ticks("withResolvers: P", || {
        let (promise, settle) = Promise::<i32>::with_resolvers();
        settle.resolve(p());
        promise
    })
    .await;
}

async fn reactions() {
    ticks::<i32>("then: 1", || p().then(|_| Ok(1))).await;
    ticks::<i32>("then: throw", || p().then(|_| Err::<i32, _>(thrown()))).await;
    ticks::<i32>("then: native promise", || p().then(|_| Ok(p()))).await;
    ticks::<i32>("then: rejected promise", || p().then(|_| Ok(r()))).await;
    ticks::<i32>("then: thenable", || p().then(|_| Ok(t()))).await;
    ticks::<i32>("then: async function", || p().then(|_| Ok(async_fn(async { Ok(1) })))).await;
    ticks::<i32>("then, then", || p().then(|_| Ok(1)).then(|_: i32| Ok(2))).await;
    ticks("then without handlers", || p().then(Ok)).await;
    ticks("catch, nothing to catch", || p().catch(|_| Ok(1))).await;
    ticks("catch", || r().catch(|_| Ok(1))).await;
    ticks("finally", || p().finally(|| Ok(()))).await;
    ticks("finally of a rejected one", || r().finally(|| Ok(()))).await;
    ticks("finally: throw", || p().finally(|| Err::<(), _>(thrown()))).await;
    ticks("finally: P", || p().finally(|| Ok(Promise::resolve(())))).await;
}

async fn combinators() {
    let none: [Promise<i32>; 0] = [];
    ticks("all([])", || Promise::all(&none)).await;
    ticks("all([1])", || Promise::all([p()])).await;
    ticks("all([P, P])", || Promise::all([p(), p()])).await;
    ticks("all([thenable])", || Promise::all([t()])).await;
    ticks("all([rejected])", || Promise::all([r()])).await;
    ticks("allSettled([])", || Promise::all_settled(&none)).await;
    ticks("allSettled([1])", || Promise::all_settled([p()])).await;
    ticks("allSettled([rejected])", || Promise::all_settled([r()])).await;
    ticks("any([])", || Promise::any(&none)).await;
    ticks("any([1])", || Promise::any([p()])).await;
    ticks("any([rejected])", || Promise::any([r()])).await;
    ticks("race([1])", || Promise::race([p()])).await;
    ticks("race([rejected])", || Promise::race([r()])).await;
    ticks("race([thenable])", || Promise::race([t()])).await;
}

pub(crate) fn run() {
    program(async {
        async_functions().await;
        constructors().await;
        reactions().await;
        combinators().await;
        Ok(())
    });
}
