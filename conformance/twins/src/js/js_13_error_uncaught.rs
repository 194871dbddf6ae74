use fourfold::Error;
use fourfold::js::events::ERROR;
use fourfold::js::{self, EventEmitter, TypeError, process};

use super::node::{log, program};

pub(crate) fn run() {
    program(async {
        let e = EventEmitter::new();
        process::on_exit(|code| println!("exit {code}"));
        js::set_timeout(
            move || {
                println!("emit");
                e.emit(&ERROR, TypeError::new("nobody listens").into())?;
                println!("never");
                Ok::<_, Error>(())
            },
            1,
        );
        js::set_timeout(log("never"), 1000);
        Ok(())
    });
}
