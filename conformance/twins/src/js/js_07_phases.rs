use fourfold::js;

use super::show::{busy, log, main, stat};

// From each phase to the next ones. It begins in a check phase, so that it is known where the loop is.

fn from_check(then: fn()) {
    js::set_immediate(move || {
        println!("check");
        js::set_timeout(log("timers: due already"), 1);
        js::set_immediate(move || {
            println!("check: of the next turn");
            then();
        });
        busy(5);
    });
}

fn from_timers(then: fn()) {
    js::set_timeout(
        move || {
            println!("timers");
            js::set_immediate(log("check: of the same turn"));
            js::set_timeout(
                move || {
                    println!("timers: of a later turn");
                    then();
                },
                0,
            );
        },
        1,
    );
}

fn from_poll(then: fn()) {
    stat(move || {
        println!("poll");
        js::set_timeout(
            move || {
                println!("timers");
                then();
            },
            0,
        );
        js::set_immediate(log("check"));
    });
}

pub(crate) fn run() {
    main(async {
        from_check(|| from_timers(|| from_poll(|| println!("end"))));
        Ok(())
    });
}
