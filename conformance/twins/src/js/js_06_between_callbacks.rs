use fourfold::js;

use super::show::{busy, log, main, stat};

// Both queues are drained after every single callback: between timers that are due at once, between
// immediates, between I/O callbacks.

fn noisy(name: &'static str) -> impl Fn() {
    move || {
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
}

fn timers(then: fn()) {
    js::set_timeout(noisy("timer 1"), 1);
    js::set_timeout(noisy("timer 2"), 1);
    js::set_timeout(noisy("timer 3"), 2);
    js::set_timeout(then, 3);
    // All of them are due before the loop looks.
    busy(8);
}

fn immediates(then: fn()) {
    js::set_immediate(noisy("immediate 1"));
    js::set_immediate(noisy("immediate 2"));
    js::set_immediate(noisy("immediate 3"));
    js::set_immediate(then);
}

fn files(then: fn()) {
    stat(move || {
        noisy("file")();
        stat(move || {
            noisy("another file")();
            js::set_immediate(then);
        });
    });
}

pub(crate) fn run() {
    main(async {
        timers(|| immediates(|| files(|| log("end")())));
        Ok(())
    });
}
