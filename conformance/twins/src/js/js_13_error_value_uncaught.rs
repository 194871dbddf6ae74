use fourfold::js::events::ERROR;
use fourfold::js::{self, EventEmitter, process};

use super::node::{program, value};

pub(crate) fn run() {
    program(async {
        let e = EventEmitter::new();
        process::on_exit(|code| println!("exit {code}"));
        js::set_immediate(move || e.emit(&ERROR, value("a string")).map(drop));
        Ok(())
    });
}
