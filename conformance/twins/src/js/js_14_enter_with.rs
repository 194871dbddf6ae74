use fourfold::js::{self, AsyncLocalStorage};

use super::node::program;

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

const SECTIONS: [fn(&Log); 4] = [
    |log| {
        log.say("before");
        js::next_tick(log.later("tick from before"));
        log.0.enter_with("entered");
        log.say("entered");
        js::next_tick(log.later("tick from after"));
        js::queue_microtask(log.later("microtask from after"));
        js::set_timeout(log.later("timer of it"), 1);
    },
    |log| log.say("another timer"),
    |log| {
        log.0.run("run", || {
            log.0.enter_with("changed");
            log.say("inside run");
            js::queue_microtask(log.later("microtask of run"));
        });
        log.say("after run");
    },
    |log| {
        log.0.run("disabled", || {
            log.0.disable();
            log.say("disabled");
            log.0.run("enabled again", || log.say("run"));
        });
    },
];

fn next(i: usize, log: Log, outside: js::Snapshot) {
    let Some(section) = SECTIONS.get(i) else { return };
    section(&log);
    outside.clone().run(|| {
        js::set_timeout(move || next(i + 1, log, outside), 1);
    });
}

pub(crate) fn run() {
    program(async {
        let log = Log(AsyncLocalStorage::new());
        let outside = js::snapshot();
        js::set_timeout(move || next(0, log, outside), 1);
        Ok(())
    });
}
