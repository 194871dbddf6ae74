use std::cell::Cell;
use std::rc::Rc;

use fourfold::js::{self, Delay, Promise, Settled, Thenable};

use super::node::{error, program, thenable};

fn after(ms: impl Delay, value: &'static str) -> Promise<&'static str> {
    js::set_timeout_promise_with(ms, value)
}

fn failing(ms: impl Delay, text: &'static str) -> Promise<&'static str> {
    let (promise, settle) = Promise::with_resolvers();
    js::set_timeout(move || settle.reject(error(text)), ms);
    promise
}

fn print(outcomes: Vec<Settled<&'static str>>) {
    for outcome in outcomes {
        match outcome {
            Settled::Fulfilled(value) => println!("fulfilled value {value}"),
            Settled::Rejected(reason) => println!("rejected reason {reason}"),
        }
    }
}

pub(crate) fn run() {
    program(async {
        let mixed = [
            after(20, "slow"),
            failing(1, "bad"),
            Promise::resolve("plain"),
            Promise::reject(error("at once")),
        ];
        print(Promise::all_settled(mixed).await?);
        println!("empty: {}", Promise::all_settled::<Promise<()>>([]).await?.len());
        let rejecting = thenable(|settle| {
            settle.reject(error("thenable"));
            settle.resolve("1");
        });
        let throwing = Thenable::new(|_| Err(error("thrown")));
        print(Promise::all_settled([rejecting, throwing]).await?);

        let seen = Rc::new(Cell::new(false));
        let saw = seen.clone();
        let never = Promise::with_resolvers().0;
        Promise::all_settled([after(1, ""), never]).then(move |_| {
            saw.set(true);
            Ok(())
        });
        after(5, "").await?;
        println!("one that never settles is waited for: {}", !seen.get());
        Ok(())
    });
}
