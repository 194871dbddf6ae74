use fourfold::js::{self, Promise, async_fn, process};

use super::show::{Var, error, log, main, null, say, throw};

// Several at once are told in the order they were rejected in, each macrotask's by themselves.

fn reject(text: &'static str) -> Promise<()> {
    Promise::reject(error(text))
}

pub(crate) fn run() {
    main(async {
        let second = Var::<Option<Promise<()>>>::unset();
        process::on_unhandled_rejection(move |rejection| {
            let reason = rejection.reason().clone();
            println!("unhandled: {reason}");
            let told = reason.clone();
            js::next_tick(move || println!("tick after {told}"));
            if reason.to_string() == "main 1" {
                second.it().catch(|e| say!("caught by a listener: {e}"));
            }
        });
        process::on_rejection_handled(|_| println!("handled later"));
        js::next_tick(|| drop(reject("tick")));
        js::queue_microtask(|| drop(reject("microtask")));
        reject("main 1");
        second.set(Some(reject("main 2")));
        reject("main 3");
        Promise::resolve(()).then(|()| throw::<()>("thrown in a handler"));
        async_fn(async { throw::<()>("async, at once") });
        async_fn(async {
            null().await?;
            throw::<()>("async, later")
        });
        Promise::<()>::new(|settle| {
            js::set_immediate(move || settle.reject(error("immediate")));
            Ok(())
        });
        js::set_immediate(log("immediate 2"));
        println!("end of main");
        Ok(())
    });
}
