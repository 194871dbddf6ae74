use fourfold::js::{
    AsyncGenerator, AsyncLocalStorage, AsyncYielder, Generator, Promise, Yielder, async_fn,
    async_generator, for_each, generator,
};

use super::node::program;

#[derive(Clone)]
struct Log(AsyncLocalStorage<&'static str>);

impl Log {
    fn say(&self, name: &str) {
        println!("{name}: {}", self.0.get_store().unwrap_or("undefined"));
    }
}

fn sync(log: Log) -> Generator<()> {
    generator(async move |y: Yielder<()>| {
        log.say("generator 1");
        y.yield_(()).await?;
        log.say("generator 2");
        y.yield_(()).await?;
        Ok(())
    })
}

fn later(log: &Log) -> AsyncGenerator<i32> {
    let log = log.clone();
    async_generator(async move |y: AsyncYielder<i32>| {
        for n in 1..=2 {
            log.say(&format!("async {n}"));
            Promise::resolve(()).await?;
            log.say(&format!("async {n}, after an await"));
            y.yield_(n).await?;
        }
        Ok(())
    })
}

pub(crate) fn run() {
    program(async {
        let als = AsyncLocalStorage::new();
        let log = Log(als.clone());
        let g = als.run("maker", || sync(log.clone()));
        als.run("first caller", || g.next(()))?;
        als.run("second caller", || g.next(()))?;

        let a = als.run("maker", || later(&log));
        als.run("first caller", || a.next(())).await?;
        als.run("second caller", || a.next(())).await?;
        log.say("between");
        let b = later(&log);
        let asked = [als.run("first", || b.next(())), als.run("second", || b.next(()))];
        Promise::all(asked).await?;
        let walks: Promise<()> = als.run("walker", || {
            async_fn(async move {
                for_each(later(&log), async |n| {
                    log.say(&format!("body {n}"));
                    Ok(())
                })
                .await
            })
        });
        walks.await
    });
}
