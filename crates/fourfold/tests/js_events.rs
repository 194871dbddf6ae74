//! js-13: `EventEmitter`. The orders and the ticks are those of Node 26.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

use fourfold::js::IteratorResult::{Done, Value};
use fourfold::js::{
    self, AbortController, AbortError, AsyncIterator, Event, EventEmitter, Promise, async_fn,
    events, for_each, process,
};
use fourfold::{Error, Result};

const DATA: Event<i32> = Event::new("data");
const END: Event<()> = Event::new("end");

#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn add(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }

    /// A listener that notes its name.
    fn noting<A>(&self, name: &'static str) -> impl Fn(&A) + use<A> {
        let log = self.clone();
        move |_| log.add(name)
    }

    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

async fn ticks<T: Clone + 'static>(promise: &Promise<T>) -> u32 {
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

fn text(error: Error) -> String {
    error.to_string()
}

#[test]
fn js_13_listeners_are_called_at_once_and_in_order() -> Result<()> {
    let (log, emitter) = (Log::default(), EventEmitter::new());
    let (coming, going) = (log.clone(), log.clone());
    let (counting, counted) = (emitter.clone(), emitter.clone());
    emitter.on(&events::NEW_LISTENER, move |name: &Cow<'static, str>| {
        coming.add(format!("new {name} {}", counting.listener_count(&DATA)));
    });
    emitter.on(&events::REMOVE_LISTENER, move |name: &Cow<'static, str>| {
        going.add(format!("gone {name} {}", counted.listener_count(&DATA)));
    });
    let first = emitter.on(&DATA, log.noting("a"));
    emitter.on(&DATA, log.noting("b"));
    emitter.prepend_listener(&DATA, log.noting("before"));
    emitter.once(&DATA, log.noting("once"));
    emitter.prepend_once_listener(&DATA, log.noting("once before"));
    let came = ["new removeListener 0", "new data 0", "new data 1", "new data 2", "new data 3"];
    assert_eq!(log.take(), [&came[..], &["new data 4"]].concat());
    assert!(emitter.emit(&DATA, 1)?);
    let order = ["gone data 4", "once before", "before", "a", "b", "gone data 3", "once"];
    assert_eq!(log.take(), order);
    assert_eq!(emitter.event_names(), ["newListener", "removeListener", "data"]);
    emitter.off(&first);
    first.remove();
    assert_eq!(log.take(), ["gone data 2"]);
    emitter.remove_all_listeners();
    assert_eq!(log.take(), ["gone newListener 2", "gone data 1", "gone data 0"]);
    assert!(emitter.event_names().is_empty());
    assert!(!emitter.emit(&DATA, 1)?);
    Ok(())
}

#[test]
fn js_13_who_comes_or_goes_meanwhile_makes_no_difference() -> Result<()> {
    let (log, emitter) = (Log::default(), EventEmitter::new());
    let (adding, noting) = (emitter.clone(), log.clone());
    emitter.once(&DATA, move |_| {
        adding.on(&DATA, noting.noting("added"));
        adding.remove_all_listeners_of(&DATA);
        adding.on(&DATA, noting.noting("added later"));
    });
    emitter.on(&DATA, log.noting("second"));
    emitter.emit(&DATA, 1)?;
    assert_eq!(log.take(), ["second"]);
    emitter.emit(&DATA, 1)?;
    assert_eq!(log.take(), ["added later"]);
    // One that listens once is told once, also where telling tells again.
    let emitting = emitter.clone();
    emitter.prepend_listener(&END, {
        let (emitter, deep) = (emitting.clone(), Cell::new(false));
        move |()| {
            if !deep.replace(true) {
                emitter.emit(&END, ()).unwrap();
            }
        }
    });
    emitter.once(&END, log.noting("once"));
    emitter.emit(&END, ())?;
    assert_eq!(log.take(), ["once"]);
    emitter.remove_all_listeners();
    Ok(())
}

#[test]
fn js_13_a_listener_that_throws_ends_the_telling() {
    let (log, emitter) = (Log::default(), EventEmitter::new());
    emitter.once(&DATA, |_| Err::<(), _>(Error::msg("in it")));
    emitter.on(&DATA, log.noting("behind"));
    assert_eq!(text(emitter.emit(&DATA, 1).unwrap_err()), "in it");
    assert!(log.take().is_empty());
    assert_eq!(emitter.listener_count(&DATA), 1);
}

