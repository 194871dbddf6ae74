use fourfold::js::EventEmitter;
use fourfold::js::events::{ERROR, ERROR_MONITOR};
use fourfold::{Error, Result};

use super::node::{error, program, range_error, show_code, value};

/// What comes of an error that is emitted.
fn thrown(e: &EventEmitter, error: Error) -> String {
    match e.emit(&ERROR, error) {
        Ok(_) => "nothing thrown".into(),
        Err(error) => show_code(&error),
    }
}

fn monitored(e: &EventEmitter) -> Result<()> {
    let monitor = e.on(&ERROR_MONITOR, |x| println!("monitor: {x}"));
    println!("{}", thrown(e, error("monitored")));
    e.on(&ERROR, |x| println!("handled: {x}"));
    println!("{}", thrown(e, error("handled")));
    e.off(&monitor);
    println!("{}", thrown(e, error("not monitored")));
    e.remove_all_listeners_of(&ERROR);
    e.on(&ERROR, |x: &Error| Err::<(), _>(error(format!("rethrown {x}"))));
    println!("{}", thrown(e, error("first")));
    Ok(())
}

pub(crate) fn run() {
    program(async {
        let e = EventEmitter::new();
        let mine = range_error("boom");
        if let Err(x) = e.emit(&ERROR, mine.clone()) {
            println!("the same error: {}", x.ptr_eq(&mine));
        }
        println!("{}", thrown(&e, error("boom")));
        println!("{}", thrown(&e, value("a string")));
        println!("{}", thrown(&e, value("5")));
        println!("{}", thrown(&e, value("undefined")));
        if let Err(x) = e.emit(&ERROR, value("context")) {
            println!("context: {x}");
        }
        monitored(&e)
    });
}
