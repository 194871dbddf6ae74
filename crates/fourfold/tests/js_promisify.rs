//! js-15: functions that call back, as functions that give promises.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fourfold::js::{self, ErrorFirst, Promise, async_fn, callbackify, process, promisify};
use fourfold::{Error, Result};

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

#[test]
fn js_15_the_callback_settles_the_promise() -> Result<()> {
    js::Builder::new().virtual_time().run(async {
        let add = promisify(|(a, b): (i32, i32), done| {
            js::set_timeout(move || done(Ok(a + b)), 5);
        });
        assert_eq!(Promise::all([add((1, 2)), add((3, 4))]).await?, [3, 7]);
        let fails = promisify(|(), done: ErrorFirst<i32>| done(Err(Error::msg("no"))));
        assert_eq!(fails(()).await.unwrap_err().to_string(), "no");
        // It takes one tick, as any promise that is settled at once.
        let at_once = promisify(|n: i32, done| done(Ok(n)));
        let seen = Rc::new(Cell::new(false));
        let sees = seen.clone();
        at_once(1).then(move |_: i32| {
            sees.set(true);
            Ok(())
        });
        assert!(!seen.get());
        Promise::resolve(()).await?;
        assert!(seen.get());
        Ok(())
    })
}

#[test]
fn js_15_what_the_function_throws_rejects_unless_it_called_back() -> Result<()> {
    js::run(async {
        let throws = promisify(|(), _: ErrorFirst<i32>| Err::<(), _>(Error::msg("sync")));
        assert_eq!(throws(()).await.unwrap_err().to_string(), "sync");
        let both = promisify(|(), done: ErrorFirst<i32>| {
            done(Ok(1));
            Err::<(), _>(Error::msg("too late"))
        });
        assert_eq!(both(()).await?, 1);
        Ok(())
    })
}

#[test]
fn js_15_work_of_another_thread_comes_back_to_the_loop() -> Result<()> {
    js::run(async {
        let here = std::thread::current().id();
        let elsewhere = promisify(|n: i32, done| {
            js::queue_work(move || Ok((n * 2, std::thread::current().id())), done);
        });
        let (doubled, there) = elsewhere(21).await?;
        assert_eq!(doubled, 42);
        assert_ne!(there, here);
        let panics = promisify(|(), done: ErrorFirst<i32>| {
            js::queue_work(|| -> Result<i32> { panic!("at work") }, done);
        });
        assert!(panics(()).await.unwrap_err().is_panic());
        Ok(())
    })
}

#[test]
fn js_15_callbackify_calls_back_in_a_tick() -> Result<()> {
    let log = Log::default();
    let noting = log.clone();
    js::Builder::new().virtual_time().run(async move {
        let uncaught = noting.clone();
        process::on_uncaught_exception(move |error, _| uncaught.add(format!("uncaught {error}")));
        let adds = callbackify(|n: i32| async_fn(async move { Ok(n + 1) }));
        let called = noting.clone();
        adds.call(1, move |n: Result<i32>| called.add(format!("called back {}", n.unwrap())));
        noting.add("behind");
        let microtask = noting.clone();
        js::queue_microtask(move || microtask.add("microtask"));
        let tick = noting.clone();
        js::next_tick(move || tick.add("tick"));
        let fails = callbackify(|()| Promise::<i32>::reject(Error::msg("no")));
        let called = noting.clone();
        fails.call((), move |n| called.add(n.unwrap_err().to_string()));
        adds.call(1, |_: Result<i32>| Err::<(), _>(Error::msg("in the callback")));
        Ok(())
    })?;
    let order = ["behind", "tick", "microtask", "called back 2", "no", "uncaught in the callback"];
    assert_eq!(log.take(), order);
    Ok(())
}
