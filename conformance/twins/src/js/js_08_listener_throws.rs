use fourfold::js::{self, Promise, process};

use super::show::{error, log, main, throw};

// A throw inside the listener for rejections is uncaught.

pub(crate) fn run() {
    main(async {
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
