use fourfold::js::{self, Promise, process};

use super::node::{error, log, name, program};

pub(crate) fn run() {
    program(async {
        process::on_uncaught_exception(|error, origin| {
            println!("{} undefined {error} ({origin})", name(error));
        });
        Promise::<()>::reject(error("an error"));
        Promise::<()>::reject(error("a string"));
        Promise::<()>::reject(error("undefined"));
        js::set_immediate(log("immediate"));
        process::on_exit(|code| println!("exit {code}"));
        Ok(())
    });
}
