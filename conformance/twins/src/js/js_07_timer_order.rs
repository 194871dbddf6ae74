use fourfold::js;

use super::node::{busy, log, program};

fn first() {
    js::set_timeout(log("90 ms"), 90);
    js::set_timeout(log("60 ms"), 60);
    js::set_timeout(log("1 ms, first"), 1);
    js::set_timeout(log("0 ms, as 1 ms"), 0);
    js::set_timeout(log("30 ms"), 30);
    js::set_timeout(log("1 ms, third"), 1);
    js::set_timeout(log("no delay, as 1 ms"), 0);
    js::set_timeout(log("a fraction is cut: 1.9 ms, as 1 ms"), 1.9);
    js::set_timeout(log("30.5 ms, as 30 ms"), 30.5);
    let (a, b) = ("one", "two");
    js::set_timeout(move || println!("60 ms, with arguments {a} {b}"), 60);
    busy(100);
    js::set_immediate(second);
}

fn second() {
    js::set_timeout(
        || {
            js::set_timeout(
                || {
                    println!("set meanwhile, 1 ms");
                    js::set_immediate(third);
                },
                1,
            );
            js::set_immediate(log("immediate of the first"));
            println!("first of 1 ms");
        },
        1,
    );
    js::set_timeout(log("second of 1 ms"), 1);
    busy(5);
}

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

pub(crate) fn run() {
    program(async {
        js::set_immediate(first);
        Ok(())
    });
}
