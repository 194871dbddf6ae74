use fourfold::js::{self, process};

use super::show::{Var, busy, log, main, throw};

// A callback that throws is uncaught. The others still run, and the next one even before what the
// thrower queued.

pub(crate) fn run() {
    main(async {
        process::on_uncaught_exception(|error, origin| println!("uncaught: {error} ({origin})"));
        js::set_immediate(|| {
            js::set_timeout(log("timer 1"), 1);
            js::set_timeout(
                || {
                    js::next_tick(log("tick of timer 2"));
                    js::queue_microtask(log("microtask of timer 2"));
                    throw::<()>("timer 2")
                },
                1,
            );
            js::set_timeout(log("timer 3"), 1);
            js::set_timeout(
                || {
                    println!("timer of another duration");
                    js::set_timeout(immediates, 1);
                },
                2,
            );
            busy(5);
        });
        Ok(())
    });
}

fn immediates() {
    js::set_immediate(log("immediate 1"));
    js::set_immediate(|| {
        js::next_tick(log("tick of immediate 2"));
        throw::<()>("immediate 2")
    });
    js::set_immediate(log("immediate 3"));
    let n = Var::new(0);
    let interval = Var::unset();
    let throwing = js::set_interval(
        move || {
            if n.next() == 3 {
                js::clear_interval(&interval.it());
            }
            throw::<()>(format!("interval {}", n.get()))
        },
        5,
    );
    interval.set(Some(throwing));
}
