use fourfold::js::{self, RangeError, process};

use super::show::{after, log, main};

// A main promise that rejects ends the program with code 1, whatever is left.

pub(crate) fn run() {
    main(async {
        process::on_exit(|code| println!("exit {code}"));
        println!("{}", after(1, "value").await?);
        js::set_timeout(log("never"), 1000);
        js::next_tick(log("tick"));
        js::queue_microtask(log("microtask"));
        Err(RangeError::new("out of main").into())
    });
}
