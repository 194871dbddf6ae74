use fourfold::js::{self, process};

use super::node::{error, log, program};

pub(crate) fn run() {
    program(async {
        process::on_uncaught_exception(|error, _| {
            println!("uncaught: {error}");
            js::next_tick(log(format!("tick of the handler for {error}")));
            js::queue_microtask(log(format!("microtask of the handler for {error}")));
        });
        js::next_tick(log("tick 1"));
        js::next_tick(|| Err::<(), _>(error("tick 2")));
        js::next_tick(log("tick 3"));
        js::queue_microtask(log("microtask 1"));
        js::queue_microtask(|| Err::<(), _>(error("microtask 2")));
        js::queue_microtask(log("microtask 3"));
        js::set_immediate(log("immediate"));
        println!("end of main");
        Ok(())
    });
}
