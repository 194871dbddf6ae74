use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use fourfold::js::{
    AsyncGenerator, AsyncYielder, Promise, Yielder, async_fn, async_generator, each_of, for_await,
    for_each, generator,
};
use fourfold::{Error, Result};

use super::node::{error, program, thenable};

const GO_ON: ControlFlow<i32> = ControlFlow::Continue(());

fn numbers(count: i32, name: impl Into<String>) -> AsyncGenerator<i32> {
    let name = name.into();
    async_generator(async move |y: AsyncYielder<i32>| {
        let tried = async {
            for i in 1..=count {
                Promise::resolve(()).await?;
                y.yield_(i).await?;
            }
            Ok::<_, Error>(())
        };
        let ended = tried.await;
        println!("{name}: closed");
        ended
    })
}

async fn left_early() -> Result<()> {
    for_await(numbers(9, "break"), async |n| {
        println!("value {n}");
        Ok(if n == 2 { ControlFlow::Break(n) } else { GO_ON })
    })
    .await?;
    let first = for_await(numbers(9, "return"), async |n| Ok(ControlFlow::Break(n)));
    println!("returned {}", first.await?.expect("it broke"));
    let thrown =
        for_each(numbers(9, "throw"), async |n| Err(error(format!("thrown at {n}")))).await;
    if let Err(e) = thrown {
        println!("{e}");
    }
    for outer in [1, 2] {
        for_await(numbers(9, format!("continue {outer}")), async |n| {
            if n == 2 {
                return Ok(ControlFlow::Break(n));
            }
            println!("{outer} {n}");
            Ok(GO_ON)
        })
        .await?;
    }
    Ok(())
}

async fn errors() -> Result<()> {
    let failing = async_generator(async |y: AsyncYielder<i32>| {
        let tried = y.yield_(1).await;
        println!("failing: closed");
        tried?;
        Err::<(), _>(error("inside"))
    });
    let walked = for_each(failing, async |n| {
        println!("value {n}");
        Ok(())
    });
    if let Err(e) = walked.await {
        println!("{e}");
    }

    let adopted = Promise::resolve(thenable(|settle| settle.resolve("thenable")));
    let values = [Promise::resolve("plain"), Promise::resolve("promise"), adopted];
    let print = async |text: &'static str| {
        println!("{text}");
        Ok(())
    };
    for_each(each_of(values), print).await?;
    let values =
        [Promise::resolve("before"), Promise::reject(error("rejected")), Promise::resolve("after")];
    if let Err(e) = for_each(each_of(values), print).await {
        println!("{e}");
    }
    let plain = generator(async |y: Yielder<Promise<&'static str>>| {
        let left = y.yield_(Promise::reject(error("of a plain generator"))).await;
        println!("plain: closed");
        left?;
        y.yield_(Promise::resolve("never")).await?;
        Ok(())
    });
    let promises = plain.values().map(|promise| promise.unwrap_or_else(Promise::reject));
    if let Err(e) = for_each(each_of(promises), print).await {
        println!("{e}");
    }
    Ok(())
}

fn stubborn() -> AsyncGenerator<i32> {
    async_generator(async |y: AsyncYielder<i32>| {
        let _left = y.yield_(1).await;
        Err::<(), _>(error("while closing"))
    })
}

pub(crate) fn run() {
    program(async {
        for_each(numbers(2, "generator"), async |n| {
            println!("value {n}");
            Ok(())
        })
        .await?;
        left_early().await?;
        errors().await?;

        if let Err(e) = for_await(stubborn(), async |n| Ok(ControlFlow::Break(n))).await {
            println!("break: {e}");
        }
        if let Err(e) = for_each(stubborn(), async |_| Err(error("in the loop"))).await {
            println!("throw: {e}");
        }

        let shared = numbers(6, "shared");
        let seen: Rc<RefCell<Vec<String>>> = Rc::default();
        let walk = |name: &'static str| {
            let (shared, seen) = (shared.clone(), seen.clone());
            async_fn(async move {
                for_each(shared, async |n| {
                    seen.borrow_mut().push(format!("{name}{n}"));
                    Ok(())
                })
                .await
            })
        };
        let walks: [Promise<()>; 2] = [walk("a"), walk("b")];
        Promise::all(walks).await?;
        println!("{}", seen.borrow().join(" "));
        Ok(())
    });
}
