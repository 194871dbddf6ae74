use fourfold::Result;
use fourfold::js::{
    AsyncGenerator, AsyncYielder, GeneratorReturn, Promise, Resolve, Thenable, async_generator,
};

use super::node::{error, null, program, throw};
use super::results::text;
use super::var::Var;

// return() in every state of an async generator, with every kind of value, beside a chain that counts.

type Text = &'static str;
type Returned = Option<Text>;
type Generator = AsyncGenerator<Text, (), Returned>;
type Yielder = AsyncYielder<Text>;
type Steps = Var<Vec<String>>;

fn body(_: Steps) -> Generator {
    async_generator(async |y: Yielder| {
        y.yield_("1").await?;
        Ok(None)
    })
}

fn caught(steps: Steps) -> Generator {
    async_generator(async move |y: Yielder| {
        match y.yield_("1").await {
            Err(e) if !e.is::<GeneratorReturn>() => {
                steps.push(format!("caught {e}"));
                y.yield_("goes on").await?;
            }
            other => other?,
        }
        Ok(None)
    })
}

fn finished(steps: Steps) -> Generator {
    async_generator(async move |y: Yielder| {
        let left = y.yield_("1").await;
        steps.push("finally");
        left?;
        Ok(None)
    })
}

fn returning(_: Steps) -> Generator {
    async_generator(async |y: Yielder| {
        let _left = y.yield_("1").await;
        Ok(Some("replaced"))
    })
}

fn throwing(_: Steps) -> Generator {
    async_generator(async |y: Yielder| {
        let _left = y.yield_("1").await;
        throw::<Returned>("of finally")
    })
}

fn yielding(_: Steps) -> Generator {
    async_generator(async |y: Yielder| {
        let left = y.yield_("1").await;
        y.yield_("of finally").await?;
        left?;
        Ok(None)
    })
}

fn delegating(steps: Steps) -> Generator {
    async_generator(async move |y: Yielder| {
        y.yield_star(&finished(steps)).await?;
        Ok(None)
    })
}

/// How a generator comes to a state.
#[derive(Clone, Copy)]
enum State {
    Start,
    Yield,
    Completed,
}

type Make = fn(Steps) -> Generator;

const STATES: &[(Text, State, Make)] = &[
    ("at the start", State::Start, body),
    ("at a yield", State::Yield, body),
    ("at a yield in try catch", State::Yield, caught),
    ("at a yield in try finally", State::Yield, finished),
    ("finally returns", State::Yield, returning),
    ("finally throws", State::Yield, throwing),
    ("finally yields", State::Yield, yielding),
    ("in yield*", State::Yield, delegating),
    ("completed", State::Completed, body),
];

async fn returned<R: Resolve<Returned> + 'static>(
    name: &str,
    (state, make): (State, Make),
    value: impl FnOnce() -> R,
) -> Result<()> {
    let steps = Var::new(Vec::new());
    let g = make(steps);
    match state {
        State::Start => {}
        State::Yield => drop(g.next(()).await?),
        State::Completed => drop(g.close().await?),
    }
    let step = move |text: String| {
        steps.push(text);
        Ok(())
    };
    g.return_(value()).then_else(move |r| step(text(r, "/")), move |e| step(format!("thrown {e}")));
    let mut chain = null();
    for i in 1..=7 {
        chain = chain.then(move |()| step(i.to_string()));
    }
    chain.await?;
    let seen = steps.join();
    let after: Promise<String> =
        g.next(()).then_else(|r| Ok(text(r, "/")), |e| Ok(format!("thrown {e}")));
    println!("  {name}: {seen}, then {}", after.await?);
    Ok(())
}

pub(crate) fn run() {
    program(async {
        for &(name, state, make) in STATES {
            println!("{name}");
            let how = (state, make);
            returned("a value", how, || Some("v")).await?;
            returned("a promise", how, || Promise::<Returned>::resolve(Some("v"))).await?;
            // V8 14.6 loses the rejection there; the specification and older versions throw it.
            if name != "in yield*" {
                let rejected = || Promise::<Returned>::reject(error("r"));
                returned("a rejected promise", how, rejected).await?;
            }
            let thenable = || {
                Thenable::<Returned>::new(|settle| {
                    settle.resolve(Some("v"));
                    Ok(())
                })
            };
            returned("a thenable", how, thenable).await?;
        }
        Ok(())
    });
}
