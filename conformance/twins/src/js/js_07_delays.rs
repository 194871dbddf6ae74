use std::cell::RefCell;
use std::rc::Rc;

use fourfold::js::{self, Timeout, process};

use super::node::{busy, log, program};

fn interval() {
    let place: Rc<RefCell<Option<Timeout>>> = Rc::default();
    let (own, mut n) = (place.clone(), 0);
    let interval = js::set_interval(
        move || {
            n += 1;
            println!("interval of 0 {n}");
            if n == 3 {
                js::clear_interval(&own.take().expect("it is there by now"));
            }
        },
        0,
    );
    *place.borrow_mut() = Some(interval);
}

pub(crate) fn run() {
    program(async {
        process::on_warning(|w| println!("{}: {}", w.name(), w.message()));
        js::set_immediate(|| {
            js::set_timeout(log("not a number"), f64::NAN);
            js::set_timeout(log("below zero"), -5);
            js::set_timeout(log("infinite"), f64::INFINITY);
            js::set_timeout(log("too big"), 2_f64.powi(31));
            js::set_timeout(log("2 ms"), 2);
            busy(5);
            js::set_timeout(log("the biggest there is, unreferenced"), i32::MAX).unref();
            js::set_immediate(interval);
        });
        Ok(())
    });
}
