//! js-12: generators. What they give is what Node 26 gives.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fourfold::js::IteratorResult::{Done, Value};
use fourfold::js::{self, Generator, GeneratorReturn, TypeError, Yielder, generator, process};
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

/// `try { yield* body } finally { log }`.
fn with_finally(log: &Log) -> Generator<i32, &'static str, i32> {
    let log = log.clone();
    generator(async move |y: Yielder<i32, &'static str>| {
        let body = async {
            log.add(y.yield_(1).await?);
            log.add(y.yield_(2).await?);
            Ok(3)
        };
        let outcome = body.await;
        log.add("finally");
        outcome
    })
}

#[test]
fn js_12_next_hands_values_in_and_out() -> Result<()> {
    let log = Log::default();
    let generator = with_finally(&log);
    assert_eq!(generator.next("ignored")?, Value(1));
    assert_eq!(generator.next("A")?, Value(2));
    assert_eq!(generator.next("B")?, Done(Some(3)));
    assert_eq!(log.take(), ["A", "B", "finally"]);
    assert_eq!(generator.next("")?, Done(None));
    assert_eq!(generator.return_(9)?, Done(Some(9)));
    assert_eq!(generator.throw(Error::msg("late")).unwrap_err().to_string(), "late");
    Ok(())
}

#[test]
fn js_12_one_that_has_not_begun_is_ended_without_running() -> Result<()> {
    let log = Log::default();
    let generator = with_finally(&log);
    assert_eq!(generator.return_(7)?, Done(Some(7)));
    assert_eq!(generator.next("")?, Done(None));
    let generator = with_finally(&log);
    assert_eq!(generator.throw(Error::msg("early")).unwrap_err().to_string(), "early");
    assert_eq!(generator.next("")?, Done(None));
    assert!(log.take().is_empty());
    Ok(())
}

#[test]
fn js_12_return_runs_what_is_left_of_the_body() -> Result<()> {
    let log = Log::default();
    let generator = with_finally(&log);
    generator.next("")?;
    assert_eq!(generator.return_(7)?, Done(Some(7)));
    assert_eq!(log.take(), ["finally"]);

    // try { yield 1 } finally { yield 'cleanup' }
    let cleaning = js::generator(async |y: Yielder<&'static str>| -> Result<i32> {
        let outcome = y.yield_("value").await;
        y.yield_("cleanup").await?;
        outcome.map(|()| 0)
    });
    cleaning.next(())?;
    assert_eq!(cleaning.return_(7)?, Value("cleanup"));
    assert_eq!(cleaning.next(())?, Done(Some(7)));
    assert_eq!(cleaning.next(())?, Done(None));

    // try { yield 1 } finally { return 'override' }
    let overriding = js::generator(async |y: Yielder<i32>| {
        let _ = y.yield_(1).await;
        Ok("override")
    });
    overriding.next(())?;
    assert_eq!(overriding.return_("value")?, Done(Some("override")));
    Ok(())
}

#[test]
fn js_12_throw_arrives_at_the_yield() -> Result<()> {
    let catching = generator(async |y: Yielder<String>| {
        match y.yield_("first".into()).await {
            Err(error) if !error.is::<GeneratorReturn>() => y.yield_(error.to_string()).await?,
            other => other?,
        }
        Ok("end")
    });
    catching.next(())?;
    assert_eq!(catching.throw(Error::msg("x"))?, Value("x".into()));
    assert_eq!(catching.next(())?, Done(Some("end")));
    Ok(())
}

#[test]
fn js_12_a_generator_that_runs_cannot_be_resumed() -> Result<()> {
    let itself: Rc<RefCell<Option<Generator<i32>>>> = Rc::default();
    let inside = itself.clone();
    let generator = generator(async move |y: Yielder<i32>| {
        let error = inside.borrow().as_ref().unwrap().close().unwrap_err();
        assert!(error.is::<TypeError>());
        assert_eq!(error.to_string(), "Generator is already running");
        y.yield_(1).await
    });
    *itself.borrow_mut() = Some(generator.clone());
    assert_eq!(generator.next(())?, Value(1));
    assert_eq!(generator.next(())?, Done(Some(())));
    itself.take();
    Ok(())
}

#[test]
fn js_12_a_panic_is_a_throw_and_awaiting_something_else_an_error() {
    let panics = generator(async |_: Yielder<i32>| -> Result<()> { panic!("no way") });
    assert!(panics.next(()).unwrap_err().is_panic());
    assert!(panics.next(()).unwrap().done());
    let stuck = generator(async |_: Yielder<i32>| {
        std::future::pending::<()>().await;
        Ok(())
    });
    assert!(stuck.next(()).unwrap_err().to_string().contains("async generator"));
    assert!(stuck.next(()).unwrap().done());
}

