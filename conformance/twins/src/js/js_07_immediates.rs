use std::cell::Cell;
use std::rc::Rc;

use fourfold::js;

use super::node::{busy, log, program};

fn third_turn(text: &'static str) {
    js::set_immediate(log(text));
}

fn second() {
    println!("second turn");
    js::set_immediate(|| {
        println!("third turn");
        js::set_timeout(last, 1);
    });
    js::next_tick(|| {
        println!("tick");
        third_turn("third turn, from a tick");
    });
    js::queue_microtask(|| {
        println!("microtask");
        third_turn("third turn, from a microtask");
    });
}

fn again(repeats: Rc<Cell<u32>>, stopped: Rc<Cell<bool>>) {
    repeats.set(repeats.get() + 1);
    if !stopped.get() {
        js::set_immediate(move || again(repeats, stopped));
    }
}

fn last() {
    let (repeats, stopped) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(false)));
    again(repeats.clone(), stopped.clone());
    js::set_timeout(
        move || {
            stopped.set(true);
            println!("the timer came, after some immediates: {}", repeats.get() > 2);
        },
        20,
    );
}

pub(crate) fn run() {
    program(async {
        js::set_immediate(|| {
            js::set_immediate(second);
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
