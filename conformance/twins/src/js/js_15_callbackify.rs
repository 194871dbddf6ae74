use fourfold::Result;
use fourfold::js::{self, Promise, async_fn, callbackify, process};

use super::node::{error, log, program, range_error, show_code, value};

fn done(name: &'static str) -> impl FnOnce(Result<i32>) + 'static {
    move |outcome| match outcome {
        Ok(value) => println!("{name}: {value}"),
        Err(e) => println!("{name}: {}", show_code(&e)),
    }
}

pub(crate) fn run() {
    program(async {
        let sum = callbackify(|(a, b): (i32, i32)| async_fn(async move { Ok(a + b) }));
        sum.call((1, 2), done("value"));
        let throws = callbackify(|()| async_fn(async { Err::<i32, _>(range_error("thrown")) }));
        throws.call((), done("error"));
        callbackify(|()| Promise::<i32>::reject(value("null"))).call((), |outcome| {
            println!("nothing as the reason: {}", outcome.expect_err("it is rejected"));
        });
        callbackify(|()| Promise::<i32>::reject(value("a string"))).call((), |outcome| {
            println!("a string as the reason: {}", outcome.expect_err("it is rejected"));
        });
        println!("nothing has been called yet");
        process::on_uncaught_exception(|e, origin| println!("uncaught: {e} ({origin})"));
        process::on_unhandled_rejection(|_| println!("never"));
        js::set_timeout(
            || {
                callbackify(|()| async_fn(async { Ok("x") }))
                    .call((), |_| Err::<(), _>(error("by the callback")));
                js::queue_microtask(|| {
                    println!("microtask 1");
                    js::queue_microtask(log("microtask 2"));
                });
                js::next_tick(log("tick"));
            },
            5,
        );
        println!("what is no callback does not compile");
        Ok(())
    });
}
