use fourfold::Result;
use fourfold::js::{Promise, Resolve, Thenable, async_fn};

use super::node::{Value, error, name, null, program, throw};
use super::var::Var;

// Every way a promise comes to its end, with every kind of value: what it becomes, after how many
// microtasks.

type P = Promise<i32>;

/// Each gives a promise that is resolved with what `make` gives.
trait Way {
    const NAME: &'static str;

    fn resolve<R: Resolve<i32> + 'static>(make: fn() -> R) -> P;

    /// A promise that is resolved with itself, where it can be.
    fn itself() -> Option<P>;
}

struct InTheExecutor;

impl Way for InTheExecutor {
    const NAME: &'static str = "in the executor";

    fn resolve<R: Resolve<i32> + 'static>(make: fn() -> R) -> P {
        P::new(|settle| {
            settle.resolve(make());
            Ok(())
        })
    }

    fn itself() -> Option<P> {
        None
    }
}

struct Afterwards;

impl Way for Afterwards {
    const NAME: &'static str = "afterwards";

    fn resolve<R: Resolve<i32> + 'static>(make: fn() -> R) -> P {
        let (promise, settle) = P::with_resolvers();
        settle.resolve(make());
        promise
    }

    fn itself() -> Option<P> {
        let (promise, settle) = P::with_resolvers();
        settle.resolve(promise.clone());
        Some(promise)
    }
}

/// A handler's promise that is resolved with itself; `add` adds the handler.
fn own(add: impl FnOnce(Var<Option<P>>) -> P) -> Option<P> {
    let own = Var::unset();
    own.set(Some(add(own)));
    own.get()
}

struct OnFulfilled;

impl Way for OnFulfilled {
    const NAME: &'static str = "by a handler on a fulfilled promise";

    fn resolve<R: Resolve<i32> + 'static>(make: fn() -> R) -> P {
        null().then(move |()| Ok(make()))
    }

    fn itself() -> Option<P> {
        own(|own| null().then(move |()| Ok(own.it())))
    }
}

struct OnRejected;

impl Way for OnRejected {
    const NAME: &'static str = "by a handler on a rejected promise";

    fn resolve<R: Resolve<i32> + 'static>(make: fn() -> R) -> P {
        P::reject(Value("undefined")).catch(move |_| Ok(make()))
    }

    fn itself() -> Option<P> {
        own(|own| P::reject(Value("undefined")).catch(move |_| Ok(own.it())))
    }
}

struct OnSettledLater;

impl Way for OnSettledLater {
    const NAME: &'static str = "by a handler on a promise settled later";

    fn resolve<R: Resolve<i32> + 'static>(make: fn() -> R) -> P {
        let (promise, settle) = Promise::with_resolvers();
        let p = promise.then(move |()| Ok(make()));
        settle.resolve(());
        p
    }

    fn itself() -> Option<P> {
        let (promise, settle) = Promise::with_resolvers();
        let p = own(|own| promise.then(move |()| Ok(own.it())));
        settle.resolve(());
        p
    }
}

struct AsyncFunction;

impl Way for AsyncFunction {
    const NAME: &'static str = "by an async function";

    fn resolve<R: Resolve<i32> + 'static>(make: fn() -> R) -> P {
        async_fn(async move { Ok(make()) })
    }

    fn itself() -> Option<P> {
        None
    }
}

async fn print(kind: &str, promise: P) -> Result<()> {
    let end = Var::new(None);
    let set = move |text: String| {
        end.set(Some(text));
        Ok(())
    };
    promise.then_else(
        move |v| set(format!("fulfilled {v}")),
        move |e| set(format!("rejected {}", name(&e))),
    );
    let mut n = 0;
    while end.get().is_none() {
        null().await?;
        n += 1;
    }
    println!("  {kind}: {} after {n}", end.it());
    Ok(())
}

fn rejecting() -> Thenable<i32> {
    Thenable::new(|settle| {
        settle.reject(error("r"));
        Ok(())
    })
}

fn fulfilling() -> Thenable<i32> {
    Thenable::new(|settle| {
        settle.resolve(1);
        Ok(())
    })
}

async fn kinds<W: Way>() -> Result<()> {
    println!("{}", W::NAME);
    print("a value", W::resolve(|| 1)).await?;
    print("a fulfilled promise", W::resolve(|| P::resolve(1))).await?;
    print("a rejected promise", W::resolve(|| P::reject(error("r")))).await?;
    print("a promise fulfilled later", W::resolve(|| null().then(|()| Ok(1)) as P)).await?;
    print("a thenable", W::resolve(fulfilling)).await?;
    print("a rejecting thenable", W::resolve(rejecting)).await?;
    print("a throwing thenable", W::resolve(|| Thenable::new(|_| throw("t")))).await?;
    match W::itself() {
        Some(promise) => print("itself", promise).await,
        None => Ok(()),
    }
}

pub(crate) fn run() {
    program(async {
        kinds::<InTheExecutor>().await?;
        kinds::<Afterwards>().await?;
        kinds::<OnFulfilled>().await?;
        kinds::<OnRejected>().await?;
        kinds::<OnSettledLater>().await?;
        kinds::<AsyncFunction>().await
    });
}
