use fourfold::js::{self, Promise};

use super::show::{Var, caught, error, main, say, show, throw};

fn e<T: 'static>() -> Promise<T> {
    Promise::reject(error("e"))
}

fn v() -> Promise<&'static str> {
    Promise::resolve("v")
}

pub(crate) fn run() {
    main(async {
        // Reactions run in the order they were added, never at once, also on a settled promise.
        let settled = Promise::resolve("s");
        settled.then(|_| say!("first on settled"));
        settled.then(|_| say!("second on settled"));
        println!("nothing has run yet");

        let (promise, settle) = Promise::with_resolvers();
        let again = promise.clone();
        promise.then(move |()| {
            println!("first on pending");
            again.then(|()| say!("added in a reaction"));
            Ok(())
        });
        promise.then(|()| say!("second on pending"));
        settle.resolve(());
        println!("resolved, and nothing has run yet");

        // Without a handler the end is passed on.
        Promise::resolve(1).catch(|_| Ok(2)).then(|v| say!("value passed on: {v}"));
        let passed = e::<()>().then(|()| Ok(2));
        caught(&passed, |e| say!("error passed on: {}", show(&e)));

        // A handler's value, error and promise become the end of the derived promise.
        Promise::resolve(1).then(|v| Ok(v + 1)).then(|v| say!("value: {v}"));
        Promise::resolve(1).then(|_| throw::<()>("thrown")).catch(|e| say!("thrown: {}", show(&e)));
        e().catch(|e| Ok(format!("recovered from {e}"))).then(|v| say!("{v}"));
        Promise::resolve(1)
            .then(|_| Ok(Promise::<()>::reject(error("inner"))))
            .catch(|e: fourfold::Error| say!("returned rejection: {}", show(&e)));

        // finally gets nothing, passes the end on, and only its failure replaces it.
        v().finally(|| say!("finally is given 0")).then(|v| say!("after finally: {v}"));
        e::<()>().finally(|| Ok(())).catch(|e| say!("after finally: {}", show(&e)));
        caught(&v().finally(|| throw::<()>("in finally")), |e| {
            say!("finally throws: {}", show(&e))
        });
        e::<()>()
            .finally(|| Ok(Promise::<()>::reject(error("from finally"))))
            .catch(|e| say!("finally rejects: {}", show(&e)));
        let release = Var::unset();
        v().finally(move || {
            Ok(Promise::<()>::new(|settle| {
                release.set(Some(settle));
                Ok(())
            }))
        })
        .then(|v| say!("finally was waited for: {v}"));
        js::set_timeout(
            move || {
                println!("release");
                release.it().resolve(());
            },
            1,
        );

        // Promise.resolve gives a promise back as it is, and wraps anything else.
        println!("the same promise: {}", Promise::<&str>::resolve(settled.clone()).same(&settled));
        let inner = settled.clone();
        let outer = Promise::<&str>::new(|settle| {
            settle.resolve(inner);
            Ok(())
        });
        println!("new from new: {}", outer.same(&settled));
        Ok(())
    });
}
