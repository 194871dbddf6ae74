use fourfold::js::{self, Promise, async_fn, process};

use super::node::{log, program};

pub(crate) fn run() {
    program(async {
        process::on_exit(|code| println!("exit {code}"));
        process::on_before_exit(|code| println!("beforeExit {code}"));
        Promise::<()>::with_resolvers().0.then(|()| {
            println!("never");
            Ok(())
        });
        async_fn::<_, _, ()>(async {
            Promise::<()>::with_resolvers().0.await?;
            println!("never");
            Ok(())
        });
        js::set_interval(|| println!("never"), 1e6).unref();
        js::set_immediate(log("never: unreferenced, and nothing else is left")).unref();
        js::next_tick(log("tick"));
        js::queue_microtask(log("microtask"));
        println!("end of main");
        Ok(())
    });
}
