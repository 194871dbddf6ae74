use fourfold::js::{self, Promise, process};

use super::show::{Value, error, log, main, name};

// Without a listener for rejections it goes to uncaughtException, and the loop lives on.

pub(crate) fn run() {
    main(async {
        process::on_uncaught_exception(|error, origin| {
            println!("{} {error} ({origin})", name(error));
        });
        Promise::<()>::reject(error("an error"));
        Promise::<()>::reject(Value("a string"));
        Promise::<()>::reject(Value("undefined"));
        js::set_immediate(log("immediate"));
        process::on_exit(|code| println!("exit {code}"));
        Ok(())
    });
}
