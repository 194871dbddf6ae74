use fourfold::Result;
use fourfold::js::{AsyncYielder, Promise, Thenable, async_fn, async_generator};

use super::node::{null, program};
use super::ticks_of::{p, ticks_of};

type P = Promise<i32>;

fn thenable() -> Thenable<()> {
    Thenable::new(|settle| {
        settle.resolve(());
        Ok(())
    })
}

async fn count<T: Clone + 'static>(name: &str, make: impl FnOnce() -> Promise<T>) -> Result<()> {
    println!("{name} {}", ticks_of(make).await?);
    Ok(())
}

pub(crate) fn run() {
    program(async {
        count("return 1", || async_fn(async { Ok(1) })).await?;
        count("return await 1", || async_fn(async { p(1).await })).await?;
        count::<i32>("return Promise.resolve(1)", || async_fn(async { Ok(p(1)) })).await?;
        count("return await P", || async_fn(async { p(1).await })).await?;
        count::<()>("then returning native promise", || null().then(|()| Ok(null()))).await?;
        count::<()>("then returning thenable", || null().then(|()| Ok(thenable()))).await?;
        count("await thenable", || async_fn(async { Promise::<()>::resolve(thenable()).await }))
            .await?;
        count("finally", || null().finally(|| Ok(()))).await?;
        count("then", || null().then(|()| Ok(()))).await?;
        count("all([])", || P::all([] as [P; 0])).await?;
        count("all([1])", || P::all([p(1)])).await?;
        count("race([1])", || P::race([p(1)])).await?;
        count("any([1])", || P::any([p(1)])).await?;
        count("allSettled([1])", || P::all_settled([p(1)])).await?;
        count("new Promise(r=>r(P))", || {
            Promise::<()>::new(|r| {
                r.resolve(null());
                Ok(())
            })
        })
        .await?;
        count("asyncgen next", || {
            async_generator(async |y: AsyncYielder<i32>| y.yield_(1).await).next(())
        })
        .await?;
        count("asyncgen yield P", || {
            async_generator(async |y: AsyncYielder<i32>| y.yield_(p(1)).await).next(())
        })
        .await
    });
}
