use fourfold::js::{self, Promise, async_fn, process};

use super::node::{error, log, program};

fn rejected(text: &'static str) -> Promise<()> {
    Promise::reject(error(text))
}

fn handle(promise: &Promise<()>) {
    promise.catch(|e| {
        println!("caught: {e}");
        Ok(())
    });
}

/// `await null`.
async fn tick() -> fourfold::Result<()> {
    Promise::resolve(()).await
}

pub(crate) fn run() {
    program(async {
        process::on_unhandled_rejection(|rejection| println!("unhandled: {}", rejection.reason()));
        process::on_rejection_handled(|_| println!("handled later"));

        handle(&rejected("at once"));
        let a = rejected("in a tick");
        js::next_tick(move || handle(&a));
        let b = rejected("in a microtask");
        js::queue_microtask(move || handle(&b));
        let c = rejected("in the tick of a microtask");
        js::queue_microtask(move || js::next_tick(move || handle(&c)));
        let d = rejected("in the tenth microtask");
        async_fn::<_, _, ()>(async move {
            for _ in 0..10 {
                tick().await?;
            }
            handle(&d);
            Ok(())
        });
        let e = rejected("in the third of nested ticks");
        js::next_tick(move || js::next_tick(move || js::next_tick(move || handle(&e))));
        handle(&rejected("passed on").then(|()| Ok(())));
        let f = rejected("awaited");
        async_fn::<_, _, ()>(async move {
            tick().await?;
            if let Err(x) = f.await {
                println!("caught: {x}");
            }
            Ok(())
        });
        Promise::race([Promise::resolve(()), rejected("in a race")]);
        Promise::all_settled([rejected("in allSettled")]);
        Promise::any([Promise::resolve(()), rejected("in any")]);
        js::set_immediate(log("immediate"));
        Ok(())
    });
}
