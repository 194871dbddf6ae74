use std::cell::RefCell;
use std::rc::Rc;

use fourfold::Error;
use fourfold::js::{self, Timeout, process};

use super::node::{busy, error, log, program};

fn immediates() {
    js::set_immediate(log("immediate 1"));
    js::set_immediate(|| {
        js::next_tick(log("tick of immediate 2"));
        Err::<(), _>(error("immediate 2"))
    });
    js::set_immediate(log("immediate 3"));
    let place: Rc<RefCell<Option<Timeout>>> = Rc::default();
    let (own, mut n) = (place.clone(), 0);
    let interval = js::set_interval(
        move || {
            n += 1;
            if n == 3 {
                js::clear_interval(&own.take().expect("it is there by now"));
            }
            Err::<(), Error>(error(format!("interval {n}")))
        },
        5,
    );
    *place.borrow_mut() = Some(interval);
}

pub(crate) fn run() {
    program(async {
        process::on_uncaught_exception(|error, origin| println!("uncaught: {error} ({origin})"));
        js::set_immediate(|| {
            js::set_timeout(log("timer 1"), 1);
            js::set_timeout(
                || {
                    js::next_tick(log("tick of timer 2"));
                    js::queue_microtask(log("microtask of timer 2"));
                    Err::<(), _>(error("timer 2"))
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
