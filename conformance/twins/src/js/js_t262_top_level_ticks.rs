use fourfold::js;

use super::node::{log, null, program, say};

// The main program may await: microtasks run beside it.

pub(crate) fn run() {
    program(async {
        // The body of a module is a microtask; the first step of a main is what a script is.
        null().await?;
        let mut chain = null();
        for i in 1..=4 {
            chain = chain.then(move |()| say!("tick {i}"));
        }
        js::next_tick(log("next tick"));
        for i in 1..=4 {
            println!("await {i}");
            null().await?;
        }
        js::queue_microtask(log("microtask"));
        chain.await?;
        say!("end of main")
    });
}
