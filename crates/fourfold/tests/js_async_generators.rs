//! js-12: async generators and `for await`. Every number of ticks is Node 26's.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::rc::Rc;

use fourfold::js::IteratorResult::{self, Done, Value};
use fourfold::js::{
    self, AsyncGenerator, AsyncIterator, AsyncYielder, GeneratorReturn, Promise, Thenable,
    async_fn, async_generator, each_of, for_await, for_each,
};
use fourfold::{Error, Result};
use futures_util::StreamExt;

#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn add(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }

    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

struct Dropped(Rc<Cell<bool>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

/// How many awaits of a settled promise go by until this one is seen settled.
async fn ticks<T: Clone + 'static>(promise: Promise<T>) -> u32 {
    let done = Rc::new(Cell::new(false));
    let (fulfilled, rejected) = (done.clone(), done.clone());
    let _: Promise<()> = promise.then_else(
        move |_| {
            fulfilled.set(true);
            Ok(())
        },
        move |_| {
            rejected.set(true);
            Ok(())
        },
    );
    let mut count = 0;
    while !done.get() {
        Promise::resolve(0).await.expect("it is fulfilled");
        count += 1;
    }
    count
}

fn one() -> Promise<i32> {
    Promise::resolve(1)
}

fn failed<T>(text: &'static str) -> Promise<T> {
    Promise::reject(Error::msg(text))
}

type Ints<R = ()> = AsyncGenerator<i32, (), R>;

/// `yield 1; yield 2`
fn two() -> Ints {
    async_generator(async |y: AsyncYielder<i32>| {
        y.yield_(1).await?;
        y.yield_(2).await
    })
}

/// `try { yield 1 } finally { yield 2 }`
fn cleaning() -> Ints<&'static str> {
    async_generator(async |y: AsyncYielder<i32>| -> Result<&'static str> {
        let outcome = y.yield_(1).await;
        y.yield_(2).await?;
        outcome.map(|()| "end")
    })
}

/// `yield* two()`
fn starred() -> Ints<i32> {
    async_generator(async |y: AsyncYielder<i32>| {
        y.yield_star(&two()).await?;
        Ok(0)
    })
}

#[test]
fn js_12_the_ticks_of_a_first_next() -> Result<()> {
    js::run(async {
        assert_eq!(ticks(two().next(())).await, 2, "yield 1");
        let promise = async_generator(async |y: AsyncYielder<i32>| y.yield_(one()).await);
        assert_eq!(ticks(promise.next(())).await, 2, "yield P");
        let thenable = async_generator(async |y: AsyncYielder<i32>| {
            y.yield_(Thenable::new(|settle| {
                settle.resolve(1);
                Ok(())
            }))
            .await
        });
        assert_eq!(ticks(thenable.next(())).await, 3, "yield a thenable");
        let rejected = async_generator(async |y: AsyncYielder<i32>| y.yield_(failed("r")).await);
        assert_eq!(ticks(rejected.next(())).await, 2, "yield Promise.reject()");
        let returns: Ints<i32> = async_generator(async |_: AsyncYielder<i32>| Ok(1));
        assert_eq!(ticks(returns.next(())).await, 2, "return 1");
        let returns: Ints<i32> = async_generator(async |_: AsyncYielder<i32>| Ok(one()));
        assert_eq!(ticks(returns.next(())).await, 2, "return P");
        let ends = async_generator(async |_: AsyncYielder<i32>| Ok(()));
        assert_eq!(ticks(ends.next(())).await, 1, "the end");
        let throws =
            async_generator(async |_: AsyncYielder<i32>| -> Result<()> { Err(Error::msg("x")) });
        assert_eq!(ticks(throws.next(())).await, 1, "throw");
        assert_eq!(ticks(starred().next(())).await, 3, "yield* of a generator");
        let each = async_generator(async |y: AsyncYielder<i32>| y.yield_each([one(), one()]).await);
        assert_eq!(ticks(each.next(())).await, 3, "yield* of an array");
        assert_eq!(ticks(each.next(())).await, 3, "yield* of an array, again");
        Ok(())
    })
}

