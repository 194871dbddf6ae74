use fourfold::Error;
use fourfold::js::{self, AggregateError, Delay, Promise, Thenable, process};

use super::node::{error, name, program, thenable};

fn after(ms: impl Delay, value: &'static str) -> Promise<&'static str> {
    js::set_timeout_promise_with(ms, value)
}

fn failing(ms: impl Delay, text: &'static str) -> Promise<&'static str> {
    let (promise, settle) = Promise::with_resolvers();
    js::set_timeout(move || settle.reject(error(text)), ms);
    promise
}

fn print(e: &Error) {
    let texts: Vec<String> = e.errors().iter().map(Error::to_string).collect();
    println!("{} {} {e} [{}]", name(e), e.is::<AggregateError>(), texts.join(", "));
}

pub(crate) fn run() {
    program(async {
        let won = Promise::any([after(40, "slow"), failing(1, "bad"), after(10, "quick")]);
        println!("{}", won.await?);
        let settled =
            [Promise::reject(error("a")), Promise::resolve("plain"), Promise::resolve("settled")];
        println!("{}", Promise::any(settled).await?);
        let all_fail = [failing(5, "late"), failing(1, "early"), Promise::reject(error("at once"))];
        if let Err(e) = Promise::any(all_fail).await {
            print(&e);
        }
        if let Err(e) = Promise::any::<Promise<()>>([]).await {
            print(&e);
        }
        let throwing = Thenable::new(|_| Err(error("thenable")));
        let resolving = thenable(|settle| settle.resolve("thenable"));
        println!("{}", Promise::any([throwing, resolving]).await?);
        process::on_unhandled_rejection(|_| println!("never"));
        println!("{}", Promise::any([failing(20, "unseen"), after(1, "won")]).await?);
        after(30, "").await?;
        println!("end");
        Ok(())
    });
}
