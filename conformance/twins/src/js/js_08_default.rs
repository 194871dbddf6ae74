use fourfold::js::{self, Promise, process};

use super::show::{error, log, main};

// Nobody listens: the first unhandled rejection ends the program with code 1.

pub(crate) fn run() {
    main(async {
        process::on_exit(|code| println!("exit {code}"));
        Promise::<()>::reject(error("nobody handles this"));
        Promise::<()>::reject(error("nor this"));
        js::next_tick(log("tick"));
        js::queue_microtask(log("microtask"));
        js::set_immediate(log("never"));
        println!("end of main");
        Ok(())
    });
}
