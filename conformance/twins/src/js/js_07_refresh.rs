use fourfold::js::{self, Timeout};

use super::show::{Var, busy, log, main};

pub(crate) fn run() {
    main(async {
        // refresh sets a timer anew: it goes behind the others of its duration.
        let first = js::set_timeout(log("first"), 4);
        js::set_timeout(log("second"), 4);
        let refreshed = first.refresh();
        busy(10);
        println!("refresh gives the timer: {}", std::ptr::eq(refreshed, &first));

        // A cleared one stays cleared.
        let cleared = js::set_timeout(log("never"), 1);
        js::clear_timeout(&cleared);
        cleared.refresh();

        // One that has run runs once more. A timeout's function is gone then, so it is an interval.
        js::set_timeout(
            || {
                let runs = Var::new(0);
                let again = Var::<Option<Timeout>>::unset();
                let interval = js::set_interval(
                    move || {
                        println!("run {}", runs.next());
                        if runs.get() < 3 {
                            again.it().refresh();
                        } else {
                            js::clear_interval(&again.it());
                            put_off();
                        }
                    },
                    2,
                );
                again.set(Some(interval));
            },
            10,
        );
        Ok(())
    });
}

// Put off as long as it is refreshed in time.
fn put_off() {
    let off = Var::new(true);
    let put = js::set_timeout(move || println!("put off: {}", !off.get()), 200);
    let n = Var::new(0);
    let refresher = Var::unset();
    let interval = js::set_interval(
        move || {
            put.refresh();
            if n.next() == 4 {
                js::clear_interval(&refresher.it());
                off.set(false);
            }
        },
        10,
    );
    refresher.set(Some(interval));
}
