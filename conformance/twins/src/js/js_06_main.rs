use fourfold::js::{self, Promise, async_fn};

use super::node::{log, program};

fn then(f: impl FnOnce() + 'static) {
    Promise::resolve(()).then(move |()| {
        f();
        Ok(())
    });
}

pub(crate) fn run() {
    program(async {
        js::set_immediate(log("immediate"));
        then(log("microtask 1"));
        js::next_tick(log("tick 1"));
        js::queue_microtask(log("microtask 2"));
        js::next_tick(log("tick 2"));
        async_fn::<_, _, ()>(async {
            println!("async starts");
            Promise::resolve(()).await?;
            println!("microtask 3");
            Ok(())
        });
        let (a, b) = ("one", "two");
        js::next_tick(move || println!("tick 3 with {a} {b}"));
        then(|| {
            js::next_tick(log("tick of microtask 4"));
            js::queue_microtask(log("microtask of microtask 4"));
            println!("microtask 4");
        });
        js::next_tick(|| {
            js::next_tick(log("tick of tick 4"));
            js::queue_microtask(log("microtask of tick 4"));
            println!("tick 4");
        });
        then(log("microtask 5"));
        println!("end of main");
        Ok(())
    });
}
