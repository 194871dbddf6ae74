use fourfold::js::{self, process};

use super::show::{log, main, throw};

// A tick or microtask that throws is uncaught. The ticks behind it wait for an immediate; the
// microtasks behind it run at once.

pub(crate) fn run() {
    main(async {
        process::on_uncaught_exception(|error, _| {
            println!("uncaught: {error}");
            let (tick, microtask) = (error.clone(), error.clone());
            js::next_tick(move || println!("tick of the handler for {tick}"));
            js::queue_microtask(move || println!("microtask of the handler for {microtask}"));
        });
        js::next_tick(log("tick 1"));
        js::next_tick(|| throw::<()>("tick 2"));
        js::next_tick(log("tick 3"));
        js::queue_microtask(log("microtask 1"));
        js::queue_microtask(|| throw::<()>("microtask 2"));
        js::queue_microtask(log("microtask 3"));
        js::set_immediate(log("immediate"));
        println!("end of main");
        Ok(())
    });
}