#[test]
fn js_13_an_error_that_nobody_listens_to_is_thrown() -> Result<()> {
    let (log, emitter) = (Log::default(), EventEmitter::new());
    let monitoring = log.clone();
    emitter.on(&events::ERROR_MONITOR, move |error| monitoring.add(format!("monitor {error}")));
    let error = Error::msg("E");
    assert!(emitter.emit(&events::ERROR, error.clone()).unwrap_err().ptr_eq(&error));
    assert_eq!(log.take(), ["monitor E"]);
    let listening = log.clone();
    emitter.on(&events::ERROR, move |error| listening.add(error.to_string()));
    assert!(emitter.emit(&events::ERROR, Error::msg("F"))?);
    assert_eq!(log.take(), ["monitor F", "F"]);
    // Of another type it is unhandled just as well.
    assert!(EventEmitter::new().emit(&Event::<i32>::new("error"), 5).is_err());
    Ok(())
}

#[test]
fn js_13_events_of_one_name_and_two_types_are_two() -> Result<()> {
    let (log, emitter) = (Log::default(), EventEmitter::new());
    emitter.on(&DATA, log.noting("number"));
    let texts: Event<String> = Event::named(String::from("da") + "ta");
    assert!(!emitter.emit(&texts, "x".into())?);
    assert!(emitter.emit(&Event::<i32>::named("data"), 1)?);
    assert_eq!(log.take(), ["number"]);
    Ok(())
}

#[test]
fn js_13_once_is_a_promise_of_an_event() -> Result<()> {
    js::run(async {
        let emitter = EventEmitter::new();
        let promise = events::once(&emitter, &DATA);
        emitter.emit(&DATA, 1)?;
        emitter.emit(&DATA, 2)?;
        assert_eq!(ticks(&promise).await, 3);
        assert_eq!(promise.await?, 1);
        let promise = events::once(&emitter, &DATA);
        emitter.emit(&events::ERROR, Error::msg("oe"))?;
        assert_eq!(ticks(&promise).await, 3);
        assert_eq!(text(promise.await.unwrap_err()), "oe");
        let promise = events::once(&emitter, &events::ERROR);
        emitter.emit(&events::ERROR, Error::msg("value"))?;
        assert_eq!(text(promise.await?), "value");
        let controller = AbortController::new();
        let promise = events::once_with_signal(&emitter, &DATA, &controller.signal());
        controller.abort_with(Error::msg("w"));
        assert_eq!(ticks(&promise).await, 3);
        let error = promise.await.unwrap_err();
        assert!(error.is::<AbortError>());
        assert_eq!(error.cause().unwrap().to_string(), "w");
        let late = events::once_with_signal(&emitter, &DATA, &controller.signal());
        assert_eq!(ticks(&late).await, 1);
        assert!(emitter.event_names().is_empty());
        Ok(())
    })
}

#[test]
fn js_13_on_iterates_over_events() -> Result<()> {
    js::run(async {
        let emitter = EventEmitter::new();
        let numbers = events::on(&emitter, &DATA);
        emitter.emit(&DATA, 1)?;
        emitter.emit(&DATA, 2)?;
        let first = numbers.next_result();
        assert_eq!(ticks(&first).await, 1);
        assert_eq!((first.await?, numbers.next_result().await?), (Value(1), Value(2)));
        let third = numbers.next_result();
        emitter.emit(&DATA, 3)?;
        assert_eq!(ticks(&third).await, 1);
        emitter.emit(&DATA, 4)?;
        emitter.emit(&events::ERROR, Error::msg("it"))?;
        assert!(emitter.event_names().is_empty());
        assert_eq!((third.await?, numbers.next_result().await?), (Value(3), Value(4)));
        assert_eq!(text(numbers.next_result().await.unwrap_err()), "it");
        assert_eq!(numbers.next_result().await?, Done(None));

        let numbers = events::on(&emitter, &DATA);
        let (first, second) = (numbers.next_result(), numbers.next_result());
        emitter.emit(&events::ERROR, Error::msg("e3"))?;
        assert_eq!(text(first.await.unwrap_err()), "e3");
        assert_eq!(second.await?, Done(None));

        let numbers = events::on(&emitter, &DATA);
        let (waiting, closed) = (numbers.next_result(), numbers.close_early());
        assert_eq!((waiting.await?, closed.await?), (Done(None), Done(None)));
        assert!(emitter.event_names().is_empty());
        Ok(())
    })
}

