use std::collections::HashMap;

use fourfold::js::{self, Promise, process};

use super::show::{Var, error, log, main, say};

// Handlers that come too late: unhandledRejection first, rejectionHandled when the handler is there.

type Names = Var<HashMap<usize, &'static str>>;

fn rejected(names: Names, text: &'static str) -> Promise<()> {
    let p = Promise::reject(error(text));
    names.with(|names| names.insert(p.id(), text));
    p
}

fn name(names: Names, promise: usize) -> Option<&'static str> {
    names.with(|names| names.get(&promise).copied())
}

fn in_an_immediate(names: Names) {
    let p = rejected(names, "in an immediate");
    js::set_immediate(move || {
        println!("immediate");
        p.catch(|e| say!("caught: {e}"));
        js::next_tick(log("tick of the immediate"));
        js::queue_microtask(log("microtask of the immediate"));
        js::set_timeout(move || in_a_timer(names), 1);
    });
}

fn in_a_timer(names: Names) {
    let p = rejected(names, "in a timer");
    js::set_timeout(
        move || {
            println!("timer");
            p.then_else(Ok, |e| say!("caught: {e}"));
            js::set_timeout(move || twice(names), 1);
        },
        1,
    );
}

fn twice(names: Names) {
    let p = rejected(names, "twice");
    js::set_timeout(
        move || {
            p.catch(|_| say!("first"));
            p.catch(|_| say!("second"));
            js::set_timeout(move || chained(names), 1);
        },
        1,
    );
}

fn chained(names: Names) {
    // Only the end of a chain is unhandled, and a handler on it comes too late.
    let end = rejected(names, "start of a chain").then(Ok::<(), _>).then(Ok::<(), _>);
    names.with(|names| names.insert(end.id(), "end of a chain"));
    js::set_timeout(
        move || {
            end.catch(|_| say!("caught at the end"));
            js::set_timeout(log("end"), 1);
        },
        1,
    );
}

pub(crate) fn run() {
    main(async {
        let names = Names::new(HashMap::new());
        process::on_unhandled_rejection(move |rejection| {
            let reason = rejection.reason().to_string();
            let same = name(names, rejection.promise()) == Some(&reason);
            println!("unhandled: {reason} - the same promise: {same}");
        });
        process::on_rejection_handled(move |rejection| {
            let name = name(names, rejection.promise()).expect("it has a name");
            println!("handled later: {name}");
        });
        in_an_immediate(names);
        Ok(())
    });
}
