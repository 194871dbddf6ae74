use fourfold::Result;
use fourfold::js::events::{NEW_LISTENER, REMOVE_LISTENER};
use fourfold::js::{Event, EventEmitter, process};

use super::node::program;

const X: Event<()> = Event::new("x");

/// How many listen to the event of this name.
fn count(e: &EventEmitter, name: &str) -> usize {
    if name == X.name() { e.listener_count(&X) } else { e.listener_count(&REMOVE_LISTENER) }
}

fn told() -> Result<()> {
    let e = EventEmitter::new();
    let own = e.clone();
    e.on(&NEW_LISTENER, move |event| println!("new {event} {}", count(&own, event)));
    let own = e.clone();
    e.on(&REMOVE_LISTENER, move |event| println!("removed {event} {}", count(&own, event)));
    let (a, b, c) = (|()| println!("a"), |()| println!("b"), |()| println!("c"));
    let first = e.on(&X, move |()| a(()));
    e.once(&X, move |()| b(()));
    e.prepend_listener(&X, move |()| c(()));
    e.emit(&X, ())?;
    e.off(&first);
    e.off(&first);
    e.on(&X, move |()| b(()));
    e.on(&X, move |()| a(()));
    e.remove_all_listeners_of(&X);

    let f = EventEmitter::new();
    let own = f.clone();
    f.once(&NEW_LISTENER, move |event| {
        if event == X.name() {
            own.on(&X, |()| println!("put before"));
        }
    });
    f.on(&X, |()| println!("added"));
    f.emit(&X, ())?;
    Ok(())
}

pub(crate) fn run() {
    program(async {
        process::on_warning(|w| println!("{}: {}", w.name(), w.message()));
        told()?;

        const BUSY: Event<()> = Event::new("busy");
        let m = EventEmitter::new();
        for _ in 0..12 {
            m.on(&BUSY, |()| {});
        }
        println!("limit {} listeners {}", m.max_listeners(), m.listener_count(&BUSY));
        const OTHER: Event<()> = Event::new("other");
        let n = EventEmitter::new();
        n.set_max_listeners(2);
        for _ in 0..3 {
            n.on(&OTHER, |()| {});
        }
        const UNLIMITED: Event<()> = Event::new("unlimited");
        let u = EventEmitter::new();
        u.set_max_listeners(0);
        for _ in 0..20 {
            u.on(&UNLIMITED, |()| {});
        }
        Ok(())
    });
}
