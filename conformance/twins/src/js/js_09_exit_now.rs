use fourfold::js::{self, process};

use super::node::{log, program};

pub(crate) fn run() {
    program(async {
        process::on_before_exit(|_| println!("never"));
        process::on_exit(|code| {
            println!("first listener {code}");
            process::set_exit_code(9);
        });
        process::on_exit(|code| println!("second listener {code}"));
        js::set_timeout(
            || {
                js::next_tick(log("never"));
                js::queue_microtask(log("never"));
                process::exit(4);
            },
            1,
        );
        js::set_timeout(log("never"), 5);
        Ok(())
    });
}
