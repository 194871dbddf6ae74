use fourfold::js;

use super::node::{busy, log, program, stat};

fn from_check(then: impl FnOnce() + 'static) {
    js::set_immediate(|| {
        println!("check");
        js::set_timeout(log("timers: due already"), 1);
        js::set_immediate(|| {
            println!("check: of the next turn");
            then();
        });
        busy(5);
    });
}

fn from_timers(then: impl FnOnce() + 'static) {
    js::set_timeout(
        || {
            println!("timers");
            js::set_immediate(log("check: of the same turn"));
            js::set_timeout(
                || {
                    println!("timers: of a later turn");
                    then();
                },
                0,
            );
        },
        1,
    );
}

fn from_poll(then: impl FnOnce() + 'static) {
    stat(|| {
        println!("poll");
        js::set_timeout(
            || {
                println!("timers");
                then();
            },
            0,
        );
        js::set_immediate(log("check"));
    });
}

pub(crate) fn run() {
    program(async {
        from_check(|| from_timers(|| from_poll(log("end"))));
        Ok(())
    });
}
