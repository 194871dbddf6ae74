use std::cell::Cell;
use std::rc::Rc;

use fourfold::js::{self, Delay, Promise, process};

use super::node::{error, program, show, thenable};

fn after(ms: impl Delay, value: &'static str) -> Promise<&'static str> {
    js::set_timeout_promise_with(ms, value)
}

fn failing(ms: impl Delay, text: &'static str) -> Promise<&'static str> {
    let (promise, settle) = Promise::with_resolvers();
    js::set_timeout(move || settle.reject(error(text)), ms);
    promise
}

fn foreign() -> Promise<&'static str> {
    Promise::resolve(thenable(|settle| settle.resolve("thenable")))
}

pub(crate) fn run() {
    program(async {
        process::on_unhandled_rejection(|_| println!("never"));
        println!("{}", Promise::race([after(30, "slow"), after(1, "quick")]).await?);
        if let Err(e) = Promise::race([after(30, ""), failing(1, "first")]).await {
            println!("{}", show(&e));
        }
        println!("{}", Promise::race([Promise::resolve("a"), Promise::resolve("b")]).await?);
        println!("{}", Promise::race([after(1, "timer"), Promise::resolve("plain")]).await?);
        let settled = [Promise::reject(error("a")), Promise::resolve("b")];
        if let Err(e) = Promise::race(settled).await {
            println!("{}", show(&e));
        }
        println!("{}", Promise::race([foreign(), after(1, "timer")]).await?);
        println!("{}", Promise::race([foreign(), Promise::resolve("promise")]).await?);
        println!("{}", Promise::race([failing(20, "unseen"), after(1, "won")]).await?);
        after(30, "").await?;
        let settled = Rc::new(Cell::new(false));
        let saw = settled.clone();
        Promise::race::<Promise<()>>([]).finally(move || {
            saw.set(true);
            Ok(())
        });
        after(1, "").await?;
        println!("race of nothing has settled: {}", settled.get());
        Ok(())
    });
}
