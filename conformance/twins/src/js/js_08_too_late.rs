use std::cell::RefCell;
use std::rc::Rc;

use fourfold::js::{self, Promise, process};

use super::node::{error, log, program};

/// Promises and what they are called.
type Names = Rc<RefCell<Vec<(Promise<()>, &'static str)>>>;

fn rejected(names: &Names, text: &'static str) -> Promise<()> {
    let promise = Promise::reject(error(text));
    names.borrow_mut().push((promise.clone(), text));
    promise
}

fn name(names: &Names, rejection: &js::Rejection) -> &'static str {
    let names = names.borrow();
    names.iter().find(|(promise, _)| rejection.is_of(promise)).map_or("unknown", |(_, name)| name)
}

fn catch(promise: &Promise<()>, line: impl FnOnce(fourfold::Error) -> String + 'static) {
    promise.catch(move |e| {
        println!("{}", line(e));
        Ok(())
    });
}

fn in_an_immediate(names: Names) {
    let p = rejected(&names, "in an immediate");
    js::set_immediate(move || {
        println!("immediate");
        catch(&p, |e| format!("caught: {e}"));
        js::next_tick(log("tick of the immediate"));
        js::queue_microtask(log("microtask of the immediate"));
        js::set_timeout(move || in_a_timer(names), 1);
    });
}

fn in_a_timer(names: Names) {
    let p = rejected(&names, "in a timer");
    js::set_timeout(
        move || {
            println!("timer");
            catch(&p, |e| format!("caught: {e}"));
            js::set_timeout(move || twice(names), 1);
        },
        1,
    );
}

fn twice(names: Names) {
    let p = rejected(&names, "twice");
    js::set_timeout(
        move || {
            catch(&p, |_| "first".into());
            catch(&p, |_| "second".into());
            js::set_timeout(move || chained(&names), 1);
        },
        1,
    );
}

fn chained(names: &Names) {
    let end: Promise<()> = rejected(names, "start of a chain").then(|()| Ok(())).then(|()| Ok(()));
    names.borrow_mut().push((end.clone(), "end of a chain"));
    js::set_timeout(
        move || {
            catch(&end, |_| "caught at the end".into());
            js::set_timeout(log("end"), 1);
        },
        1,
    );
}

pub(crate) fn run() {
    program(async {
        let names = Names::default();
        let known = names.clone();
        process::on_unhandled_rejection(move |rejection| {
            let reason = rejection.reason().to_string();
            let same = name(&known, rejection) == reason;
            println!("unhandled: {reason} - the same promise: {same}");
        });
        let known = names.clone();
        process::on_rejection_handled(move |rejection| {
            println!("handled later: {}", name(&known, rejection));
        });
        in_an_immediate(names);
        Ok(())
    });
}
