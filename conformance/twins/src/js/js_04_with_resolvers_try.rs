use fourfold::Result;
use fourfold::js::{Promise, Resolve, async_fn};

use super::node::{error, program, show};

/// Calls `f` by `try`, and says what comes of it.
fn attempt<R: Resolve<&'static str>>(f: impl FnOnce() -> Result<R>) {
    Promise::<&str>::try_call(f).then_else::<(), _, _>(
        |v| {
            println!("try: {v}");
            Ok(())
        },
        |e| {
            println!("try: {}", show(&e));
            Ok(())
        },
    );
}

pub(crate) fn run() {
    program(async {
        let (promise, settle) = Promise::with_resolvers();
        promise.then(|v: &str| {
            println!("resolved with {v}");
            Ok(())
        });
        settle.resolve("a value");
        settle.reject(error("ignored"));
        let (promise, settle) = Promise::with_resolvers();
        promise.catch(|e| {
            println!("rejected with {}", show(&e));
            Ok("")
        });
        settle.reject(error("an error"));
        settle.resolve("ignored");

        println!("before try");
        attempt(|| {
            println!("called at once");
            Ok("value")
        });
        println!("after try");
        attempt(|| Err::<&str, _>(error("thrown")));
        attempt(|| {
            Ok(async_fn(async {
                Promise::resolve(()).await?;
                Ok("from async")
            }))
        });
        attempt(|| Ok(Promise::<&str>::reject(error("returned"))));
        let (a, b) = (1, 2);
        Promise::<i32>::try_call(|| Ok(a + b)).then(|v: i32| {
            println!("try with arguments: {v}");
            Ok(())
        });
        println!("end of main");
        Ok(())
    });
}
