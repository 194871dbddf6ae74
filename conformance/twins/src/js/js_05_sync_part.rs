use fourfold::Result;
use fourfold::js::{self, Promise, async_fn};

use super::node::{error, log, program, range_error, show};

/// `await null`.
async fn tick() -> Result<()> {
    Promise::resolve(()).await
}

fn f(name: &'static str) -> Promise<&'static str> {
    async_fn(async move {
        println!("{name} starts");
        tick().await?;
        println!("{name} after the first await");
        tick().await?;
        println!("{name} after the second await");
        Ok(name)
    })
}

fn done(promise: &Promise<&'static str>) {
    promise.then(|name| {
        println!("{name} is done");
        Ok(())
    });
}

fn rejected(promise: &Promise<()>) {
    promise.catch(|e| {
        println!("rejected: {}", show(&e));
        Ok(())
    });
}

fn deeper() -> Result<()> {
    Err(range_error("deep"))
}

fn layer(name: &'static str, inner: Option<fn() -> Promise<()>>) -> Promise<()> {
    async_fn(async move {
        println!("{name} starts");
        match inner {
            Some(inner) => inner().await?,
            None => tick().await?,
        }
        println!("{name} ends");
        Ok(())
    })
}

fn inner() -> Promise<()> {
    layer("inner", None)
}

fn middle() -> Promise<()> {
    layer("middle", Some(inner))
}

pub(crate) fn run() {
    program(async {
        println!("before");
        done(&f("a"));
        println!("between");
        done(&f("b"));
        println!("after");

        let failing = async_fn(async {
            println!("failing starts");
            Err::<(), _>(error("at once"))
        });
        println!("the call returned");
        rejected(&failing);

        rejected(&async_fn(async {
            tick().await?;
            deeper()
        }));

        async_fn::<_, _, ()>(async {
            f("c");
            println!("not waited for");
            Ok(())
        });

        layer("outer", Some(middle));
        js::queue_microtask(log("a microtask"));
        println!("end of main");
        Ok(())
    });
}
