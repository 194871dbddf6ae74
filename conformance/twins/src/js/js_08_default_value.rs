use fourfold::js::{self, Promise, process};

use super::show::{Value, log, main};

// A reason that is no error.

pub(crate) fn run() {
    main(async {
        process::on_exit(|code| println!("exit {code}"));
        js::set_timeout(
            || {
                Promise::<()>::reject(Value("a string"));
                js::set_immediate(log("never"));
            },
            1,
        );
        Ok(())
    });
}
