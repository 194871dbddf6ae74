use std::fmt::Display;

use fourfold::Result;
use fourfold::js::{self, Promise, Resolvers, Thenable, async_fn};

use super::show::{error, main, say, show, throw};

type Text = &'static str;

fn report<T: Display + Clone + 'static>(name: Text, promise: &Promise<T>) {
    promise.then_else(
        move |value| say!("{name}: fulfilled {value}"),
        move |error| say!("{name}: rejected {}", show(&error)),
    );
}

fn thenable<T: 'static>(then: impl FnOnce(Resolvers<T>) -> Result<()> + 'static) -> Thenable<T> {
    Thenable::new(then)
}

fn following<T: Clone>(then: impl FnOnce(Resolvers<T>) -> Result<()> + 'static) -> Promise<T> {
    Promise::resolve(thenable(then))
}

/// A thenable that fulfils at once.
fn fulfils(value: Text) -> Thenable<Text> {
    thenable(move |settle| {
        settle.resolve(value);
        Ok(())
    })
}

pub(crate) fn run() {
    main(async {
        // then is called in a microtask of its own, not by resolve.
        let logging = thenable(|settle| {
            println!("then is called");
            settle.resolve("adopted");
            Ok(())
        });
        let p = Promise::<Text>::new(|settle| {
            settle.resolve(logging);
            println!("resolve has returned");
            Ok(())
        });
        js::queue_microtask(|| println!("a microtask queued after resolve"));
        report("logging", &p);

        // Each of the two functions works once, and the first call wins.
        let twice = following(|settle| {
            settle.resolve(1);
            settle.resolve(2);
            Ok(())
        });
        report("twice", &twice);
        let both = following(|settle| {
            settle.resolve(1);
            settle.reject(error("no"));
            Ok(())
        });
        report("resolve, reject", &both);
        let both = following(|settle| {
            settle.reject(error("yes"));
            settle.resolve(1);
            Ok(())
        });
        report("reject, resolve", &both);

        // A throw rejects, unless one of them was called before.
        report("throws", &following::<i32>(|_| throw("in then")));
        let late = following(|settle| {
            settle.resolve(1);
            throw("late")
        });
        report("resolve, throw", &late);
        let late = following::<i32>(|settle| {
            settle.reject(error("first"));
            throw("late")
        });
        report("reject, throw", &late);

        // A thenable may lead to another one, or to a promise.
        let nested = following::<Text>(|settle| {
            settle.resolve(fulfils("inner"));
            Ok(())
        });
        report("nested", &nested);
        let native = following::<Text>(|settle| {
            settle.resolve(Promise::resolve("native"));
            Ok(())
        });
        report("to a promise", &native);
        let native = following::<Text>(|settle| {
            settle.resolve(Promise::reject(error("native")));
            Ok(())
        });
        report("to a rejected one", &native);
        let nested = following::<i32>(|settle| {
            settle.resolve(thenable(|_| throw("inner")));
            settle.resolve(2);
            Ok(())
        });
        report("nested, throws", &nested);

        // It may call back later.
        let later = following(|settle| {
            js::set_timeout(move || settle.resolve("by a timer"), 1);
            Ok(())
        });
        report("later", &later);
        report("never", &following::<i32>(|_| Ok(())));

        // Handlers may return one, and async functions await one.
        let returned = Promise::resolve(()).then(|()| Ok(fulfils("returned")));
        report::<Text>("from a handler", &returned);
        let awaited = async_fn(async { Promise::<Text>::resolve(fulfils("awaited")).await });
        report("awaited", &awaited);
        let throws = async_fn(async {
            match following::<String>(|_| throw("in then")).await {
                Err(e) => Ok(format!("caught {e}")),
                returned => returned,
            }
        });
        report("awaited, throws", &throws);
        report::<Text>("returned by async", &async_fn(async { Ok(fulfils("returned")) }));
        Ok(())
    });
}
