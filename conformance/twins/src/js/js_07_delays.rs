use fourfold::js::{self, process};

use super::show::{Var, busy, log, main};

// Delays that are no good become 1 ms, and are warned of.

pub(crate) fn run() {
    main(async {
        process::on_warning(|w| println!("{}: {}", w.name(), w.message()));
        js::set_immediate(|| {
            js::set_timeout(log("not a number"), f64::NAN);
            js::set_timeout(log("below zero"), -5);
            js::set_timeout(log("infinite"), f64::INFINITY);
            js::set_timeout(log("too big"), 2_u32.pow(31));
            js::set_timeout(log("2 ms"), 2);
            busy(5);
            let biggest = 2_u32.pow(31) - 1;
            js::set_timeout(log("the biggest there is, unreferenced"), biggest).unref();
            js::set_immediate(|| {
                let n = Var::new(0);
                let interval = Var::unset();
                let repeated = js::set_interval(
                    move || {
                        println!("interval of 0 {}", n.next());
                        if n.get() == 3 {
                            js::clear_interval(&interval.it());
                        }
                    },
                    0,
                );
                interval.set(Some(repeated));
            });
        });
        Ok(())
    });
}