#[test]
fn js_12_yield_star_passes_all_on() -> Result<()> {
    let log = Log::default();
    let outer = |inner: Generator<i32, &'static str, i32>| {
        let log = log.clone();
        generator(async move |y: Yielder<i32, &'static str>| {
            let body = async {
                log.add(format!("inner gave {:?}", y.yield_star(&inner).await?));
                y.yield_(10).await?;
                Ok("outer")
            };
            let outcome = body.await;
            log.add("outer finally");
            outcome
        })
    };
    let generator = outer(with_finally(&log));
    assert_eq!(generator.next("")?, Value(1));
    assert_eq!(generator.next("S")?, Value(2));
    assert_eq!(generator.next("T")?, Value(10));
    assert_eq!(generator.next("")?, Done(Some("outer")));
    assert_eq!(log.take(), ["S", "T", "finally", "inner gave Some(3)", "outer finally"]);

    let generator = outer(with_finally(&log));
    generator.next("")?;
    assert_eq!(generator.return_("R")?, Done(Some("R")));
    assert_eq!(log.take(), ["finally", "outer finally"]);

    let generator = outer(with_finally(&log));
    generator.next("")?;
    assert_eq!(generator.throw(Error::msg("T")).unwrap_err().to_string(), "T");
    assert_eq!(log.take(), ["finally", "outer finally"]);

    let generator = outer(js::generator(async |_: Yielder<i32, &'static str>| Ok(0)));
    assert_eq!(generator.next("")?, Value(10));
    assert_eq!(log.take(), ["inner gave Some(0)"]);
    Ok(())
}

#[test]
fn js_12_what_the_inner_one_returns_on_its_way_out_is_the_end_of_the_outer() -> Result<()> {
    let inner = generator(async |y: Yielder<i32>| {
        let _ = y.yield_(1).await;
        Ok("replaced")
    });
    let outer = generator(async move |y: Yielder<i32>| {
        y.yield_star(&inner).await?;
        Ok("never")
    });
    outer.next(())?;
    assert_eq!(outer.return_("R")?, Done(Some("replaced")));

    // try { yield 1 } finally { yield 2 } inside: after the second value the outer one goes on.
    let inner = generator(async |y: Yielder<i32>| {
        let outcome = y.yield_(1).await;
        y.yield_(2).await?;
        outcome
    });
    let outer = generator(async move |y: Yielder<i32>| {
        y.yield_star(&inner).await?;
        Ok("went on")
    });
    outer.next(())?;
    assert_eq!(outer.return_("R")?, Value(2));
    assert_eq!(outer.next(())?, Done(Some("went on")));
    Ok(())
}

#[test]
fn js_12_yield_star_of_an_array_cannot_pass_a_throw_on() -> Result<()> {
    let of_array = || {
        generator(async |y: Yielder<i32>| {
            y.yield_each([1, 2]).await?;
            y.yield_(3).await
        })
    };
    let all: Vec<i32> = of_array().values().collect::<Result<_>>()?;
    assert_eq!(all, [1, 2, 3]);
    let generator = of_array();
    generator.next(())?;
    assert!(generator.throw(Error::msg("arr")).unwrap_err().is::<TypeError>());
    Ok(())
}

#[test]
fn js_12_a_loop_that_is_left_early_leaves_the_generator() -> Result<()> {
    let log = Log::default();
    let noting = log.clone();
    let generator = generator(async move |y: Yielder<i32>| {
        let outcome = y.yield_(1).await;
        noting.add("finally");
        outcome
    });
    for value in &generator {
        if value? == 1 {
            break;
        }
    }
    assert_eq!(log.take(), ["finally"]);
    assert_eq!(generator.next(())?, Done(None));

    let throwing = js::generator(async |y: Yielder<i32>| {
        let _ = y.yield_(1).await;
        Err::<(), _>(Error::msg("from finally"))
    });
    let noting = log.clone();
    js::run(async move {
        process::on_uncaught_exception(move |error, _| noting.add(error.to_string()));
        assert_eq!(throwing.values().next().unwrap()?, 1);
        Ok(())
    })?;
    assert_eq!(log.take(), ["from finally"]);
    Ok(())
}

#[test]
fn js_12_a_generator_that_is_dropped_runs_no_more() {
    struct Noting(Rc<Cell<bool>>);
    impl Drop for Noting {
        fn drop(&mut self) {
            self.0.set(true);
        }
    }
    let (dropped, ran_on) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
    let (held, noting) = (Noting(dropped.clone()), ran_on.clone());
    let generator = generator(async move |y: Yielder<i32>| {
        let _held = held;
        let outcome = y.yield_(1).await;
        noting.set(true);
        outcome
    });
    assert_eq!(generator.next(()).unwrap(), Value(1));
    drop(generator);
    assert!(dropped.get() && !ran_on.get());
}
