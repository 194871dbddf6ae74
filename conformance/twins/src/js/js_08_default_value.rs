use fourfold::js::{self, Promise, process};

use super::node::{error, log, program};

pub(crate) fn run() {
    program(async {
        process::on_exit(|code| println!("exit {code}"));
        js::set_timeout(
            || {
                Promise::<()>::reject(error("a string"));
                js::set_immediate(log("never"));
            },
            1,
        );
        Ok(())
    });
}
