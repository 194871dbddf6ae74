use fourfold::js::{self, Promise, async_fn};

use super::show::{log, main, null, say};

// After the main program: the next_tick queue first, then the microtasks, and over again.

pub(crate) fn run() {
    main(async {
        js::set_immediate(log("immediate"));
        Promise::resolve(()).then(|()| say!("microtask 1"));
        js::next_tick(log("tick 1"));
        js::queue_microtask(log("microtask 2"));
        js::next_tick(log("tick 2"));
        async_fn(async {
            println!("async starts");
            null().await?;
            say!("microtask 3")
        });
        let (a, b) = ("one", "two");
        js::next_tick(move || println!("tick 3 with {a} {b}"));
        Promise::resolve(()).then(|()| {
            js::next_tick(log("tick of microtask 4"));
            js::queue_microtask(log("microtask of microtask 4"));
            say!("microtask 4")
        });
        js::next_tick(|| {
            js::next_tick(log("tick of tick 4"));
            js::queue_microtask(log("microtask of tick 4"));
            println!("tick 4");
        });
        Promise::resolve(()).then(|()| say!("microtask 5"));
        println!("end of main");
        Ok(())
    });
}
