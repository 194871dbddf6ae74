use fourfold::js::{self, Promise, process};

use super::node::{error, log, program};

pub(crate) fn run() {
    program(async {
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
