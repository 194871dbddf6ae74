use fourfold::js::{self, TypeError, process};

use super::node::{log, program};

pub(crate) fn run() {
    program(async {
        process::on_exit(|code| println!("exit {code} {code}"));
        js::set_timeout(
            || {
                js::next_tick(log("never"));
                js::queue_microtask(log("never"));
                js::set_timeout(log("never"), 0);
                println!("timer");
                Err::<(), _>(TypeError::new("out of a timer"))
            },
            1,
        );
        js::set_timeout(log("never"), 1);
        Ok(())
    });
}
