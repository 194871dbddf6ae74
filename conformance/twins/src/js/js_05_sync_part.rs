use fourfold::Result;
use fourfold::js::{self, Promise, RangeError, async_fn};

use super::show::{main, null, say, show, throw};

fn f(name: &'static str) -> Promise<&'static str> {
    async_fn(async move {
        println!("{name} starts");
        null().await?;
        println!("{name} after the first await");
        null().await?;
        println!("{name} after the second await");
        Ok(name)
    })
}

fn failing() -> Promise<()> {
    async_fn(async {
        println!("failing starts");
        throw::<()>("at once")
    })
}

fn nested() -> Promise<()> {
    async_fn(async {
        null().await?;
        deeper()
    })
}

fn deeper() -> Result<()> {
    Err(RangeError::new("deep").into())
}

fn forgets() -> Promise<()> {
    async_fn(async {
        f("c");
        say!("not waited for")
    })
}

fn outer() -> Promise<()> {
    async_fn(async {
        println!("outer starts");
        middle().await?;
        say!("outer ends")
    })
}

fn middle() -> Promise<()> {
    async_fn(async {
        println!("middle starts");
        inner().await?;
        say!("middle ends")
    })
}

fn inner() -> Promise<()> {
    async_fn(async {
        println!("inner starts");
        null().await?;
        say!("inner ends")
    })
}

pub(crate) fn run() {
    main(async {
        println!("before");
        f("a").then(|v| say!("{v} is done"));
        println!("between");
        f("b").then(|v| say!("{v} is done"));
        println!("after");

        // A throw before the first await rejects; it does not reach the caller.
        let promise = failing();
        println!("the call returned");
        promise.catch(|e| say!("rejected: {}", show(&e)));

        // So does one in a function called after the await.
        nested().catch(|e| say!("rejected: {}", show(&e)));

        // Nothing waits without an await: the body goes on.
        forgets();

        // A call that awaits a call runs both up to the innermost await.
        outer();
        js::queue_microtask(|| println!("a microtask"));
        println!("end of main");
        Ok(())
    });
}
