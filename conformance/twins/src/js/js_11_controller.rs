use fourfold::js::{AbortController, AbortSignal};

use super::node::{error, name, program, range_error, show_code, value};

fn reason(signal: &AbortSignal) -> String {
    signal.reason().map_or("undefined".into(), |reason| show_code(&reason))
}

pub(crate) fn run() {
    program(async {
        let c = AbortController::new();
        let signal = c.signal();
        println!("{} {}", signal.aborted(), reason(&signal));
        signal.throw_if_aborted()?;
        let own = signal.clone();
        signal.add_event_listener(move |_| println!("first listener abort {}", own.aborted()));
        signal.add_event_listener(|_| println!("second listener"));
        signal.add_event_listener(|_| println!("never")).remove();
        println!("abort");
        c.abort();
        println!("abort has returned {} {}", signal.aborted(), reason(&signal));
        c.abort_with(value("another reason"));
        println!("the first reason stays: {}", reason(&signal));
        if let (Err(e), Some(reason)) = (signal.throw_if_aborted(), signal.reason()) {
            println!("throws the reason: {} {}", e.ptr_eq(&reason), show_code(&e));
        }
        signal.add_event_listener(|_| println!("never: added afterwards"));

        let other = AbortController::new();
        other.abort_with(range_error("my reason"));
        if let Err(e) = other.signal().throw_if_aborted() {
            println!("{} {e}", name(&e));
        }
        let text = AbortController::new();
        text.abort_with(value("a string"));
        if let Err(e) = text.signal().throw_if_aborted() {
            println!("thrown: {e}");
        }

        let aborted = AbortSignal::abort();
        println!("{} {}", aborted.aborted(), reason(&aborted));
        let (given, zero) = (error("given"), value("0"));
        println!(
            "{} {}",
            reason(&AbortSignal::abort_with(given)),
            reason(&AbortSignal::abort_with(zero))
        );
        Ok(())
    });
}
