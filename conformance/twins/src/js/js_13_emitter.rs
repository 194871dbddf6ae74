use std::cell::OnceCell;
use std::rc::Rc;

use fourfold::Result;
use fourfold::js::events::EventListener;
use fourfold::js::{self, Event, EventEmitter};

use super::node::{error, log, program};

const X: Event<()> = Event::new("x");
const Y: Event<()> = Event::new("y");
const Z: Event<()> = Event::new("z");

type Place = Rc<OnceCell<EventListener>>;

fn in_order() -> Result<()> {
    const X: Event<(i32, &str)> = Event::new("x");
    let e = EventEmitter::new();
    e.on(&X, |(a, b)| println!("first {a} {b}"));
    e.on(&X, |_| println!("second"));
    e.prepend_listener(&X, |_| println!("prepended"));
    println!("emit");
    println!("{} emit has returned", e.emit(&X, (1, "two"))?);
    println!("without listeners: {}", e.emit(&Y, ())?);

    let again = e.clone();
    e.once(&Z, move |()| {
        println!("once");
        println!("again: {}", again.emit(&Z, ())?);
        Ok::<_, fourfold::Error>(())
    });
    e.prepend_once_listener(&Z, |()| println!("prepended once"));
    e.emit(&Z, ())?;
    println!("z has {}", e.listener_count(&Z));
    Ok(())
}

fn copied() -> Result<()> {
    let s = EventEmitter::new();
    let removed = Place::default();
    let (own, place) = (s.clone(), removed.clone());
    s.on(&X, move |()| {
        println!("adds and removes");
        own.on(&X, |()| println!("added while they were called"));
        own.off(place.get().expect("added by now"));
    });
    removed.get_or_init(|| {
        s.on(&X, |()| println!("removed while they are called, and called once more"))
    });
    s.emit(&X, ())?;
    println!("--");
    s.emit(&X, ())?;
    Ok(())
}

fn twice() -> Result<()> {
    let d = EventEmitter::new();
    let twice = |()| println!("twice");
    d.on(&X, move |()| twice(()));
    d.on(&X, |()| println!("between"));
    let last = d.on(&X, move |()| twice(()));
    d.emit(&X, ())?;
    d.off(&last);
    println!("--");
    d.emit(&X, ())?;
    // A listener is known by the name it got, and not by its function.
    println!("x has {}", d.listener_count(&X));
    print!("{} ", d.event_names().join(", "));
    d.remove_all_listeners_of(&X);
    println!("{} {}", d.listener_count(&X), d.event_names().len());
    d.off(&last);

    let onced = d.once(&X, |()| println!("never"));
    d.off(&onced);
    println!("{}", d.emit(&X, ())?);
    Ok(())
}

fn throwing_and_nested() -> Result<()> {
    let t = EventEmitter::new();
    t.on(&X, |()| Err::<(), _>(error("by a listener")));
    t.on(&X, |()| println!("never"));
    if let Err(e) = t.emit(&X, ()) {
        println!("out of emit: {e}");
    }

    const OUTER: Event<()> = Event::new("outer");
    const INNER: Event<()> = Event::new("inner");
    let n = EventEmitter::new();
    let own = n.clone();
    n.on(&OUTER, move |()| {
        println!("outer 1");
        own.emit(&INNER, ())?;
        println!("outer 1 ends");
        Ok::<_, fourfold::Error>(())
    });
    n.on(&OUTER, |()| println!("outer 2"));
    n.on(&INNER, |()| println!("inner"));
    n.emit(&OUTER, ())?;
    Ok(())
}

pub(crate) fn run() {
    program(async {
        in_order()?;
        copied()?;
        twice()?;
        throwing_and_nested()?;
        js::next_tick(log("tick"));
        js::queue_microtask(log("microtask"));
        Ok(())
    });
}