#[test]
fn js_12_the_ticks_of_what_follows() -> Result<()> {
    js::run(async {
        assert_eq!(ticks(starred().return_(1)).await, 2, "return before the start");
        assert_eq!(ticks(starred().return_(one())).await, 2, "return P before the start");
        assert_eq!(ticks(two().throw(Error::msg("z"))).await, 1, "throw before the start");
        let all = two();
        all.next(()).await?;
        assert_eq!(ticks(all.next(())).await, 2, "second next");
        assert_eq!(ticks(all.next(())).await, 1, "next to the end");
        assert_eq!(ticks(all.next(())).await, 1, "next after the end");
        assert_eq!(ticks(all.close()).await, 2, "return after the end");
        assert_eq!(ticks(all.throw(Error::msg("z"))).await, 1, "throw after the end");
        let begun = async || -> Result<Ints> {
            let begun = two();
            begun.next(()).await?;
            Ok(begun)
        };
        assert_eq!(ticks(begun().await?.return_(())).await, 2, "return at a yield");
        let unit = Promise::resolve(());
        assert_eq!(ticks(begun().await?.return_(unit)).await, 2, "return P at a yield");
        let error = Error::msg("q");
        assert_eq!(ticks(begun().await?.throw(error)).await, 1, "throw at a yield");
        let cleans = cleaning();
        cleans.next(()).await?;
        assert_eq!(ticks(cleans.return_("R")).await, 3, "return into a finally that yields");
        assert_eq!(cleans.next(()).await?, Done(Some("R")));
        let star = starred();
        star.next(()).await?;
        assert_eq!(ticks(star.next(())).await, 3, "second next of yield*");
        let star = starred();
        star.next(()).await?;
        assert_eq!(ticks(star.return_(5)).await, 4, "return into yield*");
        let star = starred();
        star.next(()).await?;
        assert_eq!(ticks(star.throw(Error::msg("s"))).await, 2, "throw into yield*");
        Ok(())
    })
}

/// What becomes of the requests, and in which tick.
async fn answers<R>(requests: Vec<Promise<IteratorResult<i32, R>>>) -> Vec<(usize, String, u32)>
where
    R: Clone + std::fmt::Debug + 'static,
{
    let now = Rc::new(Cell::new(0));
    let seen: Rc<RefCell<Vec<(usize, String, u32)>>> = Rc::default();
    for (index, request) in requests.into_iter().enumerate() {
        let (fulfilled, rejected) = (seen.clone(), seen.clone());
        let (then, later) = (now.clone(), now.clone());
        let _: Promise<()> = request.then_else(
            move |result| {
                fulfilled.borrow_mut().push((index, format!("{result:?}"), then.get()));
                Ok(())
            },
            move |error| {
                rejected.borrow_mut().push((index, error.to_string(), later.get()));
                Ok(())
            },
        );
    }
    for tick in 0..20 {
        now.set(tick);
        Promise::resolve(0).await.expect("it is fulfilled");
    }
    seen.take()
}

#[test]
fn js_12_requests_queue_up_and_are_answered_in_order() -> Result<()> {
    js::run(async {
        let all: Ints<&'static str> = async_generator(async |y: AsyncYielder<i32>| {
            y.yield_(1).await?;
            y.yield_(2).await?;
            Ok("end")
        });
        let requests = vec![
            all.next(()),
            all.next(()),
            all.return_("R"),
            all.next(()),
            all.throw(Error::msg("e")),
        ];
        let expected = [
            (0, "Value(1)", 1),
            (1, "Value(2)", 2),
            (2, "Done(Some(\"R\"))", 3),
            (3, "Done(None)", 3),
            (4, "e", 3),
        ];
        let seen = answers(requests).await;
        let seen: Vec<_> = seen.iter().map(|(i, text, tick)| (*i, text.as_str(), *tick)).collect();
        assert_eq!(seen, expected);

        let unstarted = starred();
        let requests = vec![
            unstarted.return_(one()),
            unstarted.next(()),
            unstarted.throw(Error::msg("e")),
            unstarted.return_(failed::<i32>("rr")),
            unstarted.next(()),
        ];
        let expected = [
            (0, "Done(Some(1))", 1),
            (1, "Done(None)", 1),
            (2, "e", 1),
            (3, "rr", 2),
            (4, "Done(None)", 2),
        ];
        let seen = answers(requests).await;
        let seen: Vec<_> = seen.iter().map(|(i, text, tick)| (*i, text.as_str(), *tick)).collect();
        assert_eq!(seen, expected);
        Ok(())
    })
}

#[test]
fn js_12_the_body_runs_before_next_returns() -> Result<()> {
    let log = Log::default();
    let noting = log.clone();
    js::run(async move {
        let body = noting.clone();
        let all = async_generator(async move |y: AsyncYielder<i32, &'static str>| {
            body.add("begins");
            body.add(y.yield_(1).await?);
            y.yield_(2).await
        });
        noting.add("made");
        let first = all.next("ignored");
        noting.add("called");
        first.await?;
        let second = all.next("sent");
        noting.add("called again");
        assert_eq!(second.await?, Value(2));
        Ok(())
    })?;
    assert_eq!(log.take(), ["made", "begins", "called", "sent", "called again"]);
    Ok(())
}

