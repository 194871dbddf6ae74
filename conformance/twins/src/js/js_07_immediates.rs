use fourfold::js;

use super::show::{Var, busy, log, main};

// Immediates that are added while immediates run wait for the next turn; I/O and timers get theirs
// between.

pub(crate) fn run() {
    main(async {
        js::set_immediate(|| {
            js::set_immediate(|| {
                println!("second turn");
                js::set_immediate(|| {
                    println!("third turn");
                    js::set_timeout(last, 1);
                });
                js::next_tick(|| {
                    println!("tick");
                    js::set_immediate(log("third turn, from a tick"));
                });
                js::queue_microtask(|| {
                    println!("microtask");
                    js::set_immediate(log("third turn, from a microtask"));
                });
            });
            js::set_immediate(log("second turn, the other"));
            println!("first turn");
        });
        js::set_immediate(log("first turn, the other"));
        js::set_immediate(|| {
            js::set_timeout(log("a timer, between the turns"), 1);
            busy(5);
        });
        Ok(())
    });
}

// One that repeats itself does not keep timers from running.
fn last() {
    let (repeats, stopped) = (Var::new(0), Var::new(false));
    again(repeats, stopped);
    js::set_timeout(
        move || {
            stopped.set(true);
            println!("the timer came, after some immediates: {}", repeats.get() > 2);
        },
        20,
    );
}

fn again(repeats: Var<u32>, stopped: Var<bool>) {
    repeats.next();
    if !stopped.get() {
        js::set_immediate(move || again(repeats, stopped));
    }
}
