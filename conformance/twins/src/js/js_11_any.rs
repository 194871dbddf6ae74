use fourfold::js::{AbortController, AbortSignal};

use super::node::{error, program, reason, value};

fn on(signal: &AbortSignal, name: &'static str) {
    signal.add_event_listener(move |why| println!("{name} aborted: {}", reason(why)));
}

fn why(signal: &AbortSignal) -> String {
    signal.reason().map_or("undefined".into(), |why| reason(&why))
}

pub(crate) fn run() {
    program(async {
        let (a, b) = (AbortController::new(), AbortController::new());
        let any = AbortSignal::any([&a.signal(), &b.signal()]);
        on(&any, "any");
        on(&a.signal(), "a");
        on(&b.signal(), "b");
        b.abort_with(value("reason of b"));
        a.abort_with(value("reason of a"));
        println!("{} {}", any.aborted(), why(&any));

        let (x, y) = (AbortSignal::abort_with(value("x")), AbortSignal::abort_with(value("y")));
        let ready = AbortSignal::any([&AbortController::new().signal(), &x, &y]);
        ready.add_event_listener(|_| println!("never"));
        println!("{} {}", ready.aborted(), why(&ready));
        println!("of nothing: {}", AbortSignal::any([]).aborted());

        let c = AbortController::new();
        let inner = AbortSignal::any([&c.signal()]);
        let outer = AbortSignal::any([&inner, &AbortController::new().signal()]);
        let beside = AbortSignal::any([&c.signal()]);
        on(&beside, "beside");
        on(&outer, "outer");
        on(&inner, "inner");
        let marked = [inner, outer.clone(), beside];
        c.signal().add_event_listener(move |_| {
            let [inner, outer, beside] = marked.map(|signal| signal.aborted());
            println!("c aborted; marked already: {inner} {outer} {beside}");
        });
        c.abort_with(error("reason of c"));
        let same = match (outer.reason(), c.signal().reason()) {
            (Some(one), Some(other)) => one.ptr_eq(&other),
            _ => false,
        };
        println!("the same reason: {same}");

        let d = AbortController::new();
        let twice = AbortSignal::any([&d.signal(), &d.signal()]);
        on(&twice, "of the same twice");
        d.abort_with(value("d"));
        Ok(())
    });
}