#[test]
fn js_13_on_ends_by_a_signal_or_by_an_event() -> Result<()> {
    js::run(async {
        let emitter = EventEmitter::new();
        let controller = AbortController::new();
        let options = events::OnOptions::new().signal(&controller.signal());
        let numbers = events::on_with_options(&emitter, &DATA, options.clone())?;
        let waiting = numbers.next_result();
        controller.abort();
        assert!(waiting.await.unwrap_err().is::<AbortError>());
        assert_eq!(numbers.next_result().await?, Done(None));
        let late = events::on_with_options(&emitter, &DATA, options);
        assert!(late.unwrap_err().is::<AbortError>());

        let options = events::OnOptions::new().close(&END);
        let numbers = events::on_with_options(&emitter, &DATA, options)?;
        emitter.emit(&DATA, 1)?;
        emitter.emit(&END, ())?;
        let mut seen = Vec::new();
        let each = for_each(numbers, async |n| {
            seen.push(n);
            Ok(())
        });
        each.await?;
        assert_eq!(seen, [1]);
        assert!(emitter.event_names().is_empty());

        // Dropped, it listens no more, once what was asked is answered.
        let numbers = events::on(&emitter, &DATA);
        let waiting = numbers.next_result();
        drop(numbers);
        assert_eq!(emitter.listener_count(&DATA), 1);
        emitter.emit(&DATA, 5)?;
        assert_eq!(waiting.await?, Value(5));
        assert!(emitter.event_names().is_empty());
        Ok(())
    })
}

#[test]
fn js_13_captured_rejections_are_errors_of_the_emitter() -> Result<()> {
    let log = Log::default();
    let noting = log.clone();
    js::Builder::new().virtual_time().run(async move {
        let failing =
            |text: &'static str| move || async_fn(async move { Err::<(), _>(Error::msg(text)) });
        let uncaught = noting.clone();
        process::on_uncaught_exception(move |error, _| uncaught.add(format!("uncaught {error}")));
        let unhandled = noting.clone();
        process::on_unhandled_rejection(move |rejection| {
            unhandled.add(format!("unhandled {}", rejection.reason()));
        });
        let emitter = EventEmitter::capture_rejections();
        let fails = failing("rej");
        let promise = move |_: &i32| -> Promise<()> { fails() };
        emitter.on(&DATA, promise);
        let captured = noting.clone();
        let listener =
            emitter.on(&events::ERROR, move |error| captured.add(format!("captured {error}")));
        emitter.emit(&DATA, 1)?;
        let tick = noting.clone();
        js::next_tick(move || tick.add("tick"));
        js::set_timeout_promise(1).await?;
        assert_eq!(noting.take(), ["tick", "captured rej"]);

        listener.remove();
        emitter.emit(&DATA, 1)?;
        js::set_timeout_promise(1).await?;
        assert_eq!(noting.take(), ["uncaught rej"]);

        let fails = failing("of the listener");
        let promise = move |_: &Error| -> Promise<()> { fails() };
        emitter.on(&events::ERROR, promise);
        emitter.emit(&DATA, 1)?;
        js::set_timeout_promise(1).await?;
        assert_eq!(noting.take(), ["unhandled of the listener"]);

        // Without capturing the promise is left to itself.
        let emitter = EventEmitter::new();
        let fails = failing("plain");
        let promise = move |_: &i32| -> Promise<()> { fails() };
        emitter.on(&DATA, promise);
        emitter.emit(&DATA, 1)?;
        js::set_timeout_promise(1).await?;
        assert_eq!(noting.take(), ["unhandled plain"]);
        Ok(())
    })
}

#[test]
fn js_13_too_many_listeners_are_warned_of_once() -> Result<()> {
    let log = Log::default();
    let noting = log.clone();
    js::run(async move {
        process::on_warning(move |warning| {
            noting.add(format!("{}: {}", warning.name(), warning.message()));
        });
        let emitter = EventEmitter::new();
        assert_eq!(emitter.max_listeners(), EventEmitter::DEFAULT_MAX_LISTENERS);
        for _ in 0..13 {
            emitter.on(&DATA, |_| {});
        }
        emitter.set_max_listeners(2);
        for _ in 0..4 {
            emitter.on(&END, |()| {});
        }
        emitter.set_max_listeners(0);
        for _ in 0..20 {
            emitter.on(&Event::<()>::new("unlimited"), |()| {});
        }
        Ok(())
    })?;
    let warning = |count: u32, name: &str, most: u32| {
        format!(
            "MaxListenersExceededWarning: Possible EventEmitter memory leak detected. {count} \
             {name} listeners added to [EventEmitter]. MaxListeners is {most}. Use \
             emitter.set_max_listeners() to increase limit"
        )
    };
    assert_eq!(log.take(), [warning(11, "data", 10), warning(3, "end", 2)]);
    Ok(())
}
