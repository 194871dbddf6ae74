use std::cell::RefCell;
use std::rc::Rc;

use fourfold::js::{self, Promise, Resolvers};

use super::node::{error, program, show};

fn says<T>(text: &'static str) -> impl FnOnce(T) -> fourfold::Result<()> {
    move |_| {
        println!("{text}");
        Ok(())
    }
}

fn shows(name: &'static str) -> impl FnOnce(fourfold::Error) -> fourfold::Result<i32> {
    move |error| {
        println!("{name}: {}", show(&error));
        Ok(0)
    }
}

fn value(name: &'static str) -> impl FnOnce(i32) -> fourfold::Result<()> {
    move |value| {
        println!("{name}: {value}");
        Ok(())
    }
}

pub(crate) fn run() {
    program(async {
        let settled = Promise::resolve("s");
        settled.then(says("first on settled"));
        settled.then(says("second on settled"));
        println!("nothing has run yet");

        let (pending, settle) = Promise::with_resolvers();
        let again = pending.clone();
        pending.then(move |()| {
            println!("first on pending");
            again.then(says("added in a reaction"));
            Ok(())
        });
        pending.then(says("second on pending"));
        settle.resolve(());
        println!("resolved, and nothing has run yet");

        Promise::resolve(1).catch(|_| Ok(2)).then(value("value passed on"));
        Promise::<i32>::reject(error("e")).then(|_| Ok(2)).catch(shows("error passed on"));

        Promise::resolve(1).then(|v: i32| Ok(v + 1)).then(value("value"));
        Promise::resolve(1).then(|_: i32| Err::<i32, _>(error("thrown"))).catch(shows("thrown"));
        Promise::<String>::reject(error("e")).catch(|e| Ok(format!("recovered from {e}"))).then(
            |text: String| {
                println!("{text}");
                Ok(())
            },
        );
        Promise::resolve(1)
            .then(|_: i32| Ok(Promise::<i32>::reject(error("inner"))))
            .catch(shows("returned rejection"));

        text(Promise::resolve("v").finally(|| {
            println!("finally is given 0");
            Ok(())
        }));
        Promise::<i32>::reject(error("e")).finally(|| Ok(())).catch(shows("after finally"));
        Promise::resolve(0)
            .finally(|| Err::<(), _>(error("in finally")))
            .catch(shows("finally throws"));
        Promise::<i32>::reject(error("e"))
            .finally(|| Ok(Promise::<()>::reject(error("from finally"))))
            .catch(shows("finally rejects"));
        let release: Rc<RefCell<Option<Resolvers<()>>>> = Rc::default();
        let place = release.clone();
        Promise::resolve("v")
            .finally(move || {
                Ok(Promise::new(move |settle| {
                    *place.borrow_mut() = Some(settle);
                    Ok(())
                }))
            })
            .then(|v: &str| {
                println!("finally was waited for: {v}");
                Ok(())
            });
        js::set_timeout(
            move || {
                println!("release");
                release.take().expect("finally was called").resolve(());
            },
            1,
        );

        println!("the same promise: {}", Promise::resolve(settled.clone()).same(&settled));
        let new = Promise::new(|settle| {
            settle.resolve(settled.clone());
            Ok(())
        });
        println!("new from new: {}", new.same(&settled));
        Ok(())
    });
}

fn text(promise: Promise<&'static str>) {
    promise.then(|v: &str| {
        println!("after finally: {v}");
        Ok(())
    });
}
