use fourfold::js::{self, AbortController, AbortSignal, Timeout, process};

use super::node::{program, reason, show_code, value};

fn next(alive: Timeout) {
    let c = AbortController::new();
    let any = AbortSignal::any([&AbortSignal::timeout(1e6), &c.signal()]);
    any.add_event_listener(|why| println!("any: {}", reason(why)));
    c.abort_with(value("before the limit"));
    let both = AbortSignal::any([&AbortSignal::timeout(5), &AbortController::new().signal()]);
    both.add_event_listener(move |why| {
        println!("any: {}", show_code(why));
        js::clear_interval(&alive);
    });
}

pub(crate) fn run() {
    program(async {
        process::on_exit(|code| println!("exit {code}"));
        let signal = AbortSignal::timeout(5);
        println!("{}", signal.aborted());
        let alive = js::set_interval(|| {}, 1e6);
        let own = signal.clone();
        signal.add_event_listener(move |why| {
            println!("timed out: {}", show_code(why));
            if let Err(e) = own.throw_if_aborted() {
                println!("throws it: {}", e.ptr_eq(why));
            }
            next(alive);
        });
        AbortSignal::timeout(1e6).add_event_listener(|_| println!("never"));
        Ok(())
    });
}
