use fourfold::js::{self, process};

use super::node::{log, program, throw};
use super::var::Var;

pub(crate) fn run() {
    program(async {
        process::on_uncaught_exception_monitor(|error, origin| {
            println!("monitor: {error} ({origin})");
        });
        let once = Var::<Option<process::Listener>>::unset();
        once.set(Some(process::on_uncaught_exception(move |error, _| {
            once.it().remove();
            println!("once: {error}");
        })));
        process::on_exit(|code| println!("exit {code}"));
        js::set_timeout(|| throw::<()>("first"), 1);
        js::set_timeout(log("between"), 5);
        js::set_timeout(|| throw::<()>("second"), 10);
        js::set_timeout(log("never"), 15);
        Ok(())
    });
}
