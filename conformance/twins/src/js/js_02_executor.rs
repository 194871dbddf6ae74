use std::fmt::Display;

use fourfold::js::{Promise, RangeError};

use super::show::{caught, error, main, say, show, throw};

fn print_value<T: Display + Clone>(promise: &Promise<T>, name: &'static str) {
    promise.then(move |v| say!("{name}: {v}"));
}

fn print_error(promise: &Promise<i32>, name: &'static str) {
    caught(promise, move |e| say!("{name}: {}", show(&e)));
}

pub(crate) fn run() {
    main(async {
        println!("before");
        let made = Promise::new(|settle| {
            println!("the executor runs at once");
            settle.resolve("value");
            println!("and goes on after resolve");
            Ok(())
        });
        println!("after");
        print_value(&made, "then");

        // The first call counts.
        let twice = Promise::new(|settle| {
            settle.resolve(1);
            settle.resolve(2);
            Ok(())
        });
        print_value(&twice, "resolve twice");
        let both = Promise::new(|settle| {
            settle.resolve(1);
            settle.reject(error("no"));
            Ok(())
        });
        print_value(&both, "resolve, reject");
        let both = Promise::new(|settle| {
            settle.reject(error("first"));
            settle.resolve(1);
            Ok(())
        });
        print_error(&both, "reject, resolve");
        let twice = Promise::new(|settle| {
            settle.reject(error("first"));
            settle.reject(error("second"));
            Ok(())
        });
        print_error(&twice, "reject twice");

        // A throw rejects, unless the promise has been resolved.
        print_error(&Promise::new(|_| Err(RangeError::new("thrown").into())), "throw");
        let late = Promise::new(|settle| {
            settle.resolve(1);
            throw("late")
        });
        print_value(&late, "resolve, throw");

        // Resolved with a promise that is pending, it is not settled, and yet takes no other end.
        let (inner, settle) = Promise::with_resolvers();
        let locked = Promise::<&str>::new(|outer| {
            outer.resolve(inner);
            outer.reject(error("no"));
            outer.resolve("3");
            Ok(())
        });
        print_value(&locked, "locked in");
        settle.resolve("of the inner one");

        // The functions work after the executor has returned.
        let mut kept = None;
        let later = Promise::new(|settle| {
            kept = Some(settle);
            Ok(())
        });
        print_value(&later, "later");
        let settle = kept.expect("the executor has run");
        settle.resolve("by hand");
        settle.reject(error("ignored"));
        println!("end of main");
        Ok(())
    });
}
