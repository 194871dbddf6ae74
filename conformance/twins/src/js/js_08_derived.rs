use fourfold::js::{self, Promise, process};

use super::node::{error, log, program};

fn later() {
    Promise::<()>::reject(error("rethrown")).catch(|e| {
        js::set_immediate(move || Err::<(), _>(e));
        Ok(())
    });
    js::set_immediate(log("an immediate, before"));
    js::set_timeout(log("the loop goes on"), 5);
}

pub(crate) fn run() {
    program(async {
        process::on_unhandled_rejection(|rejection| println!("unhandled: {}", rejection.reason()));
        process::on_uncaught_exception(|error, origin| println!("uncaught: {error} ({origin})"));
        let p = Promise::<()>::reject(error("first"));
        p.catch(|e| {
            println!("caught: {e}");
            Err::<(), _>(error("second"))
        })
        .catch(|e| {
            println!("caught: {e}");
            Err::<(), _>(error("third"))
        })
        .finally(|| {
            println!("finally");
            Ok(())
        })
        .then::<(), _>(|()| {
            println!("never");
            Ok(())
        });
        p.then::<(), _>(|()| {
            println!("never");
            Ok(())
        });
        Promise::resolve(()).then::<(), ()>(|()| Err(error("in then")));
        Promise::resolve(()).finally(|| Err::<(), _>(error("in finally")));
        js::set_timeout(later, 1);
        Ok(())
    });
}
