use std::cell::RefCell;
use std::rc::Rc;

use fourfold::js::{self, AbortController, AsyncLocalStorage, Event, EventEmitter};

use super::node::program;

const X: Event<()> = Event::new("x");

#[derive(Clone)]
struct Log(AsyncLocalStorage<&'static str>);

impl Log {
    fn say(&self, name: &str) {
        println!("{name}: {}", self.0.get_store().unwrap_or("undefined"));
    }

    /// A function that says it when it is called, where that is.
    fn later(&self, name: &'static str) -> impl Fn() + 'static {
        let log = self.clone();
        move || log.say(name)
    }

    /// A function that says it when it is called, as from here.
    fn bound(&self, name: &'static str) -> impl Fn() + 'static {
        let (here, later) = (js::snapshot(), self.later(name));
        move || here.run(&later)
    }
}

fn snapshots(als: &AsyncLocalStorage<&'static str>, log: &Log) {
    let bound = als.run("bound", js::snapshot);
    let snapshot = als.run("snapshot", js::snapshot);
    als.run("caller", || {
        let result = bound.run(|| {
            log.say("a bound function");
            "result"
        });
        println!("{result}");
        let sum = snapshot.run(|| {
            log.say("in a snapshot");
            1 + 2
        });
        println!("{sum}");
        log.say("afterwards");
    });
    let resource = als.run("resource", js::snapshot);
    als.run("caller", || {
        let n = resource.run(|| {
            log.say("in a resource");
            5
        });
        println!("{n}");
        resource.run(|| log.say("bound to a resource"));
    });
    als.run("resource", || log.bound("AsyncResource.bind"))();
}

pub(crate) fn run() {
    program(async {
        let als = AsyncLocalStorage::new();
        let log = Log(als.clone());
        snapshots(&als, &log);

        let e = EventEmitter::new();
        als.run("adder", || {
            let (plain, bound) = (log.later("listener"), log.bound("bound listener"));
            e.on(&X, move |()| plain());
            e.on(&X, move |()| bound());
        });
        als.run("emitter", || e.emit(&X, ()))?;

        type Jobs = RefCell<Vec<Box<dyn Fn()>>>;
        let jobs: Rc<Jobs> = Rc::default();
        let pool = jobs.clone();
        als.run("pool", || {
            js::set_timeout(move || pool.take().iter().for_each(|job| job()), 1);
        });
        als.run("job", || {
            jobs.borrow_mut().push(Box::new(log.later("plain job")));
            jobs.borrow_mut().push(Box::new(log.bound("bound job")));
        });

        let c = AbortController::new();
        als.run("adder", || {
            let listener = log.later("abort listener");
            c.signal().add_event_listener(move |_| listener());
        });
        als.run("aborter", || c.abort());
        Ok(())
    });
}
