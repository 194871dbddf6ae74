use fourfold::Error;
use fourfold::js::{AsyncGenerator, AsyncYielder, GeneratorReturn, Promise, async_generator};

use super::node::{error, item, program};

type Inner = AsyncGenerator<String, &'static str, String>;

fn inner(name: &'static str) -> Inner {
    async_generator(async move |y: AsyncYielder<String, &'static str>| {
        let tried = async {
            let got = y.yield_(format!("{name} 1")).await?;
            println!("{name} got {got}");
            y.yield_(format!("{name} 2")).await?;
            Ok::<_, Error>(format!("{name} result"))
        };
        let ended = match tried.await {
            Err(e) if !e.is::<GeneratorReturn>() => {
                println!("{name} caught {e}");
                let recovered = y.yield_(format!("{name} recovered")).await;
                recovered.map(|_| "result after an error".to_string())
            }
            other => other,
        };
        Promise::resolve(()).await?;
        println!("{name} finally");
        ended
    })
}

fn outer() -> Inner {
    async_generator(async |y: AsyncYielder<String, &'static str>| {
        println!("outer got {}", y.yield_star(&inner("a")).await?.expect("it returns"));
        println!("outer got {}", y.yield_star(&inner("b")).await?.expect("it returns"));
        let text = |text: &str| Promise::resolve(text.to_string());
        y.yield_each([text("a promise"), text("a value")]).await?;
        let rejected = Promise::<String>::reject(error("a rejected promise"));
        match y.yield_each([rejected]).await {
            Err(e) if !e.is::<GeneratorReturn>() => println!("outer caught {e}"),
            other => other?,
        }
        Ok("end".to_string())
    })
}

pub(crate) fn run() {
    program(async {
        let g = outer();
        println!("1: {}", item(g.next("").await?));
        println!("2: {}", item(g.next("sent").await?));
        println!("3: {}", item(g.next("").await?));
        println!("4: {}", item(g.throw(error("thrown in")).await?));
        for i in 5..=8 {
            println!("{i}: {}", item(g.next("").await?));
        }
        let g = outer();
        g.next("").await?;
        println!("return: {}", item(g.return_("returned".to_string()).await?));
        println!("next: {}", item(g.next("").await?));
        Ok(())
    });
}