#[test]
fn js_12_a_request_made_inside_the_body_waits_for_its_turn() -> Result<()> {
    js::run(async {
        let itself: Rc<RefCell<Option<Ints>>> = Rc::default();
        let inside = itself.clone();
        let inner: Rc<RefCell<Option<Promise<IteratorResult<i32>>>>> = Rc::default();
        let keep = inner.clone();
        let all = async_generator(async move |y: AsyncYielder<i32>| {
            *keep.borrow_mut() = Some(inside.borrow().as_ref().unwrap().next(()));
            y.yield_(1).await?;
            y.yield_(2).await
        });
        *itself.borrow_mut() = Some(all.clone());
        assert_eq!(all.next(()).await?, Value(1));
        let inner = inner.take().unwrap();
        assert_eq!(inner.await?, Value(2));
        itself.take();
        Ok(())
    })
}

#[test]
fn js_12_a_rejected_return_arrives_as_an_error() -> Result<()> {
    js::run(async {
        let catching = async_generator(async |y: AsyncYielder<String>| {
            if let Err(error) = y.yield_(String::from("first")).await {
                y.yield_(format!("caught {error}")).await?;
            }
            Ok(())
        });
        catching.next(()).await?;
        let caught = catching.return_(failed::<()>("inside")).await?;
        assert_eq!(caught, Value("caught inside".into()));
        Ok(())
    })
}

#[test]
fn js_12_a_panic_rejects_and_ends() -> Result<()> {
    js::run(async {
        let panics = async_generator(async |y: AsyncYielder<i32>| -> Result<()> {
            y.yield_(1).await?;
            panic!("no way")
        });
        assert_eq!(panics.next(()).await?, Value(1));
        let (second, third) = (panics.next(()), panics.next(()));
        assert!(second.await.unwrap_err().is_panic());
        assert_eq!(third.await?, Done(None));
        Ok(())
    })
}

#[test]
fn js_12_the_ticks_of_for_await() -> Result<()> {
    fn whole<I: AsyncIterator<Value = i32> + 'static>(iterator: I) -> Promise<()> {
        async_fn(async { for_each(iterator, async |_| Ok(())).await })
    }
    fn broken<I: AsyncIterator<Value = i32> + 'static>(iterator: I) -> Promise<Option<i32>> {
        async_fn(async { for_await(iterator, async |n| Ok(ControlFlow::Break(n))).await })
    }
    js::run(async {
        assert_eq!(ticks(whole(two())).await, 6, "two values");
        assert_eq!(ticks(whole(each_of([one(), one()]))).await, 7, "an array of two");
        assert_eq!(ticks(whole(each_of::<[Promise<i32>; 0]>([]))).await, 3, "an empty array");
        assert_eq!(ticks(broken(two())).await, 5, "break");
        assert_eq!(ticks(broken(cleaning())).await, 6, "break, and a finally that yields");
        assert_eq!(ticks(broken(each_of([one(), one()]))).await, 4, "break out of an array");
        let throws = async_fn(async { for_each(two(), async |_| Err(Error::msg("b"))).await });
        assert_eq!(ticks::<()>(throws).await, 5, "throw");
        Ok(())
    })
}

/// `try { yield 1 } finally { throw }`
fn fails_finally(log: &Log) -> Ints {
    let log = log.clone();
    async_generator(async move |y: AsyncYielder<i32>| {
        let outcome = y.yield_(1).await;
        assert!(outcome.unwrap_err().is::<GeneratorReturn>());
        log.add("finally");
        Err::<(), _>(Error::msg("from finally"))
    })
}

#[test]
fn js_12_breaking_calls_return_and_its_failure_counts_less_than_a_throw() -> Result<()> {
    js::run(async {
        let log = Log::default();
        let generator = two();
        let found = for_await(&generator, async |n| Ok(ControlFlow::Break(n))).await?;
        assert_eq!(found, Some(1));
        assert_eq!(generator.next(()).await?, Done(None));
        let broken = for_await(fails_finally(&log), async |n| Ok(ControlFlow::Break(n))).await;
        assert_eq!(broken.unwrap_err().to_string(), "from finally");
        let thrown = for_each(fails_finally(&log), async |_| Err(Error::msg("body"))).await;
        assert_eq!(thrown.unwrap_err().to_string(), "body");
        assert_eq!(log.take(), ["finally", "finally"]);
        let mut seen = Vec::new();
        let rejected = for_each(each_of([one(), failed("element"), one()]), async |n| {
            seen.push(n);
            Ok(())
        });
        assert_eq!(rejected.await.unwrap_err().to_string(), "element");
        assert_eq!(seen, [1]);
        Ok(())
    })
}

#[test]
fn js_12_values_are_a_stream_that_closes_when_it_is_dropped() -> Result<()> {
    js::run(async {
        let generator = two();
        let all: Vec<i32> = generator.clone().values().map(|n| n.unwrap()).collect().await;
        assert_eq!(all, [1, 2]);
        let generator = two();
        let mut values = generator.clone().values();
        assert_eq!(values.next().await.unwrap()?, 1);
        drop(values);
        assert_eq!(generator.next(()).await?, Done(None));
        Ok(())
    })
}

