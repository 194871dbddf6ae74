use fourfold::js::{self, TypeError, process};

use super::show::{log, main};

// A throw in the main program: neither ticks nor microtasks run any more.

pub(crate) fn run() {
    main(async {
        process::on_exit(|code| {
            println!("exit {code} {}", process::exit_code().expect("it was set"));
        });
        js::next_tick(log("never"));
        js::queue_microtask(log("never"));
        js::set_timeout(log("never"), 0);
        println!("main");
        Err(TypeError::new("out of main").into())
    });
}
