use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fourfold::js::{self, Timeout};

use super::node::{busy, log, program};

type Place = Rc<RefCell<Option<Timeout>>>;

/// An interval that is ended when `f` says so.
fn repeat(mut f: impl FnMut() -> bool + 'static, ms: u32) {
    let place = Place::default();
    let own = place.clone();
    let interval = js::set_interval(
        move || {
            if f() {
                js::clear_interval(own.borrow().as_ref().expect("it is there by now"));
            }
        },
        ms,
    );
    *place.borrow_mut() = Some(interval);
}

/// A timeout's function is gone once it was called: an interval stands for one that is refreshed then.
fn again() {
    let mut runs = 0;
    repeat(
        move || {
            runs += 1;
            println!("run {runs}");
            if runs == 3 {
                put_off();
            }
            runs == 3
        },
        2,
    );
}

fn put_off() {
    let off = Rc::new(Cell::new(true));
    let still = off.clone();
    let put = js::set_timeout(move || println!("put off: {}", !still.get()), 200);
    let mut n = 0;
    repeat(
        move || {
            put.refresh();
            n += 1;
            if n == 4 {
                off.set(false);
            }
            n == 4
        },
        10,
    );
}

pub(crate) fn run() {
    program(async {
        let first = js::set_timeout(log("first"), 4);
        js::set_timeout(log("second"), 4);
        let same = std::ptr::eq(first.refresh(), &first);
        busy(10);
        println!("refresh gives the timer: {same}");

        let cleared = js::set_timeout(log("never"), 1);
        js::clear_timeout(&cleared);
        cleared.refresh();

        js::set_timeout(again, 10);
        Ok(())
    });
}
