use std::cell::RefCell;
use std::rc::Rc;

use fourfold::js::{self, Promise, Resolvers, Thenable};
use fourfold::{Error, Result};

use super::node::{error, program, report, thenable};

fn value() -> Promise<String> {
    Promise::resolve("value".to_string())
}

fn reason() -> Promise<String> {
    Promise::reject(error("reason"))
}

fn later(settle: impl FnOnce(Resolvers<String>) + 'static) -> Promise<String> {
    let (promise, resolvers) = Promise::with_resolvers();
    js::set_timeout(move || settle(resolvers), 1);
    promise
}

fn late() -> Promise<String> {
    later(|settle| settle.resolve("late".to_string()))
}

/// Has a handler return what `make` gives.
fn returned<R: js::Resolve<String>>(name: &'static str, make: impl FnOnce() -> R + 'static) {
    report(name, &value().then(move |_: String| Ok(make())));
}

fn ok(settle: &Resolvers<String>, text: &str) {
    settle.resolve(text.to_string());
}

fn throwing(then: impl FnOnce(Resolvers<String>) -> Result<()> + 'static) -> Thenable<String> {
    Thenable::new(then)
}

fn thrown<T>() -> Result<T, Error> {
    Err(error("thrown"))
}

fn adopted() {
    returned("fulfils", || thenable(|f| ok(&f, "ok")));
    returned("rejects", || thenable(|f: Resolvers<String>| f.reject(error("no"))));
    returned("fulfils later", || {
        thenable(|f| {
            js::set_timeout(move || ok(&f, "ok"), 1);
        })
    });
    returned("rejects later", || {
        thenable(|f: Resolvers<String>| {
            js::set_timeout(move || f.reject(error("no")), 1);
        })
    });
    returned("throws", || throwing(|_| thrown()));
    returned("fulfils, throws", || {
        throwing(|f| {
            ok(&f, "ok");
            Err(error("ignored"))
        })
    });
    returned("fulfils, rejects", || {
        thenable(|f| {
            ok(&f, "ok");
            f.reject(error("ignored"));
        })
    });
    returned("rejects, fulfils", || {
        thenable(|f| {
            f.reject(error("no"));
            ok(&f, "ignored");
        })
    });
    returned("fulfils with a promise, throws", || {
        throwing(|f| {
            f.resolve(late());
            Err(error("ignored"))
        })
    });
    returned("fulfils with a rejected promise, rejects", || {
        thenable(|f| {
            f.resolve(reason());
            f.reject(error("ignored"));
        })
    });
    returned("fulfils with a thenable", || {
        thenable(|f| {
            f.resolve(thenable(|f| {
                ok(&f, "inner");
                ok(&f, "ignored");
            }));
        })
    });
    returned("fulfils with a throwing thenable", || {
        thenable(|f| f.resolve(throwing(|_| Err(error("inner")))))
    });
}

pub(crate) fn run() {
    program(async {
        report("returns", &value().then(|v: String| Ok(format!("handler of {v}"))));
        report("throws", &value().then(|_: String| thrown::<String>()));
        report("rejection, returns", &reason().catch(|e| Ok(format!("handler of {e}"))));
        report("rejection, throws", &reason().catch(|_| thrown::<String>()));
        report("no handler", &value().catch(|_| Ok("never".to_string())));
        report("rejection, no handler", &reason().then(|_| Ok("never")));

        let place: Rc<RefCell<Option<Promise<String>>>> = Rc::default();
        let itself = place.clone();
        let own: Promise<String> =
            value().then(move |_: String| Ok(itself.take().expect("it is there by now")));
        *place.borrow_mut() = Some(own.clone());
        report("itself", &own);
        returned("a fulfilled promise", value);
        returned("a rejected promise", reason);
        returned("one fulfilled later", late);
        returned("one rejected later", || later(|settle| settle.reject(error("late"))));
        adopted();

        // A promise is rejected with an error, always: this stands for the thenable.
        report("rejects with a thenable, which is not adopted", &{
            let rejecting = || thenable(|f: Resolvers<String>| f.reject(error("the thenable")));
            value().then::<String, _>(move |_: String| Ok(rejecting()))
        });
        report(
            "from a handler of a rejection",
            &reason().catch(|_| Ok(thenable(|f| ok(&f, "ok")))),
        );

        returned("then is no function", || "an object".to_string());
        returned("undefined", || "undefined".to_string());
        Ok(())
    });
}
