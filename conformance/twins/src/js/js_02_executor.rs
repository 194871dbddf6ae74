use fourfold::js::Promise;

use super::node::{error, program, range_error, show};

pub(crate) fn run() {
    program(async {
        println!("before");
        let made = Promise::new(|settle| {
            println!("the executor runs at once");
            settle.resolve("value");
            println!("and goes on after resolve");
            Ok(())
        });
        println!("after");
        then(&made, "then");

        then(
            &Promise::new(|settle| {
                settle.resolve(1);
                settle.resolve(2);
                Ok(())
            }),
            "resolve twice",
        );
        then(
            &Promise::new(|settle| {
                settle.resolve(1);
                settle.reject(error("no"));
                Ok(())
            }),
            "resolve, reject",
        );
        catch(
            &Promise::new(|settle| {
                settle.reject(error("first"));
                settle.resolve(1);
                Ok(())
            }),
            "reject, resolve",
        );
        catch(
            &Promise::<i32>::new(|settle| {
                settle.reject(error("first"));
                settle.reject(error("second"));
                Ok(())
            }),
            "reject twice",
        );

        catch(&Promise::<i32>::new(|_| Err(range_error("thrown"))), "throw");
        then(
            &Promise::new(|settle| {
                settle.resolve(1);
                Err(error("late"))
            }),
            "resolve, throw",
        );

        let (inner, settle) = Promise::with_resolvers();
        let locked = Promise::new(|outer| {
            outer.resolve(inner);
            outer.reject(error("no"));
            outer.resolve("another");
            Ok(())
        });
        then(&locked, "locked in");
        settle.resolve("of the inner one");

        let (later, settle) = Promise::with_resolvers();
        then(&later, "later");
        settle.resolve("by hand");
        settle.reject(error("ignored"));
        println!("end of main");
        Ok(())
    });
}

fn then<T: Clone + std::fmt::Display + 'static>(promise: &Promise<T>, name: &'static str) {
    promise.then::<(), _>(move |value| {
        println!("{name}: {value}");
        Ok(())
    });
}

fn catch<T: Clone + Default + 'static>(promise: &Promise<T>, name: &'static str) {
    promise.catch(move |error| {
        println!("{name}: {}", show(&error));
        Ok(T::default())
    });
}
