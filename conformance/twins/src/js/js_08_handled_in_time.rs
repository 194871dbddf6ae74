use fourfold::js::{self, Promise, async_fn, process};

use super::show::{error, main, null, say};

// A rejection is looked at when both queues are empty: until then a handler comes in time.

fn rejected(text: &'static str) -> Promise<()> {
    Promise::reject(error(text))
}

fn handle(promise: &Promise<()>) {
    promise.catch(|e| say!("caught: {e}"));
}

pub(crate) fn run() {
    main(async {
        process::on_unhandled_rejection(|rejection| println!("unhandled: {}", rejection.reason()));
        process::on_rejection_handled(|_| println!("handled later"));

        handle(&rejected("at once"));
        let a = rejected("in a tick");
        js::next_tick(move || handle(&a));
        let b = rejected("in a microtask");
        js::queue_microtask(move || handle(&b));
        let c = rejected("in the tick of a microtask");
        js::queue_microtask(|| js::next_tick(move || handle(&c)));
        let d = rejected("in the tenth microtask");
        async_fn(async move {
            for _ in 0..10 {
                null().await?;
            }
            handle(&d);
            Ok(())
        });
        let e = rejected("in the third of nested ticks");
        js::next_tick(|| js::next_tick(|| js::next_tick(move || handle(&e))));
        // A handler on a promise that follows it handles it, too.
        handle(&rejected("passed on").then(|()| Ok(())));
        let f = rejected("awaited");
        async_fn(async {
            null().await?;
            if let Err(x) = f.await {
                println!("caught: {x}");
            }
            Ok(())
        });
        // What takes part in a combinator is handled, whatever becomes of it.
        Promise::race([Promise::resolve(()), rejected("in a race")]);
        Promise::all_settled([rejected("in allSettled")]);
        Promise::any([Promise::resolve(()), rejected("in any")]);
        js::set_immediate(|| println!("immediate"));
        Ok(())
    });
}
