use fourfold::js::{self, Promise, process};

use super::show::{error, log, main, say, throw};

// A throw inside a handler only rejects the promise that then made; what was handled stays handled.

pub(crate) fn run() {
    main(async {
        process::on_unhandled_rejection(|rejection| println!("unhandled: {}", rejection.reason()));
        process::on_uncaught_exception(|error, origin| println!("uncaught: {error} ({origin})"));
        let p = Promise::<()>::reject(error("first"));
        p.catch(|e| {
            println!("caught: {e}");
            throw::<()>("second")
        })
        .catch(|e| {
            println!("caught: {e}");
            throw::<()>("third")
        })
        .finally(|| say!("finally"))
        .then(|()| say!("never"));
        p.then(|()| say!("never"));
        Promise::resolve(()).then(|()| throw::<()>("in then"));
        Promise::resolve(()).finally(|| throw::<()>("in finally"));
        js::set_timeout(
            || {
                Promise::<()>::reject(error("rethrown")).catch(|e| {
                    js::set_immediate(|| Err::<(), _>(e));
                    Ok(())
                });
                js::set_immediate(log("an immediate, before"));
                js::set_timeout(log("the loop goes on"), 5);
            },
            1,
        );
        Ok(())
    });
}
