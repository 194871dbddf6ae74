use fourfold::js;

use super::node::{busy, log, program, stat};

fn noisy(name: &'static str) {
    println!("{name}");
    js::queue_microtask(move || {
        println!("{name}: microtask");
        js::next_tick(move || println!("{name}: tick of the microtask"));
    });
    js::next_tick(move || {
        println!("{name}: tick");
        js::queue_microtask(move || println!("{name}: microtask of the tick"));
    });
}

fn timers(then: impl FnOnce() + 'static) {
    js::set_timeout(|| noisy("timer 1"), 1);
    js::set_timeout(|| noisy("timer 2"), 1);
    js::set_timeout(|| noisy("timer 3"), 2);
    js::set_timeout(then, 3);
    busy(8);
}

fn immediates(then: impl FnOnce() + 'static) {
    js::set_immediate(|| noisy("immediate 1"));
    js::set_immediate(|| noisy("immediate 2"));
    js::set_immediate(|| noisy("immediate 3"));
    js::set_immediate(then);
}

fn files(then: impl FnOnce() + 'static) {
    stat(|| {
        noisy("file");
        stat(|| {
            noisy("another file");
            js::set_immediate(then);
        });
    });
}

pub(crate) fn run() {
    program(async {
        timers(|| immediates(|| files(log("end"))));
        Ok(())
    });
}
