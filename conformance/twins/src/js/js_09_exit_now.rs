use fourfold::js::{self, process};

use super::show::{log, main};

// exit ends at once: what is queued does not run, beforeExit is not told.

pub(crate) fn run() {
    main(async {
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
                // What stands behind it in this function would run.
                process::exit(4);
            },
            1,
        );
        js::set_timeout(log("never"), 5);
        Ok(())
    });
}
