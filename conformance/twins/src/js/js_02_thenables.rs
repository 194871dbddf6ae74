use fourfold::js::{self, Promise, Thenable, async_fn};

use super::node::{error, log, program, report, thenable};

pub(crate) fn run() {
    program(async {
        let logging = thenable(|settle| {
            println!("then is called");
            settle.resolve("adopted");
        });
        let promise = Promise::<&str>::new(|settle| {
            settle.resolve(logging);
            println!("resolve has returned");
            Ok(())
        });
        js::queue_microtask(log("a microtask queued after resolve"));
        report("logging", &promise);

        let of = |name, thenable: Thenable<i32>| report(name, &Promise::<i32>::resolve(thenable));
        of(
            "twice",
            thenable(|settle| {
                settle.resolve(1);
                settle.resolve(2);
            }),
        );
        of(
            "resolve, reject",
            thenable(|settle| {
                settle.resolve(1);
                settle.reject(error("no"));
            }),
        );
        of(
            "reject, resolve",
            thenable(|settle| {
                settle.reject(error("yes"));
                settle.resolve(1);
            }),
        );

        of("throws", Thenable::new(|_| Err(error("in then"))));
        of(
            "resolve, throw",
            Thenable::new(|settle| {
                settle.resolve(1);
                Err(error("late"))
            }),
        );
        of(
            "reject, throw",
            Thenable::new(|settle| {
                settle.reject(error("first"));
                Err(error("late"))
            }),
        );

        let of = |name, thenable: Thenable<&'static str>| {
            report(name, &Promise::<&str>::resolve(thenable))
        };
        of("nested", thenable(|settle| settle.resolve(thenable(|settle| settle.resolve("inner")))));
        of("to a promise", thenable(|settle| settle.resolve(Promise::resolve("native"))));
        of(
            "to a rejected one",
            thenable(|settle| settle.resolve(Promise::<&str>::reject(error("native")))),
        );
        of(
            "nested, throws",
            thenable(|settle| {
                settle.resolve(Thenable::new(|_| Err(error("inner"))));
                settle.resolve("2");
            }),
        );

        of(
            "later",
            thenable(|settle| {
                js::set_timeout(move || settle.resolve("by a timer"), 1);
            }),
        );
        of("never", thenable(drop));

        let returned: Promise<&str> =
            Promise::resolve(()).then(|()| Ok(thenable(|settle| settle.resolve("returned"))));
        report("from a handler", &returned);
        report(
            "awaited",
            &async_fn(async {
                let awaited = thenable(|settle| settle.resolve("awaited"));
                Promise::<&str>::resolve(awaited).await
            }),
        );
        report(
            "awaited, throws",
            &async_fn(async {
                let throwing = Thenable::new(|_| Err(error("in then")));
                match Promise::<String>::resolve(throwing).await {
                    Ok(value) => Ok(value),
                    Err(error) => Ok(format!("caught {error}")),
                }
            }),
        );
        let returned: Promise<&str> =
            async_fn(async { Ok(thenable(|settle| settle.resolve("returned"))) });
        report("returned by async", &returned);
        Ok(())
    });
}
