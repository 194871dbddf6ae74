use std::cell::Cell;

use fourfold::js::{self, process};

use super::node::{log, program};

pub(crate) fn run() {
    program(async {
        let rounds = Cell::new(0);
        process::on_before_exit(move |code| {
            rounds.set(rounds.get() + 1);
            println!("beforeExit {code} round {}", rounds.get());
            match rounds.get() {
                1 => drop(js::set_timeout(log("timer of round 1"), 1)),
                2 => drop(js::set_immediate(|| {
                    println!("immediate of round 2");
                    process::set_exit_code(3);
                })),
                _ => js::queue_microtask(log("a microtask alone does not keep it")),
            }
        });
        process::on_exit(|code| {
            println!("exit {code}");
            js::set_timeout(log("never"), 0);
            js::set_immediate(log("never"));
        });
        js::set_timeout(log("timer"), 1);
        Ok(())
    });
}
