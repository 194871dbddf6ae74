use fourfold::Result;
use fourfold::js::{Promise, Resolvers, Settled, Thenable};

use super::node::{Value, null, program};
use super::var::Var;

// When the combinators' promises settle, seen beside reactions on what they were given.

type Text = &'static str;
type Steps = Var<Vec<String>>;

trait Combinator {
    const NAME: Text;
    type Of<T: Clone + 'static>: Clone + 'static;

    fn combine<T: Clone + 'static>(list: Vec<Promise<T>>) -> Promise<Self::Of<T>>;
}

macro_rules! combinators {
    ($($name:ident $text:literal $method:ident $of:ty;)*) => {$(
        struct $name;

        impl Combinator for $name {
            const NAME: Text = $text;
            type Of<T: Clone + 'static> = $of;

            fn combine<T: Clone + 'static>(list: Vec<Promise<T>>) -> Promise<Self::Of<T>> {
                Promise::$method(list)
            }
        }
    )*};
}

combinators! {
    All "all" all Vec<T>;
    AllSettled "allSettled" all_settled Vec<Settled<T>>;
    Any "any" any T;
    Race "race" race T;
}

fn f() -> Promise<Text> {
    Promise::resolve("f")
}

fn r() -> Promise<Text> {
    Promise::reject(Value("r"))
}

fn chain(steps: Steps, count: u32) -> Promise<()> {
    let mut p = null();
    for i in 1..=count {
        p = p.then(move |()| {
            steps.push(i.to_string());
            Ok(())
        });
    }
    p
}

fn settled<T: Clone + 'static>(steps: Steps, promise: &Promise<T>, name: Text) {
    let step = move |name: String| {
        steps.push(name);
        Ok(())
    };
    promise.then_else(move |_| step(name.into()), move |_| step(format!("{name} (rejected)")));
}

fn thenable(then: impl FnOnce(Resolvers<Text>) + 'static) -> Promise<Text> {
    Promise::resolve(Thenable::new(move |settle| {
        then(settle);
        Ok(())
    }))
}

async fn section<C: Combinator>(title: &str, run: impl FnOnce(Steps)) -> Result<()> {
    let steps = Var::new(Vec::new());
    run(steps);
    chain(steps, 6).await?;
    println!("{}, {title}: {}", C::NAME, steps.join());
    Ok(())
}

async fn sections<C: Combinator>() -> Result<()> {
    section::<C>("one fulfilled", |s| {
        let a = f();
        settled(s, &C::combine(vec![a.clone()]), "done");
        settled(s, &a, "a");
    })
    .await?;
    section::<C>("reaction first", |s| {
        let a = f();
        settled(s, &a, "a");
        settled(s, &C::combine(vec![a]), "done");
    })
    .await?;
    section::<C>("one rejected", |s| {
        let a = r();
        settled(s, &C::combine(vec![a.clone()]), "done");
        settled(s, &a, "a");
    })
    .await?;
    section::<C>("mixed", |s| {
        let (a, b, c) = (r(), f(), r());
        settled(s, &a, "a");
        settled(s, &C::combine(vec![a, b.clone(), c.clone()]), "done");
        settled(s, &b, "b");
        settled(s, &c, "c");
    })
    .await?;
    section::<C>("two rejected", |s| {
        let (a, b) = (r(), r());
        settled(s, &a, "a");
        settled(s, &C::combine(vec![a, b.clone()]), "done");
        settled(s, &b, "b");
    })
    .await?;
    section::<C>("one after another", |s| {
        let a = f();
        let b = a.then(|_| Ok("later"));
        settled(s, &C::combine(vec![b.clone(), a]), "done");
        settled(s, &b, "b");
    })
    .await?;
    section::<C>("thenables", |s| {
        let t1 = thenable(move |settle| {
            s.push("t1");
            settle.resolve("");
        });
        let t2 = thenable(move |settle| {
            s.push("t2");
            settle.reject(Value("undefined"));
        });
        settled(s, &C::combine(vec![t1, t2]), "done");
    })
    .await?;
    section::<C>("a thenable that settles an earlier one", |s| {
        let first = Var::<Option<Resolvers<Text>>>::unset();
        let t1 = thenable(move |settle| {
            s.push("t1");
            first.set(Some(settle));
        });
        let t2 = thenable(move |settle| {
            s.push("t2");
            first.it().resolve("");
            settle.resolve("");
            first.it().resolve("");
        });
        settled(s, &C::combine(vec![t1, t2]), "done");
    })
    .await?;
    section::<C>("a promise twice", |s| {
        let a = f();
        settled(s, &C::combine(vec![a.clone(), a.clone()]), "done");
        settled(s, &a, "a");
    })
    .await?;
    section::<C>("nested", |s| {
        let nested = C::combine(vec![C::combine(vec![f()]), C::combine(vec![f()])]);
        settled(s, &nested, "done");
    })
    .await?;
    section::<C>("values and promises", |s| {
        let list = vec![Promise::resolve("1"), f(), Promise::resolve("2")];
        settled(s, &C::combine(list), "done");
    })
    .await
}

pub(crate) fn run() {
    program(async {
        sections::<All>().await?;
        sections::<AllSettled>().await?;
        sections::<Any>().await?;
        sections::<Race>().await?;
        let steps = Var::new(Vec::new());
        let nothing = || Vec::<Promise<Text>>::new();
        settled(steps, &Promise::all(nothing()), "all");
        settled(steps, &Promise::all_settled(nothing()), "allSettled");
        settled(steps, &Promise::any(nothing()), "any");
        settled(steps, &Promise::race(nothing()), "race");
        chain(steps, 3).await?;
        println!("of nothing: {}", steps.join());
        Ok(())
    });
}
