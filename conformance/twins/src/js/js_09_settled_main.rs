use fourfold::js::{self, Promise, process};

use super::node::{error, log, program};

pub(crate) fn run() {
    program(async {
        process::on_exit(|code| println!("exit {code}"));
        println!("main waits");
        println!("{}", js::set_timeout_promise_with(1, "value").await?);
        if let Err(e) = Promise::<()>::reject(error("caught")).await {
            println!("{e}");
        }
        js::set_timeout(
            || {
                println!("a timer that was not waited for");
                js::set_immediate(log("its immediate"));
            },
            5,
        );
        println!("end of main");
        Ok(())
    });
}
