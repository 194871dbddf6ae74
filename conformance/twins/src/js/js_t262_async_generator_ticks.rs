use fourfold::Result;
use fourfold::js::{AsyncGenerator, AsyncYielder, Promise, Thenable, async_generator};

use super::node::{error, null, program};
use super::ticks_of::{p, r, t};
use super::var::Var;

// Which microtask answers a request.

type Steps = Var<Vec<String>>;
type Numbers = AsyncYielder<i32>;
type Generator = AsyncGenerator<i32>;
type Make = fn() -> Generator;

fn yields() -> Generator {
    async_generator(async |y: Numbers| y.yield_(1).await)
}

fn star() -> Generator {
    async_generator(async |y: Numbers| {
        y.yield_star(&yields()).await?;
        Ok(())
    })
}

fn star_star() -> Generator {
    async_generator(async |y: Numbers| {
        y.yield_star(&star()).await?;
        Ok(())
    })
}

fn star_sync() -> Generator {
    async_generator(async |y: Numbers| y.yield_each([p(1)]).await)
}

fn star_empty() -> Generator {
    async_generator(async |y: Numbers| y.yield_each([] as [Promise<i32>; 0]).await)
}

fn note<T: Clone + 'static>(s: Steps, promise: &Promise<T>, name: &'static str) {
    let step = move |name: String| {
        s.push(name);
        Ok(())
    };
    promise.then_else(move |_| step(name.into()), move |_| step(format!("{name} (thrown)")));
}

/// A thenable that takes a step.
fn thenable<T: Clone>(s: Steps, value: T) -> Thenable<T> {
    Thenable::new(move |settle| {
        s.push("then");
        settle.resolve(value);
        Ok(())
    })
}

async fn section(title: &str, run: impl FnOnce(Steps)) -> Result<()> {
    let steps = Var::new(Vec::new());
    run(steps);
    let mut chain = null();
    for i in 1..=8 {
        chain = chain.then(move |()| {
            steps.push(i.to_string());
            Ok(())
        });
    }
    chain.await?;
    println!("{title}: {}", steps.join());
    Ok(())
}

pub(crate) fn run() {
    program(async {
        section("four ways to end", |s| {
            // What falls off its end, and an empty return, are the same here.
            let implicit = async_generator(async |_: Numbers| Ok(()));
            note(s, &implicit.next(()), "implicit");
            let bare = async_generator(async |_: Numbers| Ok(()));
            note(s, &bare.next(()), "bare");
            let explicit = async_generator(async |_: Numbers| Ok(0));
            note(s, &explicit.next(()), "explicit");
            let awaited = async_generator(async |_: Numbers| p(0).await);
            note(s, &awaited.next(()), "awaited");
        })
        .await?;
        section("yields", |s| {
            note(s, &yields().next(()), "value");
            let of_thenable =
                async_generator(async move |y: Numbers| y.yield_(thenable(s, 1)).await);
            note(s, &of_thenable.next(()), "thenable");
            note(s, &star().next(()), "yield*");
            note(s, &star_star().next(()), "yield* twice");
            note(s, &star_sync().next(()), "yield* of an array");
            note(s, &star_empty().next(()), "yield* of nothing");
        })
        .await?;
        section("errors", |s| {
            let throws = async_generator(async |_: Numbers| t());
            note(s, &throws.next(()), "throws");
            let rejects = async_generator(async |y: Numbers| y.yield_(r()).await);
            note(s, &rejects.next(()), "rejects");
        })
        .await?;
        let makers: [(&str, Make); 4] =
            [("yields", yields), ("star", star), ("starStar", star_star), ("starSync", star_sync)];
        for (name, make) in makers {
            let g = make();
            g.next(()).await?;
            section(&format!("{name}, second next"), |s| note(s, &g.next(()), "done")).await?;
            let h = make();
            h.next(()).await?;
            section(&format!("{name}, return of a thenable"), |s| {
                note(s, &h.return_(thenable(s, ())), "done");
            })
            .await?;
            let i = make();
            i.next(()).await?;
            section(&format!("{name}, throw"), |s| note(s, &i.throw(error("t")), "done")).await?;
        }
        section("all asked at once", |s| {
            let g = star_star();
            for n in ["a", "b", "c"] {
                note(s, &g.next(()), n);
            }
        })
        .await
    });
}
