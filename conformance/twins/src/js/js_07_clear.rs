use std::cell::RefCell;
use std::rc::Rc;

use fourfold::js::{self, Immediate, Timeout};

use super::node::{busy, log, program};

type Place<T> = Rc<RefCell<Option<T>>>;

fn clear(place: &Place<Timeout>) {
    js::clear_timeout(place.borrow().as_ref().expect("it is there by now"));
}

fn first() {
    let (b, d) = (Place::default(), Place::default());
    let (later_b, later_d) = (b.clone(), d.clone());
    js::set_timeout(
        move || {
            println!("a clears b and d");
            clear(&later_b);
            clear(&later_d);
        },
        1,
    );
    *b.borrow_mut() = Some(js::set_timeout(log("never"), 1));
    js::set_timeout(log("c"), 1);
    *d.borrow_mut() = Some(js::set_timeout(log("never"), 2));
    js::set_timeout(strange, 3);
    busy(5);
}

fn strange() {
    js::clear_interval(&js::set_timeout(log("never"), 1));
    js::clear_timeout(&js::set_interval(|| println!("never"), 1));
    let done = Place::default();
    let own = done.clone();
    let timer = js::set_timeout(
        move || {
            clear(&own);
            println!("a timer clears itself while it runs");
            js::set_timeout(
                move || {
                    clear(&own);
                    println!("and once more when it has run");
                    intervals();
                },
                1,
            );
        },
        1,
    );
    *done.borrow_mut() = Some(timer);
}

fn intervals() {
    let place = Place::default();
    let (own, mut n) = (place.clone(), 0);
    let interval = js::set_interval(
        move || {
            n += 1;
            println!("own {n}");
            if n < 3 {
                return;
            }
            clear(&own);
            println!("own is cleared");
            let outer = js::set_interval(|| {}, 1);
            js::set_timeout(
                move || {
                    js::clear_interval(&outer);
                    println!("outer is cleared");
                    js::set_immediate(immediates);
                },
                5,
            );
        },
        1,
    );
    *place.borrow_mut() = Some(interval);
}

fn immediates() {
    let place: Place<Immediate> = Place::default();
    let second = place.clone();
    js::set_immediate(move || {
        println!("immediate 1 clears 2");
        js::clear_immediate(second.borrow().as_ref().expect("it is there by now"));
    });
    *place.borrow_mut() = Some(js::set_immediate(log("never")));
    js::set_immediate(|| {
        println!("immediate 3");
        js::clear_immediate(&js::set_immediate(log("never")));
    });
    let cleared = js::set_immediate(log("never"));
    js::next_tick(move || js::clear_immediate(&cleared));
}

pub(crate) fn run() {
    program(async {
        first();
        Ok(())
    });
}
