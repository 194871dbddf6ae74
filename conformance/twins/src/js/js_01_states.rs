use fourfold::js::{self, Promise};

use super::show::{caught, error, main, on, say, show, throw};

// Promises/A+ 2.1 and 2.2.1 to 2.2.6: states, and when and how often handlers are called.

pub(crate) fn run() {
    main(async {
        // Settled once, for good.
        for calls in ["f", "r", "ff", "fr", "rf", "rr"] {
            let (promise, settle) = Promise::with_resolvers();
            on(&promise, calls);
            for (i, c) in calls.chars().enumerate() {
                if c == 'f' {
                    settle.resolve(i as i32);
                } else {
                    settle.reject(error(format!("number {i}")));
                }
            }
        }
        // Also with time between the calls.
        {
            let (promise, settle) = Promise::with_resolvers();
            on(&promise, "with time between");
            js::set_timeout(
                move || {
                    settle.resolve("first");
                    js::set_timeout(
                        move || {
                            settle.reject(error("second"));
                            println!("nothing comes of it");
                        },
                        1,
                    );
                },
                1,
            );
        }
        // Handlers are optional, and each is called at most once, with the one value, when the caller is
        // done.
        {
            let (promise, settle) = Promise::with_resolvers();
            promise.then(|values| say!("called with {} value: {values}", [values].len()));
            promise.then(Ok::<&str, _>);
            caught(&promise, |_| say!("never"));
            settle.resolve("value");
            println!("resolve has returned");
        }
        {
            let p = Promise::<()>::reject(error("reason"));
            let never = |()| say!("never");
            p.then_else(never, |reasons| {
                say!("called with {} reason: {}", [&reasons].len(), show(&reasons))
            });
            p.then(never).catch(|_| say!("passed on"));
            println!("then has returned");
        }
        // then may be called many times on one promise; handlers run in that order, even those added
        // meanwhile.
        {
            let p = Promise::resolve("p");
            let again = p.clone();
            p.then(move |_| {
                println!("1");
                again.then(|_| say!("4, added by 1"));
                Ok(())
            });
            p.then(|_| {
                println!("2");
                throw::<()>("does no harm")
            })
            .catch(|_| Ok(()));
            p.then(|_| say!("3"));
        }
        Ok(())
    });
}
