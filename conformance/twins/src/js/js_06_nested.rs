use std::cell::Cell;
use std::rc::Rc;

use fourfold::js;

use super::node::{log, program};

fn tick(number: u32) {
    println!("tick {number}");
    if number == 1 {
        js::queue_microtask(|| microtask(1));
    }
    if number < 4 {
        js::next_tick(move || tick(number + 1));
    }
}

fn microtask(number: u32) {
    println!("microtask {number}");
    if number == 1 {
        js::next_tick(|| {
            println!("tick of the first microtask");
            js::queue_microtask(log("microtask of that tick"));
        });
    }
    if number < 4 {
        js::queue_microtask(move || microtask(number + 1));
    }
}

fn ticks(left: u32) {
    match left {
        0 => println!("1000 ticks"),
        _ => js::next_tick(move || ticks(left - 1)),
    }
}

fn microtasks(left: Rc<Cell<u32>>) {
    match left.replace(left.get() - 1) {
        1 => println!("1000 microtasks"),
        _ => js::queue_microtask(move || microtasks(left)),
    }
}

pub(crate) fn run() {
    program(async {
        js::set_immediate(|| {
            println!("immediate");
            js::next_tick(|| tick(1));
            js::set_immediate(log("next immediate"));
        });
        js::set_immediate(|| {
            js::next_tick(|| ticks(999));
            js::queue_microtask(|| microtasks(Rc::new(Cell::new(1000))));
            js::set_immediate(log("after all of them"));
        });
        Ok(())
    });
}