#[test]
fn js_12_what_nobody_can_ask_any_more_is_dropped() -> Result<()> {
    js::run(async {
        let dropped = Rc::new(Cell::new(false));
        let holding = |dropped: &Rc<Cell<bool>>| {
            let held = Dropped(dropped.clone());
            async_generator(async move |y: AsyncYielder<i32>| {
                let _held = held;
                y.yield_(1).await?;
                y.yield_(2).await
            })
        };
        let generator = holding(&dropped);
        assert_eq!(generator.next(()).await?, Value(1));
        drop(generator);
        assert!(dropped.replace(false));
        // Requests that were made are answered first.
        let generator = holding(&dropped);
        let (first, second) = (generator.next(()), generator.next(()));
        drop(generator);
        assert_eq!((first.await?, second.await?), (Value(1), Value(2)));
        assert!(dropped.replace(false));
        // One that never began is dropped as it is.
        drop(holding(&dropped));
        assert!(dropped.get());
        Ok(())
    })
}

#[test]
fn js_12_the_end_of_the_loop_drops_what_is_suspended() -> Result<()> {
    let dropped = Rc::new(Cell::new(0));
    struct Counting(Rc<Cell<u32>>);
    impl Drop for Counting {
        fn drop(&mut self) {
            self.0.set(self.0.get() + 1);
        }
    }
    let outside: Rc<RefCell<Option<Ints>>> = Rc::default();
    let (kept, count) = (outside.clone(), dropped.clone());
    js::run(async move {
        let holding = || {
            let held = Counting(count.clone());
            async_generator(async move |y: AsyncYielder<i32>| {
                let _held = held;
                y.yield_(1).await?;
                std::future::pending::<Result<()>>().await
            })
        };
        // Two that an async function holds which never ends: one is suspended, one awaits.
        let (suspended, awaiting) = (holding(), holding());
        let _pending: Promise<()> = async_fn(async move {
            suspended.next(()).await?;
            awaiting.next(()).await?;
            awaiting.next(()).await?;
            drop((suspended, awaiting));
            Ok(())
        });
        // One that outlives the loop.
        let outlives = holding();
        outlives.next(()).await?;
        *kept.borrow_mut() = Some(outlives);
        Ok(())
    })?;
    assert_eq!(dropped.get(), 3);
    drop(outside.take());
    Ok(())
}

#[test]
fn js_12_a_body_that_gives_up_its_yield_runs_on() -> Result<()> {
    js::run(async {
        let controller = js::AbortController::new();
        let signal = controller.signal();
        let gives_up = async_generator(async move |y: AsyncYielder<i32>| {
            let aborted = signal.run(y.yield_(1)).await.unwrap_err();
            assert!(aborted.is_cancelled());
            y.yield_(2).await
        });
        assert_eq!(gives_up.next(()).await?, Value(1));
        controller.abort();
        let second = gives_up.next(());
        let third = gives_up.next(());
        assert_eq!((second.await?, third.await?), (Value(2), Done(None)));

        // It cannot give up being left, or thrown at.
        let controller = js::AbortController::new();
        let signal = controller.signal();
        let gives_up = async_generator(async move |y: AsyncYielder<i32>| -> Result<()> {
            assert!(signal.run(y.yield_(1)).await.unwrap_err().is_cancelled());
            y.yield_(2).await
        });
        assert_eq!(gives_up.next(()).await?, Value(1));
        controller.abort();
        let (left, over) = (gives_up.close(), gives_up.next(()));
        assert_eq!((left.await?, over.await?), (Done(None), Done(None)));
        Ok(())
    })
}

#[test]
fn js_12_a_resumed_body_runs_to_its_next_await_and_no_further() -> Result<()> {
    let log = Log::default();
    let noting = log.clone();
    js::Builder::new().virtual_time().run(async move {
        let body = noting.clone();
        let steps = async_generator(async move |y: AsyncYielder<i32>| {
            y.yield_(1).await?;
            body.add("resumed");
            Promise::resolve(()).await?;
            body.add("awaited");
            y.yield_(2).await
        });
        assert_eq!(steps.next(()).await?, Value(1));
        let (done, resolvers) = Promise::<IteratorResult<i32>>::with_resolvers();
        // No async function is around that call.
        js::set_timeout(
            move || {
                resolvers.resolve(steps.next(()));
                noting.add("behind");
            },
            1,
        );
        assert_eq!(done.await?, Value(2));
        Ok(())
    })?;
    assert_eq!(log.take(), ["resumed", "behind", "awaited"]);
    Ok(())
}
