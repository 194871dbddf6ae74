use fourfold::js::{self, Promise, Resolvers, Thenable};
use fourfold::{Error, Result};

use super::show::{Value, Var, error, main, on, throw};

// Promises/A+ 2.2.7 and 2.3: what becomes of the promise that then returns.

type Text = &'static str;

type Then = fn(Resolvers<Text>) -> Result<()>;

fn value() -> Promise<Text> {
    Promise::resolve("value")
}

fn reason() -> Promise<Text> {
    Promise::reject(error("reason"))
}

fn later(settle: impl FnOnce(Resolvers<Text>) + 'static) -> Promise<Text> {
    let (promise, resolvers) = Promise::with_resolvers();
    js::set_timeout(move || settle(resolvers), 1);
    promise
}

// 2.3.3: thenables, whose then is called with functions of which the first call counts.
const THENABLES: &[(Text, Then)] = &[
    ("fulfils", |settle| {
        settle.resolve("ok");
        Ok(())
    }),
    ("rejects", |settle| {
        settle.reject(error("no"));
        Ok(())
    }),
    ("fulfils later", |settle| {
        js::set_timeout(move || settle.resolve("ok"), 1);
        Ok(())
    }),
    ("rejects later", |settle| {
        js::set_timeout(move || settle.reject(error("no")), 1);
        Ok(())
    }),
    ("throws", |_| throw("thrown")),
    ("fulfils, throws", |settle| {
        settle.resolve("ok");
        throw("ignored")
    }),
    ("fulfils, rejects", |settle| {
        settle.resolve("ok");
        settle.reject(error("ignored"));
        Ok(())
    }),
    ("rejects, fulfils", |settle| {
        settle.reject(error("no"));
        settle.resolve("ignored");
        Ok(())
    }),
    ("fulfils with a promise, throws", |settle| {
        settle.resolve(later(|w| w.resolve("late")));
        throw("ignored")
    }),
    ("fulfils with a rejected promise, rejects", |settle| {
        settle.resolve(reason());
        settle.reject(error("ignored"));
        Ok(())
    }),
    ("fulfils with a thenable", |settle| {
        settle.resolve(Thenable::new(|settle| {
            settle.resolve("inner");
            settle.resolve("ignored");
            Ok(())
        }));
        Ok(())
    }),
    ("fulfils with a throwing thenable", |settle| {
        settle.resolve(Thenable::new(|_| throw("inner")));
        Ok(())
    }),
    ("rejects with a thenable, which is not adopted", |settle| {
        settle.reject(Value("the thenable"));
        Ok(())
    }),
];

pub(crate) fn run() {
    main(async {
        // It ends as its handler does; without one, as the promise itself.
        on(&value().then(|v| Ok(format!("handler of {v}"))), "returns");
        on(&value().then(|_| throw::<()>("thrown")), "throws");
        let handler = |e: Error| Ok(format!("handler of {e}"));
        on(&reason().then_else(|v| Ok(String::from(v)), handler), "rejection, returns");
        on(&reason().catch(|_| throw::<Text>("thrown")), "rejection, throws");
        on(&value().catch(|_| Ok("never")), "no handler");
        on(&reason().then(|_| Ok("never")), "rejection, no handler");

        // 2.3.1 and 2.3.2: itself, and promises in each state.
        let own = Var::<Option<Promise<Text>>>::unset();
        own.set(Some(value().then(move |_| Ok(own.it()))));
        on(&own.it(), "itself");
        on::<Text>(&value().then(|_| Ok(value())), "a fulfilled promise");
        on::<Text>(&value().then(|_| Ok(reason())), "a rejected promise");
        let late = |w: Resolvers<Text>| w.resolve("late");
        on::<Text>(&value().then(move |_| Ok(later(late))), "one fulfilled later");
        let late = |w: Resolvers<Text>| w.reject(error("late"));
        on::<Text>(&value().then(move |_| Ok(later(late))), "one rejected later");

        for &(name, then) in THENABLES {
            on::<Text>(&value().then(move |_| Ok(Thenable::new(then))), name);
        }
        let (_, fulfils) = THENABLES[0];
        let caught = reason().catch(move |_| Ok(Thenable::new(fulfils)));
        on(&caught, "from a handler of a rejection");

        // 2.3.4: anything else is the value.
        on(&value().then(|_| Ok("an object")), "then is no function");
        on(&value().then(|_| Ok(())), "undefined");
        Ok(())
    });
}
