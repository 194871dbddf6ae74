use std::time::Duration;

use fourfold::js;

use super::node::{busy, log, program};

// Timers that are due at once: by the time they are due, and those of one duration in the order they were
// set.

pub(crate) fn run() {
    program(async {
        js::set_immediate(|| {
            js::set_timeout(log("90 ms"), 90);
            js::set_timeout(log("60 ms"), 60);
            js::set_timeout(log("1 ms, first"), 1);
            js::set_timeout(log("0 ms, as 1 ms"), 0);
            js::set_timeout(log("30 ms"), 30);
            js::set_timeout(log("1 ms, third"), 1);
            js::set_timeout(log("no delay, as 1 ms"), Duration::ZERO);
            js::set_timeout(log("a fraction is cut: 1.9 ms, as 1 ms"), 1.9);
            js::set_timeout(log("30.5 ms, as 30 ms"), 30.5);
            let (a, b) = ("one", "two");
            js::set_timeout(move || println!("60 ms, with arguments {a} {b}"), 60);
            busy(100);
            js::set_immediate(second);
        });
        Ok(())
    });
}

// A timer set by a timer runs in a later turn, even where others of its duration are left.
fn second() {
    js::set_timeout(
        || {
            js::set_timeout(
                || {
                    println!("set meanwhile, 20 ms");
                    js::set_immediate(third);
                },
                20,
            );
            js::set_immediate(log("immediate of the first"));
            println!("first of 20 ms");
        },
        20,
    );
    js::set_timeout(log("second of 20 ms"), 20);
    busy(30);
}

// Later ones go before earlier ones if they are due before.
fn third() {
    js::set_timeout(log("70 ms"), 70);
    js::set_timeout(
        || {
            js::set_timeout(log("10 ms after 10 ms"), 10);
        },
        10,
    );
    js::set_timeout(log("45 ms"), 45);
}
