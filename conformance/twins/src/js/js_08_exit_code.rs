use fourfold::js::{self, process};

use super::node::{log, program, throw};

// A throw inside the listener for uncaught errors ends the program with code 7.

pub(crate) fn run() {
    program(async {
        process::on_uncaught_exception(|error, _| {
            println!("uncaught: {error}");
            throw::<()>("thrown by the listener")
        });
        process::on_exit(|code| println!("exit {code}"));
        js::set_timeout(|| throw::<()>("first"), 1);
        js::set_timeout(log("never"), 10);
        Ok(())
    });
}
