use fourfold::Result;
use fourfold::js::{Promise, async_fn};

use super::show::main;
use super::ticks_of::{p, r, t, thenable, ticks};

// How many microtasks pass until a promise has settled, seen by one reaction on it.

type P = Promise<i32>;

pub(crate) fn run() {
    main(async {
        of_async_functions().await?;
        of_promises().await?;
        of_reactions().await?;
        of_combinators().await
    });
}

async fn of_async_functions() -> Result<()> {
    ticks("async: return 1", || async_fn(async { Ok(1) })).await?;
    ticks("async: throw", || async_fn(async { t() })).await?;
    ticks("async: return await 1", || async_fn(async { p(1).await })).await?;
    ticks::<i32>("async: return P", || async_fn(async { Ok(p(1)) })).await?;
    ticks("async: return await P", || async_fn(async { p(1).await })).await?;
    ticks::<i32>("async: return a rejected P", || async_fn(async { Ok(r()) })).await?;
    ticks("async: return await a rejected P", || async_fn(async { r().await })).await?;
    ticks::<i32>("async: return thenable", || async_fn(async { Ok(thenable(1)) })).await?;
    ticks("async: await thenable", || async_fn(async { P::resolve(thenable(1)).await })).await?;
    ticks("async: two awaits", || {
        async_fn(async {
            p(1).await?;
            p(2).await
        })
    })
    .await?;
    ticks("async: await an async function", || async_fn(async { async_fn(async { Ok(1) }).await }))
        .await?;
    ticks::<i32>("async: return an async function", || {
        async_fn(async { Ok(async_fn::<_, _, i32>(async { Ok(1) })) })
    })
    .await?;
    ticks("async: await in try, return in finally", || {
        async_fn(async {
            let _ = p(1).await;
            Ok(2)
        })
    })
    .await?;
    ticks("async: await in finally", || {
        async_fn(async {
            let returned = Ok(1);
            p(2).await?;
            returned
        })
    })
    .await?;
    ticks("async: rejection caught", || async_fn(async { r().await.or(Ok(1)) })).await
}

async fn of_promises() -> Result<()> {
    ticks("resolve", || p(1)).await?;
    ticks("new: r(1)", || {
        Promise::new(|r| {
            r.resolve(1);
            Ok(())
        })
    })
    .await?;
    ticks("new: r(P)", || {
        P::new(|r| {
            r.resolve(p(1));
            Ok(())
        })
    })
    .await?;
    ticks("new: r(thenable)", || {
        P::new(|r| {
            r.resolve(thenable(1));
            Ok(())
        })
    })
    .await?;
    ticks("new: throw", || P::new(|_| t().map(drop))).await?;
    ticks("resolve(P)", || P::resolve(p(1))).await?;
    ticks("resolve(thenable)", || P::resolve(thenable(1))).await?;
    ticks("try: 1", || P::try_call(|| Ok(1))).await?;
    ticks("try: P", || P::try_call(|| Ok(p(1)))).await?;
    ticks("try: throw", || P::try_call(t)).await?;
    ticks("withResolvers: P", || {
        let (promise, settle) = P::with_resolvers();
        settle.resolve(p(1));
        promise
    })
    .await
}

async fn of_reactions() -> Result<()> {
    ticks("then: 1", || p(0).then(|_| Ok(1))).await?;
    ticks("then: throw", || p(0).then(|_| t())).await?;
    ticks::<i32>("then: native promise", || p(0).then(|_| Ok(p(1)))).await?;
    ticks::<i32>("then: rejected promise", || p(0).then(|_| Ok(r()))).await?;
    ticks::<i32>("then: thenable", || p(0).then(|_| Ok(thenable(1)))).await?;
    ticks::<i32>("then: async function", || {
        p(0).then(|_| Ok(async_fn::<_, _, i32>(async { Ok(1) })))
    })
    .await?;
    ticks("then, then", || p(0).then(|_| Ok(1)).then(|_| Ok(2))).await?;
    ticks("then without handlers", || p(0).then(Ok::<i32, _>)).await?;
    ticks("catch, nothing to catch", || p(0).catch(|_| Ok(1))).await?;
    ticks("catch", || r().catch(|_| Ok(1))).await?;
    ticks("finally", || p(0).finally(|| Ok(()))).await?;
    ticks("finally of a rejected one", || r().finally(|| Ok(()))).await?;
    ticks("finally: throw", || p(0).finally(|| t().map(drop))).await?;
    ticks("finally: P", || p(0).finally(|| Ok(Promise::resolve(())))).await
}

async fn of_combinators() -> Result<()> {
    ticks("all([])", || P::all([] as [P; 0])).await?;
    ticks("all([1])", || P::all([p(1)])).await?;
    ticks("all([P, P])", || P::all([p(1), p(2)])).await?;
    ticks("all([thenable])", || P::all([thenable(1)])).await?;
    ticks("all([rejected])", || P::all([r()])).await?;
    ticks("allSettled([])", || P::all_settled([] as [P; 0])).await?;
    ticks("allSettled([1])", || P::all_settled([p(1)])).await?;
    ticks("allSettled([rejected])", || P::all_settled([r()])).await?;
    ticks("any([])", || P::any([] as [P; 0])).await?;
    ticks("any([1])", || P::any([p(1)])).await?;
    ticks("any([rejected])", || P::any([r()])).await?;
    ticks("race([1])", || P::race([p(1)])).await?;
    ticks("race([rejected])", || P::race([r()])).await?;
    ticks("race([thenable])", || P::race([thenable(1)])).await
}
