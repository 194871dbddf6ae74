use fourfold::js::{self, AsyncLocalStorage, Promise, async_fn, process};

use super::node::{error, program, thenable};

type Storage = AsyncLocalStorage<String>;

fn say(als: &Storage, name: &str) {
    println!("{name}: {}", als.get_store().as_deref().unwrap_or("undefined"));
}

/// A function that says it when it is called.
fn later<T>(als: &Storage, name: &'static str) -> impl FnOnce(T) -> fourfold::Result<()> + 'static {
    let als = als.clone();
    move |_| {
        say(&als, name);
        Ok(())
    }
}

fn in_store<R>(als: &Storage, store: &str, f: impl FnOnce() -> R) -> R {
    als.run(store.to_string(), f)
}

fn steps(als: &Storage, name: &'static str) {
    let als = als.clone();
    async_fn::<_, _, ()>(async move {
        for i in 1..=2 {
            Promise::resolve(()).await?;
            say(&als, &format!("{name} step {i}"));
        }
        Promise::new(|settle| {
            js::set_immediate(move || {
                js::set_timeout(move || settle.resolve(()), 1);
            });
            Ok(())
        })
        .await?;
        say(&als, &format!("{name} after a timer"));
        Ok(())
    });
}

fn reactions(als: &Storage) {
    let (promise, settle) = Promise::with_resolvers();
    in_store(als, "adder", || {
        promise.then(later(als, "reaction")).then::<(), _>(later::<()>(als, "next reaction"));
    });
    let (own, awaited) = (als.clone(), promise.clone());
    in_store(als, "awaiter", || {
        async_fn::<_, _, ()>(async move {
            awaited.await?;
            say(&own, "after the await");
            Ok(())
        });
    });
    promise.then::<(), _>(later(als, "reaction outside"));
    in_store(als, "settler", || {
        settle.resolve(());
        say(als, "resolved");
    });
}

fn makes(als: &Storage) {
    let (own, last) = (als.clone(), als.clone());
    Promise::<()>::new(move |settle| {
        say(&own, "executor");
        settle.resolve(thenable(move |settle: js::Resolvers<()>| {
            say(&own, "thenable");
            settle.resolve(());
        }));
        Ok(())
    })
    .finally(move || {
        say(&last, "finally");
        Ok(())
    });
    let (promise, settle) = Promise::with_resolvers();
    js::set_immediate(move || settle.resolve(()));
    Promise::all([Promise::resolve(()), promise]).then::<(), _>(later(als, "all"));
}

pub(crate) fn run() {
    program(async {
        let als = Storage::new();
        reactions(&als);

        in_store(&als, "1", || steps(&als, "first"));
        in_store(&als, "2", || steps(&als, "second"));

        in_store(&als, "maker", || makes(&als));
        let (own, caller) = (als.clone(), als.clone());
        async_fn::<_, _, ()>(async move {
            async_fn::<_, _, ()>(async move {
                own.enter_with("inner".to_string());
                Promise::resolve(()).await?;
                say(&own, "inner");
                Ok(())
            })
            .await?;
            say(&caller, "the caller of inner");
            Ok(())
        });
        let own = als.clone();
        process::on_unhandled_rejection(move |_| say(&own, "unhandledRejection"));
        in_store(&als, "rejecter", || {
            Promise::<()>::reject(error("x"));
        });
        Ok(())
    });
}
