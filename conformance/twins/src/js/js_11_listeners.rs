use fourfold::js::{self, AbortController, process};

use super::node::{error, log, program};

pub(crate) fn run() {
    program(async {
        process::on_uncaught_exception(|e, _| println!("uncaught: {e}"));
        let c = AbortController::new();
        let signal = c.signal();
        // Here every call adds one; that a function is not added twice is the caller's to see to.
        signal.add_event_listener(|_| println!("added twice, called once"));
        signal.add_event_listener(|_| println!("once"));
        signal.add_event_listener(|_| {
            println!("throws");
            Err::<(), _>(error("thrown by a listener"))
        });
        let place: std::rc::Rc<std::cell::OnceCell<js::AbortListener>> = std::rc::Rc::default();
        let (own, last) = (signal.clone(), place.clone());
        signal.add_event_listener(move |_| {
            println!("adds and removes");
            last.get().expect("added by now").remove();
            own.add_event_listener(|_| println!("added while they are called, and called"));
        });
        place.get_or_init(|| {
            signal.add_event_listener(|_| println!("never: removed while they are called"))
        });
        signal.add_event_listener(|_| println!("onabort"));
        let again = c.clone();
        signal.add_event_listener(move |_| {
            js::queue_microtask(log("microtask of a listener"));
            again.abort();
            println!("abort inside a listener does nothing");
        });
        let off = AbortController::new();
        let hanging = signal.add_event_listener(|_| println!("never: its own signal was aborted"));
        off.signal().add_event_listener(move |_| hanging.remove());
        off.abort();
        println!("abort");
        c.abort();
        println!("abort has returned");
        js::set_immediate(log("immediate"));
        Ok(())
    });
}
