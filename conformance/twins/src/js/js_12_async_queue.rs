use std::cell::OnceCell;
use std::fmt::Display;
use std::rc::Rc;

use fourfold::Result;
use fourfold::js::{self, AsyncGenerator, AsyncYielder, IteratorResult, Promise, async_generator};

use super::node::{error, item, program};

type Slow = AsyncGenerator<i32, &'static str, &'static str>;

fn slow() -> Slow {
    async_generator(async |y: AsyncYielder<i32, &'static str>| {
        let tried = async {
            for i in 1..=3 {
                println!("works on {i}");
                js::set_timeout_promise(1).await?;
                println!("got {}", y.yield_(i).await?);
            }
            // In JavaScript `return` awaits here already, before `finally`.
            Promise::resolve("end").await
        };
        let ended = tried.await;
        println!("finally");
        ended
    })
}

/// Has an answer, or an error, say its name.
fn says<R: Clone + Display + 'static>(
    name: &'static str,
    answer: Promise<IteratorResult<i32, R>>,
) -> Promise<()> {
    answer.then_else(
        move |result| {
            println!("{name}: {}", item(result));
            Ok(())
        },
        move |e| {
            println!("{name}: {e}");
            Ok(())
        },
    )
}

async fn in_between() -> Result<()> {
    println!("-- return in between");
    let g = slow();
    Promise::all([
        says("next a", g.next("a")),
        says("return", g.return_("r")),
        says("next b", g.next("b")),
        says("return again", g.return_("again")),
        says("throw", g.throw(error("late"))),
    ])
    .await?;
    println!("-- throw in between");
    let g = slow();
    Promise::all([
        says("next a", g.next("a")),
        says("throw", g.throw(error("boom"))),
        says("next b", g.next("b")),
    ])
    .await?;
    println!("-- an error in the body");
    let g: Slow = async_generator(async |y: AsyncYielder<i32, &'static str>| {
        y.yield_(1).await?;
        Err::<&'static str, _>(error("inside"))
    });
    Promise::all([
        says("first", g.next("")),
        says("second", g.next("")),
        says("third", g.next("")),
        says("return", g.return_("r")),
    ])
    .await?;
    Ok(())
}

pub(crate) fn run() {
    program(async {
        let g = slow();
        Promise::all([
            says("next a", g.next("a")),
            says("next b", g.next("b")),
            says("next c", g.next("c")),
            says("next d", g.next("d")),
            says("next e", g.next("e")),
        ])
        .await?;
        in_between().await?;

        println!("-- it may ask itself");
        type Own = AsyncGenerator<i32, (), &'static str>;
        let generator: Rc<OnceCell<Own>> = Rc::default();
        let asked: Rc<OnceCell<Promise<IteratorResult<i32, &'static str>>>> = Rc::default();
        let (own, inside) = (generator.clone(), asked.clone());
        let g = generator.get_or_init(|| {
            async_generator(async move |y: AsyncYielder<i32>| {
                inside.get_or_init(|| own.get().expect("made by now").next(()));
                y.yield_(1).await?;
                y.yield_(2).await?;
                Ok("")
            })
        });
        println!("outside: {}", item(g.next(()).await?));
        let inside = asked.get().expect("asked by now").await?;
        println!("inside: {}", item(inside));
        Ok(())
    });
}
