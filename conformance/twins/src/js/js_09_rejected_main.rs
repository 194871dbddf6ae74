use fourfold::js::{self, process};

use super::node::{log, program, range_error};

pub(crate) fn run() {
    program(async {
        process::on_exit(|code| println!("exit {code}"));
        println!("{}", js::set_timeout_promise_with(1, "value").await?);
        js::set_timeout(log("never"), 1000);
        js::queue_microtask(log("microtask"));
        Err(range_error("out of main"))
    });
}
