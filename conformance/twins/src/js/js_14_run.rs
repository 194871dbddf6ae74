use std::cell::RefCell;
use std::rc::Rc;

use fourfold::js::{self, AsyncLocalStorage, Promise, Timeout, async_fn};

use super::node::{program, stat};

#[derive(Clone)]
struct Log(AsyncLocalStorage<&'static str>);

impl Log {
    fn say(&self, name: &str) {
        println!("{name}: {}", self.0.get_store().unwrap_or("undefined"));
    }

    /// A function that says it when it is called.
    fn later(&self, name: &'static str) -> impl FnOnce() + 'static {
        let log = self.clone();
        move || log.say(name)
    }
}

fn inside(log: &Log) -> &'static str {
    log.say("inside");
    js::next_tick(log.later("tick"));
    js::queue_microtask(log.later("microtask"));
    let then = log.later("then");
    Promise::resolve(()).then(move |()| {
        then();
        Ok(())
    });
    let own = log.clone();
    async_fn::<_, _, ()>(async move {
        own.say("async, before");
        Promise::resolve(()).await?;
        own.say("async, after");
        Ok(())
    });
    let own = log.clone();
    js::set_timeout(
        move || {
            own.say("timer");
            js::next_tick(own.later("tick of the timer"));
        },
        1,
    );
    "value"
}

fn intervals(log: Log) {
    let place: Rc<RefCell<Option<Timeout>>> = Rc::default();
    let (own, mut n) = (place.clone(), 0);
    let interval = js::set_interval(
        move || {
            log.say("interval");
            n += 1;
            if n < 2 {
                return;
            }
            js::clear_interval(&own.take().expect("it is there by now"));
            let log = log.clone();
            stat(move || {
                log.say("I/O");
                js::set_timeout(log.later("timer of the I/O"), 1);
            });
        },
        1,
    );
    *place.borrow_mut() = Some(interval);
}

fn immediates(log: Log) {
    let own = log.clone();
    js::set_immediate(move || {
        own.say("immediate");
        js::set_immediate(move || {
            own.say("immediate of the immediate");
            intervals(own);
        });
    });
    js::set_immediate(move || log.0.run("c", || log.say("run in an immediate")));
}

pub(crate) fn run() {
    program(async {
        let als = AsyncLocalStorage::new();
        let log = Log(als.clone());
        log.say("outside");
        println!("run returns {}", als.run("a", || inside(&log)));
        log.say("outside again");
        js::next_tick(log.later("tick outside"));
        js::set_timeout(log.later("timer outside"), 1);

        als.run("outer", || {
            als.run("inner", || log.say("nested"));
            log.say("after the nested");
            let thrown: Result<(), ()> = als.run("failing", || Err(()));
            if thrown.is_err() {
                log.say("after a throw");
            }
            als.exit(|| {
                log.say("exit");
                js::queue_microtask(log.later("microtask of exit"));
            });
            log.say("after exit");
        });

        let other = AsyncLocalStorage::new();
        let (one, two) = (als.clone(), other.clone());
        als.run("one", || {
            other.run("two", || {
                js::queue_microtask(move || {
                    println!("both: {} {}", one.get_store().unwrap(), two.get_store().unwrap());
                });
            });
        });
        als.run("one", || als.exit(|| log.say("undefined inside")));

        js::set_timeout(move || als.run("b", || immediates(log)), 2);
        Ok(())
    });
}
