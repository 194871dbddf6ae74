use fourfold::js::{self, Promise, process};

use super::node::{error, log, program, throw};

// A throw inside the listener for rejections is uncaught.

pub(crate) fn run() {
    program(async {
        process::on_unhandled_rejection(|rejection| {
            let reason = rejection.reason();
            println!("unhandled: {reason}");
            throw::<()>(format!("thrown by the listener for {reason}"))
        });
        process::on_uncaught_exception(|error, origin| println!("uncaught: {error} ({origin})"));
        Promise::<()>::reject(error("a"));
        Promise::<()>::reject(error("b"));
        js::set_immediate(log("immediate"));
        Ok(())
    });
}
