use std::io;
use std::path::PathBuf;

use fourfold::js::{self, ErrorFirst, Promise, async_fn, promisify};
use fourfold::{Error, Result};

use super::node::{error, log, program, range_error, show};

fn divide((a, b): (i32, i32), callback: ErrorFirst<i32>) {
    js::set_timeout(
        move || {
            callback(if b == 0 { Err(range_error("by zero")) } else { Ok(a / b) });
        },
        1,
    );
}

fn stat(path: PathBuf, callback: ErrorFirst<bool>) {
    js::queue_work(move || Ok(path.metadata()?.is_file()), callback);
}

/// What a file system's error is called.
fn errno(e: &Error) -> &'static str {
    match e.downcast_ref::<io::Error>().map(io::Error::kind) {
        Some(io::ErrorKind::NotFound) => "ENOENT",
        _ => "another error",
    }
}

/// A function that brings its own version with a promise: in Rust, under a name of its own.
fn own(name: &'static str) -> Promise<String> {
    async_fn(async move { Ok(format!("own version for {name}")) })
}

pub(crate) fn run() {
    program(async {
        let p = promisify(divide);
        println!("{}", p((6, 3)).await?);
        if let Err(e) = p((1, 0)).await {
            println!("{}", show(&e));
        }
        let throws = promisify(|(), _: ErrorFirst<()>| Err::<(), _>(error("at once")));
        if let Err(e) = throws(()).await {
            println!("{}", show(&e));
        }
        // A callback is called once: it is gone then.
        let first = promisify(|(), callback: ErrorFirst<&str>| callback(Ok("first")));
        println!("{}", first(()).await?);
        let late = promisify(|(), callback: ErrorFirst<&str>| {
            callback(Ok("at once"));
            Err::<(), _>(error("late"))
        });
        println!("{}", late(()).await?);
        let () = promisify(|(), callback: ErrorFirst<()>| callback(Ok(())))(()).await?;
        println!("without a value: undefined");
        let more = promisify(|(), callback: ErrorFirst<(i32, i32)>| callback(Ok((1, 2))));
        println!("more than one value: {}", more(()).await?.0);
        let immediate = promisify(|(), callback: ErrorFirst<&str>| {
            js::set_immediate(move || callback(Ok("by the callback")));
        });
        println!("{}", immediate(()).await?);
        println!("{}", own("me").await?);
        println!("promisified once more: that is the function with a promise itself");
        let timeout = js::set_timeout_promise_with(1, "timeout").await?;
        js::set_immediate_promise().await?;
        println!("{timeout} immediate");
        println!("{}", promisify(stat)(std::env::current_exe()?).await?);
        if let Err(e) = promisify(stat)("/there is/no such/file".into()).await {
            println!("{}", errno(&e));
        }
        println!("what is no function does not compile");
        js::queue_microtask(log("microtask 1"));
        promisify(|(), callback: ErrorFirst<()>| callback(Ok(())))(()).then(|()| -> Result<()> {
            println!("then of it");
            Ok(())
        });
        js::queue_microtask(log("microtask 2"));
        Ok(())
    });
}
