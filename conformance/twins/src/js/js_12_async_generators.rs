use fourfold::js::{
    AsyncGenerator, AsyncYielder, GeneratorReturn, IteratorResult, Promise, async_generator,
};
use fourfold::{Error, Result};

use super::node::{error, item, program};

type Numbers = AsyncGenerator<i32, &'static str, &'static str>;
type Texts = AsyncGenerator<&'static str, (), &'static str>;

fn numbers() -> Numbers {
    async_generator(async |y: AsyncYielder<i32, &'static str>| {
        println!("start");
        println!("got {}", y.yield_(1).await?);
        let sent = y.yield_(Promise::resolve(2)).await?;
        println!("sent to the yield of a promise: {sent}");
        Promise::resolve(()).await?;
        y.yield_(3).await?;
        Ok("result")
    })
}

fn guarded() -> Texts {
    async_generator(async |y: AsyncYielder<&'static str>| {
        let tried = async {
            y.yield_("1").await?;
            y.yield_("2").await?;
            Ok::<_, Error>(())
        };
        let ended = match tried.await {
            Err(e) if !e.is::<GeneratorReturn>() => {
                println!("caught {e}");
                y.yield_("recovered").await
            }
            other => other,
        };
        Promise::resolve(()).await?;
        println!("finally");
        ended?;
        Ok("undefined")
    })
}

async fn show<Y, R>(name: &str, promise: Promise<IteratorResult<Y, R>>) -> Result<()>
where
    Y: Clone + std::fmt::Display + 'static,
    R: Clone + std::fmt::Display + 'static,
{
    println!("{name}: {}", item(promise.await?));
    Ok(())
}

async fn ends() -> Result<()> {
    let g: Texts = async_generator(async |y: AsyncYielder<&'static str>| {
        if let Err(e) = y.yield_(Promise::<&str>::reject(error("yielded"))).await {
            println!("caught inside: {e}");
        }
        y.yield_("goes on").await?;
        Ok("")
    });
    show("after a rejected yield", g.next(())).await?;
    let g: Texts = async_generator(async |_: AsyncYielder<&'static str>| {
        Ok(Promise::<&'static str>::resolve("awaited"))
    });
    show("return of a promise", g.next(())).await?;
    let g: AsyncGenerator<i32, (), String> = async_generator(async |_: AsyncYielder<i32>| {
        match Promise::<String>::reject(error("returned")).await {
            Ok(value) => Ok(value),
            Err(e) => Ok(format!("caught {e}")),
        }
    });
    show("return of a rejected one, in a try", g.next(())).await
}

async fn from_outside() -> Result<()> {
    let started = async || {
        let g = guarded();
        g.next(()).await?;
        Ok::<_, Error>(g)
    };
    let g = started().await?;
    show("throw", g.throw(error("boom"))).await?;
    show("next", g.next(())).await?;
    let g = started().await?;
    show("return", g.return_("value")).await?;
    show("next", g.next(())).await?;
    let g = started().await?;
    show("return of a promise", g.return_(Promise::resolve("awaited"))).await?;
    let g = started().await?;
    let rejected = Promise::<&str>::reject(error("rejected"));
    show("return of a rejected promise is caught", g.return_(rejected)).await?;
    show("next", g.next(())).await
}

async fn before_and_after() -> Result<()> {
    show("return at the start", guarded().return_("value")).await?;
    if let Err(e) = guarded().throw(error("early")).await {
        println!("throw at the start: {e}");
    }
    if let Err(e) = guarded().return_(Promise::<&str>::reject(error("early"))).await {
        println!("return of a rejected one at the start: {e}");
    }
    let g = guarded();
    g.close().await?;
    show("next when done", g.next(())).await?;
    show("return when done", g.return_("late")).await?;
    if let Err(e) = g.throw(error("late")).await {
        println!("throw when done: {e}");
    }
    Ok(())
}

pub(crate) fn run() {
    program(async {
        let g = numbers();
        println!("nothing has run yet");
        let first = g.next("ignored");
        println!("next runs it up to its first await or yield");
        show("first", first).await?;
        show("second", g.next("a")).await?;
        show("third", g.next("b")).await?;
        show("end", g.next("")).await?;
        show("after the end", g.next("")).await?;

        ends().await?;
        from_outside().await?;
        before_and_after().await
    });
}
