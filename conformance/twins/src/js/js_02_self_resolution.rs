use std::cell::RefCell;
use std::rc::Rc;

use fourfold::js::{self, Promise, TypeError};

use super::node::{log, program, show};

pub(crate) fn run() {
    program(async {
        let (own, settle) = Promise::<i32>::with_resolvers();
        own.catch(|error| {
            println!("own: {} {}", error.is::<TypeError>(), show(&error));
            Ok(0)
        });
        settle.resolve(own.clone());

        let place: Rc<RefCell<Option<Promise<i32>>>> = Rc::default();
        let itself = place.clone();
        let derived: Promise<i32> =
            Promise::resolve(1).then(move |_: i32| Ok(itself.take().expect("it is there by now")));
        *place.borrow_mut() = Some(derived.clone());
        derived.catch(|error| {
            println!("derived: {} {}", error.is::<TypeError>(), show(&error));
            Ok(0)
        });

        let (promise, settle) = Promise::<i32>::with_resolvers();
        settle.resolve(promise.clone());
        settle.resolve(1);
        promise.then_else::<(), _, _>(
            |_| {
                println!("never");
                Ok(())
            },
            |error| {
                println!("withResolvers: {}", show(&error));
                Ok(())
            },
        );

        let (a, settle_a) = Promise::<i32>::with_resolvers();
        let (b, settle_b) = Promise::<i32>::with_resolvers();
        settle_a.resolve(b.clone());
        settle_b.resolve(a.clone());
        a.finally(|| {
            println!("never");
            Ok(())
        });
        js::set_timeout(log("a circle of two stays pending"), 1);
        println!("end of main");
        Ok(())
    });
}
