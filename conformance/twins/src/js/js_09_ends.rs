use fourfold::js::{self, Promise, async_fn, process};

use super::show::{log, main, say};

// The loop ends when no referenced handle is left.

fn pending() -> Promise<()> {
    Promise::new(|_| Ok(()))
}

pub(crate) fn run() {
    main(async {
        process::on_exit(|code| println!("exit {code}"));
        process::on_before_exit(|code| println!("beforeExit {code}"));
        pending().then(|()| say!("never"));
        async_fn(async {
            pending().await?;
            say!("never")
        });
        js::set_interval(log("never"), 1e6).unref();
        js::set_immediate(log("never: unreferenced, and nothing else is left")).unref();
        js::next_tick(log("tick"));
        js::queue_microtask(log("microtask"));
        println!("end of main");
        Ok(())
    });
}
