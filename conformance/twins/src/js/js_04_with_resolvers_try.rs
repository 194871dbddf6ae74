use fourfold::js::{Promise, async_fn};

use super::show::{caught, error, main, null, say, show, throw};

type Text = &'static str;

pub(crate) fn run() {
    main(async {
        let (promise, settle) = Promise::with_resolvers();
        promise.then(|v| say!("resolved with {v}"));
        settle.resolve("a value");
        settle.reject(error("ignored"));
        let (promise, settle) = Promise::<Text>::with_resolvers();
        caught(&promise, |e| say!("rejected with {}", show(&e)));
        settle.reject(error("an error"));
        settle.resolve("ignored");

        // try calls at once, and turns a throw into a rejection.
        println!("before try");
        let called = Promise::<Text>::try_call(|| {
            println!("called at once");
            Ok("value")
        });
        called.then(|v| say!("try: {v}"));
        println!("after try");
        Promise::<()>::try_call(|| throw::<()>("thrown")).catch(|e| say!("try: {}", show(&e)));
        let of_async = Promise::<Text>::try_call(|| {
            Ok(async_fn(async {
                null().await?;
                Ok("from async")
            }) as Promise<Text>)
        });
        of_async.then(|v| say!("try: {v}"));
        Promise::<()>::try_call(|| Ok(Promise::<()>::reject(error("returned"))))
            .catch(|e| say!("try: {}", show(&e)));
        let (a, b) = (1, 2);
        Promise::<i32>::try_call(|| Ok(a + b)).then(|v| say!("try with arguments: {v}"));
        println!("end of main");
        Ok(())
    });
}
