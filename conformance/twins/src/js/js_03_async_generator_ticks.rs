use std::ops::ControlFlow;

use fourfold::Result;
use fourfold::js::{
    AsyncGenerator, AsyncYielder, Promise, Resolve, async_fn, async_generator, each_of, for_await,
    for_each,
};

use super::node::{error, null, program};
use super::ticks_of::{p, r, t, thenable, ticks};

// How many microtasks pass until a request to an async generator is answered.

type Numbers = AsyncYielder<i32>;

fn one(value: impl Resolve<i32> + 'static) -> AsyncGenerator<i32> {
    async_generator(async move |y: Numbers| y.yield_(value).await)
}

fn inner() -> AsyncGenerator<i32> {
    async_generator(async |y: Numbers| {
        y.yield_(1).await?;
        y.yield_(2).await
    })
}

fn delegating() -> AsyncGenerator<i32> {
    async_generator(async |y: Numbers| {
        y.yield_star(&inner()).await?;
        Ok(())
    })
}

async fn started(generator: AsyncGenerator<i32>) -> Result<AsyncGenerator<i32>> {
    generator.next(()).await?;
    Ok(generator)
}

pub(crate) fn run() {
    program(async {
        of_bodies().await?;
        of_return_and_throw().await?;
        of_yield_star().await?;
        of_for_await().await
    });
}

async fn of_bodies() -> Result<()> {
    ticks("yield 1", || one(1).next(())).await?;
    ticks("yield P", || one(p(1)).next(())).await?;
    ticks("yield a rejected P", || one(r()).next(())).await?;
    ticks("yield thenable", || one(thenable(1)).next(())).await?;
    ticks("await, yield", || {
        async_generator(async |y: Numbers| {
            null().await?;
            y.yield_(1).await
        })
        .next(())
    })
    .await?;
    ticks("end", || async_generator(async |_: Numbers| Ok(())).next(())).await?;
    ticks("return 1", || async_generator(async |_: Numbers| Ok(1)).next(())).await?;
    ticks("return P", || async_generator::<_, _, _, i32, _>(async |_: Numbers| Ok(p(1))).next(()))
        .await?;
    ticks("return await P", || async_generator(async |_: Numbers| p(1).await).next(())).await?;
    ticks("throw", || async_generator(async |_: Numbers| t()).next(())).await
}

async fn of_return_and_throw() -> Result<()> {
    ticks("return() at the start", || one(1).return_(())).await?;
    ticks("return(P) at the start", || one(1).return_(null())).await?;
    ticks("throw() at the start", || one(1).throw(error("t"))).await?;
    let suspended = started(one(1)).await?;
    ticks("return() at a yield", || suspended.return_(())).await?;
    ticks("return() when done", || suspended.return_(())).await?;
    ticks("next() when done", || suspended.next(())).await?;
    ticks("throw() when done", || suspended.throw(error("t"))).await?;
    let second = started(one(1)).await?;
    ticks("return(P) at a yield", || second.return_(null())).await?;
    let third = started(one(1)).await?;
    ticks("throw() at a yield", || third.throw(error("t"))).await?;
    let guarded = async_generator(async |y: Numbers| {
        let left = y.yield_(1).await;
        null().await?;
        left
    });
    let guarded = started(guarded).await?;
    ticks("return() through a finally with an await", || guarded.return_(())).await
}

async fn of_yield_star() -> Result<()> {
    ticks("yield*", || delegating().next(())).await?;
    ticks("yield* over a plain array", || {
        async_generator(async |y: Numbers| y.yield_each([p(1)]).await).next(())
    })
    .await?;
    ticks("yield* over an array of promises", || {
        async_generator(async |y: Numbers| y.yield_each([p(1)]).await).next(())
    })
    .await?;
    let delegating = started(delegating()).await?;
    ticks("return() through yield*", || delegating.return_(())).await?;

    ticks("the second of three", || {
        let g = inner();
        g.next(());
        g.next(())
    })
    .await?;
    ticks("the third of three", || {
        let g = inner();
        g.next(());
        g.next(());
        g.next(())
    })
    .await
}

async fn of_for_await() -> Result<()> {
    let each = |promises: Vec<Promise<i32>>| {
        move || async_fn(for_each(each_of(promises), async |_| Ok(())))
    };
    ticks("for await, nothing", each(vec![])).await?;
    ticks("for await, one value", each(vec![p(1)])).await?;
    ticks("for await, one promise", each(vec![p(1)])).await?;
    ticks("for await, two promises", each(vec![p(1), p(2)])).await?;
    ticks("for await, async generator of one", || async_fn(for_each(one(1), async |_| Ok(()))))
        .await?;
    ticks("for await, async generator of two", || async_fn(for_each(inner(), async |_| Ok(()))))
        .await?;
    ticks("for await, break", || {
        async_fn(async {
            for_await(inner(), async |_| Ok(ControlFlow::Break(()))).await?;
            Ok(())
        })
    })
    .await
}
