use std::cell::Cell;

use fourfold::Result;
use fourfold::js::{
    self, AsyncIterator, AsyncYielder, IteratorResult, Promise, Resolvers, Thenable, async_fn,
    async_generator, for_each,
};

use super::node::{null, program};
use super::var::Var;

// Awaits beside chains of promises.

type Steps = Var<Vec<String>>;
type Numbered = IteratorResult<i32>;

async fn section(title: &str, run: impl FnOnce(Steps)) -> Result<()> {
    let steps = Var::new(Vec::new());
    run(steps);
    let immediate = Promise::new(|settle| {
        js::set_immediate(move || settle.resolve(()));
        Ok(())
    });
    immediate.await?;
    println!("{title}: {}", steps.join());
    Ok(())
}

fn chain(s: Steps, names: &[&'static str]) {
    let mut p = Promise::new(|settle| {
        s.push(names[0]);
        settle.resolve(());
        Ok(())
    });
    for &n in &names[1..] {
        p = p.then(move |()| {
            s.push(n);
            Ok(())
        });
    }
}

fn countdown(s: Steps, n: i32) -> Promise<()> {
    s.push(n.to_string());
    if n > 0 { Promise::resolve(n - 1).then(move |n| Ok(countdown(s, n))) } else { null() }
}

fn after(s: Steps, promise: Promise<()>, name: &'static str) {
    async_fn(async move {
        promise.await?;
        s.push(name);
        Ok(())
    });
}

fn thenable<T: Clone>(then: impl FnOnce(Resolvers<T>) + 'static) -> Promise<T> {
    Promise::resolve(Thenable::new(move |settle| {
        then(settle);
        Ok(())
    }))
}

/// An iterator by hand: each call of `next` gives what this function makes of its number.
struct ByHand<F>(Cell<i32>, F);

impl<F: Fn(i32) -> Promise<Numbered>> AsyncIterator for ByHand<F> {
    type Value = i32;
    type Return = ();

    fn next_result(&self) -> Promise<Numbered> {
        self.0.set(self.0.get() + 1);
        (self.1)(self.0.get())
    }

    fn close_early(&self) -> Promise<Numbered> {
        Promise::resolve(IteratorResult::Done(None))
    }
}

/// The numbers up to `last`, and the end.
fn up_to(last: i32, n: i32) -> Numbered {
    if n > last { IteratorResult::Done(None) } else { IteratorResult::Value(n) }
}

pub(crate) fn run() {
    program(async {
        of_functions().await?;
        of_loops().await
    });
}

async fn of_functions() -> Result<()> {
    section("await of an async function", |s| {
        let inner = move |n: u32| {
            async_fn(async move {
                s.push(format!("await{n}"));
                Ok(())
            })
        };
        async_fn(async move {
            inner(1).await?;
            inner(2).await
        });
        chain(s, &["p1", "p2", "p3"]);
    })
    .await?;
    section("the same in an async generator", |s| {
        let inner = move || {
            async_fn(async move {
                s.push("await");
                Ok(())
            })
        };
        let generator = async_generator(async move |_: AsyncYielder<()>| {
            for _ in 0..3 {
                inner().await?;
            }
            Ok(())
        });
        generator.next(());
        chain(s, &["p1", "p2", "p3"]);
    })
    .await?;
    section("a thenable and a promise", |s| {
        let followed = thenable(move |settle| {
            s.push("then");
            settle.resolve(());
        });
        after(s, followed, "thenable");
        after(s, null(), "promise");
        after(s, null(), "value");
        chain(s, &["p1", "p2", "p3", "p4"]);
    })
    .await?;
    section("a pending thenable", |s| {
        let go = Var::<Option<Resolvers<()>>>::unset();
        let followed = thenable(move |settle| {
            s.push("then");
            go.set(Some(settle));
        });
        after(s, followed, "thenable");
        chain(s, &["p1", "p2", "p3"]);
        null().then(|()| Ok(())).then(move |()| {
            s.push("go");
            go.it().resolve(());
            Ok(())
        });
    })
    .await
}

async fn of_loops() -> Result<()> {
    section("for await over a generator that yields promises", |s| {
        let down = async_generator(async |y: AsyncYielder<i32>| {
            for n in (1..=3).rev() {
                y.yield_(Promise::resolve(n)).await?;
            }
            Ok(())
        });
        async_fn(for_each(down, async move |n| {
            s.push(format!("await{n}"));
            Ok(())
        }));
        countdown(s, 6);
    })
    .await?;
    section("for await over an iterator by hand", |s| {
        let source = ByHand(Cell::new(0), |n| Promise::resolve(up_to(2, n)));
        async_fn(async move {
            s.push("before");
            let body = async |v| {
                s.push(format!("value{v}"));
                Ok(())
            };
            for_each(source, body).await?;
            s.push("after");
            Ok(())
        });
        chain(s, &["p1", "p2", "p3", "p4"]);
    })
    .await?;
    section("for await over an iterator that gives thenables", |s| {
        let source = ByHand(Cell::new(0), move |n| {
            thenable(move |settle| {
                s.push("then");
                settle.resolve(up_to(1, n));
            })
        });
        async_fn(async move {
            let body = async |v| {
                s.push(format!("value{v}"));
                Ok(())
            };
            for_each(source, body).await?;
            s.push("after");
            Ok(())
        });
        chain(s, &["p1", "p2", "p3", "p4", "p5", "p6"]);
    })
    .await?;
    section("four awaits", |s| {
        async_fn(async move {
            for i in 1..=4 {
                s.push(format!("await{i}"));
                null().await?;
            }
            Ok(())
        });
        let mut p = null();
        for name in ["tick1", "tick2", "tick3", "tick4"] {
            p = p.then(move |()| {
                s.push(name);
                Ok(())
            });
        }
    })
    .await
}
