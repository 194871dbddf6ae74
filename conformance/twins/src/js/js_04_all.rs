use std::cell::Cell;
use std::rc::Rc;

use fourfold::js::{self, Delay, Promise, Thenable};

use super::node::{error, program, show, thenable};

fn after(ms: impl Delay, value: &'static str) -> Promise<&'static str> {
    js::set_timeout_promise_with(ms, value)
}

fn failing(ms: impl Delay, text: &'static str) -> Promise<&'static str> {
    let (promise, settle) = Promise::with_resolvers();
    js::set_timeout(move || settle.reject(error(text)), ms);
    promise
}

pub(crate) fn run() {
    program(async {
        let values = Promise::all([
            after(15, "slow"),
            Promise::resolve("plain"),
            after(1, "quick"),
            Promise::resolve("settled"),
        ]);
        println!("in the order of the input: {}", values.await?.join(", "));
        println!("empty: {}", Promise::all::<Promise<()>>([]).await?.len());

        let finished = Rc::new(Cell::new(0));
        let count = finished.clone();
        let slow = after(40, "").then(move |_| {
            count.set(count.get() + 1);
            Ok("")
        });
        let others = [slow, failing(20, "second"), failing(1, "first")];
        if let Err(e) = Promise::all(others).await {
            println!("rejected by {} finished {}", show(&e), finished.get());
        }
        after(60, "").await?;
        println!("the others went on: finished {}", finished.get());

        let two = [after(1, ""), Promise::reject(error("a")), Promise::reject(error("b"))];
        if let Err(e) = Promise::all(two).await {
            println!("{}", show(&e));
        }

        let adopted = |value: i32| {
            thenable(move |settle| {
                settle.resolve(value);
                settle.resolve(0);
            })
        };
        let both = Promise::all([adopted(1), adopted(2)]).await?;
        println!("{}, {}", both[0], both[1]);
        let failing = Thenable::new(|_| Err(error("then throws")));
        if let Err(e) = Promise::all([adopted(1), failing]).await {
            println!("{}", show(&e));
        }

        // A Rust iterator cannot throw; what reads the input can.
        let broken = || -> fourfold::Result<Promise<Vec<i32>>> {
            let walked = [Ok(Promise::resolve(1)), Err(error("while walked"))];
            Ok(Promise::all(walked.into_iter().collect::<Result<Vec<_>, _>>()?))
        };
        if let Err(e) = Promise::<Vec<i32>>::try_call(broken).await {
            println!("{}", show(&e));
        }

        let p = after(1, "p");
        println!("{}", Promise::all([&p, &p]).await?.join(", "));
        Ok(())
    });
}
