use fourfold::js::events::ERROR;
use fourfold::js::{self, Event, EventEmitter, Promise, async_fn, process};
use fourfold::{Error, Result};

use super::node::{error, log, program};

const X: Event<u32> = Event::new("x");

/// An async listener that fails.
fn failing(n: &u32) -> Promise<()> {
    let n = *n;
    async_fn(async move {
        Promise::resolve(()).await?;
        Err::<(), _>(error(format!("of listener {n}")))
    })
}

fn later(capturing: EventEmitter) -> Result<()> {
    capturing.remove_all_listeners_of(&ERROR);
    capturing.on(&ERROR, |x| {
        let text = format!("while handling {x}");
        async_fn::<_, _, ()>(async move { Err::<(), _>(error(text)) })
    });
    capturing.emit(&X, 3)?;
    js::set_timeout(
        move || {
            process::on_uncaught_exception(|x, _| println!("uncaught: {x}"));
            capturing.remove_all_listeners_of(&ERROR);
            capturing.emit(&X, 4).map(drop)
        },
        5,
    );
    Ok(())
}

pub(crate) fn run() {
    program(async {
        process::on_unhandled_rejection(|rejection| println!("unhandled: {}", rejection.reason()));
        let plain = EventEmitter::new();
        plain.on(&ERROR, |_: &Error| println!("never"));
        plain.on(&X, failing);
        println!("emit {} does not wait", plain.emit(&X, 1)?);
        let capturing = EventEmitter::capture_rejections();
        capturing.on(&X, failing);
        capturing.on(&ERROR, |x| {
            println!("error event: {x}");
            js::next_tick(log("tick of the error event"));
        });
        capturing.emit(&X, 2)?;
        js::queue_microtask(log("microtask"));
        js::set_timeout(move || later(capturing), 5);
        Ok(())
    });
}
