//! js-03: how many microtasks each thing takes, as Node counts them.

use std::cell::Cell;
use std::rc::Rc;

use fourfold::Result;
use fourfold::js::{self, Promise, Thenable, async_fn};

/// How many awaits of a settled promise go by until the promise that `make` gives is seen fulfilled.
async fn ticks<T: Clone + 'static>(make: impl FnOnce() -> Promise<T>) -> u32 {
    let done = Rc::new(Cell::new(false));
    let seen = done.clone();
    make().then(move |_: T| {
        seen.set(true);
        Ok(())
    });
    let mut count = 0;
    while !done.get() {
        Promise::resolve(0).await.expect("it is fulfilled");
        count += 1;
    }
    count
}

fn thenable() -> Thenable<()> {
    Thenable::new(|settle| {
        settle.resolve(());
        Ok(())
    })
}

#[test]
fn js_03_the_table_of_ticks() -> Result<()> {
    js::run(async {
        assert_eq!(ticks(|| async_fn(async { Ok(1) })).await, 1, "return 1");
        let return_await = || async_fn(async { Promise::resolve(1).await });
        assert_eq!(ticks(return_await).await, 2, "return await 1");
        let return_promise = || -> Promise<i32> { async_fn(async { Ok(Promise::resolve(1)) }) };
        assert_eq!(ticks(return_promise).await, 3, "return Promise.resolve(1)");
        let chained =
            || -> Promise<()> { Promise::resolve(()).then(|()| Ok(Promise::resolve(()))) };
        assert_eq!(ticks(chained).await, 4, "then returning a promise");
        let thenables = || -> Promise<()> { Promise::resolve(()).then(|()| Ok(thenable())) };
        assert_eq!(ticks(thenables).await, 3, "then returning a thenable");
        let foreign = || async_fn(async { Promise::<()>::resolve(thenable()).await });
        assert_eq!(ticks(foreign).await, 3, "await a thenable");
        let finally = || Promise::resolve(()).finally(|| Ok(()));
        assert_eq!(ticks(finally).await, 4, "finally");
        assert_eq!(ticks(|| Promise::resolve(()).then(|()| Ok(()))).await, 2, "then");
        assert_eq!(ticks(|| Promise::all::<Promise<i32>>([])).await, 1, "all([])");
        assert_eq!(ticks(|| Promise::all([Promise::resolve(1)])).await, 2, "all([1])");
        assert_eq!(ticks(|| Promise::race([Promise::resolve(1)])).await, 2, "race([1])");
        assert_eq!(ticks(|| Promise::any([Promise::resolve(1)])).await, 2, "any([1])");
        assert_eq!(
            ticks(|| Promise::all_settled([Promise::resolve(1)])).await,
            2,
            "allSettled([1])"
        );
        let resolved_with = || {
            Promise::<i32>::new(|settle| {
                settle.resolve(Promise::resolve(1));
                Ok(())
            })
        };
        assert_eq!(ticks(resolved_with).await, 3, "new Promise(r => r(P))");
        Ok(())
    })
}

/// The body of a generator goes on inside of the call that asks it to; what it awaits there comes after
/// what else the caller does.
#[test]
fn js_03_a_generator_that_is_left_awaits_behind_its_caller() -> Result<()> {
    js::run(async {
        let numbers = js::async_generator(async |y: js::AsyncYielder<i32>| {
            y.yield_(1).await?;
            Ok(())
        });
        numbers.next(()).await?;
        let steps: Rc<std::cell::RefCell<Vec<&str>>> = Rc::default();
        let done = steps.clone();
        let left: Promise<()> = numbers.close().then(move |_| {
            done.borrow_mut().push("left");
            Ok(())
        });
        let worked = steps.clone();
        let worker = async_fn(async move {
            for step in ["first", "second", "third"] {
                worked.borrow_mut().push(step);
                Promise::resolve(()).await?;
            }
            Ok(())
        });
        Promise::all([left, worker]).await?;
        assert_eq!(*steps.borrow(), ["first", "second", "left", "third"]);
        Ok(())
    })
}
