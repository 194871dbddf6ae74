use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fourfold::js::{self, Promise, Resolvers, Timeout, async_fn};

use super::node::{busy, program};

type Place = Rc<RefCell<Option<Timeout>>>;

fn clear(place: &Place) {
    js::clear_interval(place.borrow().as_ref().expect("it is there by now"));
}

fn start() {
    let place = Place::default();
    let (own, name, mut n) = (place.clone(), "a", 0);
    let interval = js::set_interval(
        move || {
            n += 1;
            println!("interval {name} {n}");
            if n == 3 {
                clear(&own);
                late();
            }
        },
        2,
    );
    *place.borrow_mut() = Some(interval);
}

fn late() {
    let n = Rc::new(Cell::new(0));
    let calls = n.clone();
    let interval = js::set_interval(move || calls.set(calls.get() + 1), 10);
    busy(65);
    js::set_immediate(move || {
        js::set_immediate(move || {
            js::clear_interval(&interval);
            println!("calls after a pause of six intervals: {}", n.get());
            rejected();
        });
    });
}

fn rejected() {
    let place = Place::default();
    let (own, n) = (place.clone(), Cell::new(0));
    let waiting: Rc<RefCell<Vec<Resolvers<()>>>> = Rc::default();
    let interval = js::set_interval(
        move || {
            n.set(n.get() + 1);
            let (mine, own, waiting) = (n.get(), own.clone(), waiting.clone());
            async_fn::<_, _, ()>(async move {
                if mine == 3 {
                    clear(&own);
                    println!("three began");
                    waiting.take().iter().for_each(|settle| settle.resolve(()));
                    return Ok(());
                }
                Promise::new(|settle| {
                    waiting.borrow_mut().push(settle);
                    Ok(())
                })
                .await?;
                println!("goes on {mine}");
                Ok(())
            });
        },
        2,
    );
    *place.borrow_mut() = Some(interval);
}

pub(crate) fn run() {
    program(async {
        let (a, b) = (1, "two");
        js::set_immediate(move || {
            println!("immediate {a} {b}");
            let (a, b) = (3, "four");
            js::set_timeout(
                move || {
                    println!("timeout {a} {b}");
                    start();
                },
                1,
            );
        });
        Ok(())
    });
}
