//! js-11: `AbortController` and `AbortSignal`. The orders are those of Node 26.

use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;

use fourfold::js::{self, AbortController, AbortSignal, DomException, process};
use fourfold::net::TcpListener;
use fourfold::{Error, Result};

#[derive(Clone, Default)]
struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    fn add(&self, what: impl Into<String>) {
        self.0.borrow_mut().push(what.into());
    }

    /// A listener that notes its name.
    fn noting(&self, name: &'static str) -> impl FnOnce(&Error) + use<> {
        let log = self.clone();
        move |_| log.add(name)
    }

    fn take(&self) -> Vec<String> {
        self.0.take()
    }
}

/// Tells whether it was dropped.
struct Dropped(Rc<Cell<bool>>);

impl Drop for Dropped {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

fn name_of(error: &Error) -> &'static str {
    error.downcast_ref::<DomException>().expect("a DOMException").name()
}

#[test]
fn js_11_aborting_is_idempotent_and_keeps_the_first_reason() {
    let log = Log::default();
    let controller = AbortController::new();
    let signal = controller.signal();
    assert!(!signal.aborted());
    assert!(signal.reason().is_none());
    assert!(signal.throw_if_aborted().is_ok());
    signal.add_event_listener(log.noting("listener"));
    controller.abort();
    controller.abort_with(Error::msg("again"));
    assert_eq!(log.take(), ["listener"]);
    let reason = signal.reason().unwrap();
    assert!(reason.is_cancelled());
    let exception = reason.downcast_ref::<DomException>().unwrap();
    assert_eq!((exception.name(), exception.code()), ("AbortError", 20));
    assert_eq!(reason.to_string(), "This operation was aborted");
    assert!(signal.throw_if_aborted().unwrap_err().ptr_eq(&reason));
    signal.add_event_listener(log.noting("too late"));
    assert!(log.take().is_empty());
}

#[test]
fn js_11_a_reason_of_ones_own_is_kept_as_it_is() {
    let signal = AbortSignal::abort_with(Error::msg("why"));
    assert_eq!(signal.reason().unwrap().to_string(), "why");
    assert_eq!(name_of(&AbortSignal::abort().reason().unwrap()), "AbortError");
}

#[test]
fn js_11_listeners_are_called_in_order_and_followers_after_them() {
    let log = Log::default();
    let controller = AbortController::new();
    let signal = controller.signal();
    signal.add_event_listener(log.noting("first"));
    let any = AbortSignal::any([&signal]);
    any.add_event_listener(log.noting("any"));
    let (seen, state) = (any.clone(), log.clone());
    signal.add_event_listener(move |_| state.add(format!("follower aborted: {}", seen.aborted())));
    let of_any = AbortSignal::any([&any]);
    of_any.add_event_listener(log.noting("any of any"));
    signal.add_event_listener(log.noting("last"));
    controller.abort();
    log.add("behind");
    assert_eq!(
        log.take(),
        ["first", "follower aborted: true", "last", "any", "any of any", "behind"]
    );
    assert!(of_any.reason().unwrap().ptr_eq(&signal.reason().unwrap()));
}

#[test]
fn js_11_any_of_an_aborted_signal_is_aborted_already() {
    let plain = AbortController::new();
    let (first, second) = (AbortSignal::abort_with(Error::msg("x")), AbortSignal::abort());
    let any = AbortSignal::any([&plain.signal(), &first, &second]);
    assert_eq!(any.reason().unwrap().to_string(), "x");
    assert!(!AbortSignal::any([]).aborted());
}

#[test]
fn js_11_one_that_is_removed_by_an_earlier_one_is_not_called() {
    let log = Log::default();
    let controller = AbortController::new();
    let signal = controller.signal();
    let later = Rc::new(RefCell::new(None::<js::AbortListener>));
    let (removing, adding, noting) = (later.clone(), signal.clone(), log.clone());
    signal.add_event_listener(move |_| {
        removing.borrow().as_ref().unwrap().remove();
        adding.add_event_listener(noting.noting("added"));
        noting.add("first");
    });
    *later.borrow_mut() = Some(signal.add_event_listener(log.noting("removed")));
    controller.abort();
    assert_eq!(log.take(), ["first"]);
}

#[test]
fn js_11_a_listener_that_throws_is_uncaught_in_a_tick_and_the_others_are_called() -> Result<()> {
    let log = Log::default();
    let noting = log.clone();
    js::Builder::new().virtual_time().run(async move {
        let uncaught = noting.clone();
        process::on_uncaught_exception(move |error, _| uncaught.add(error.to_string()));
        let controller = AbortController::new();
        controller.signal().add_event_listener(|_| Err::<(), _>(Error::msg("boom")));
        controller.signal().add_event_listener(noting.noting("second"));
        let before = noting.clone();
        js::next_tick(move || before.add("tick"));
        controller.abort();
        noting.add("behind");
        let micro = noting.clone();
        js::queue_microtask(move || micro.add("microtask"));
        Ok(())
    })?;
    assert_eq!(log.take(), ["second", "behind", "tick", "boom", "microtask"]);
    Ok(())
}

#[test]
fn js_11_a_timeout_aborts_by_itself_and_keeps_no_loop_alive() -> Result<()> {
    let log = Log::default();
    let noting = log.clone();
    js::Builder::new().virtual_time().run(async move {
        // Nobody has a handle of it, and it is heard all the same.
        AbortSignal::timeout(5).add_event_listener(noting.noting("five"));
        let followed = AbortSignal::timeout(6);
        AbortSignal::any([&followed]).add_event_listener(noting.noting("six"));
        drop(followed);
        let signal = AbortSignal::timeout(7);
        AbortSignal::timeout(1000).add_event_listener(noting.noting("never"));
        js::set_timeout(
            move || {
                let reason = signal.reason().unwrap();
                assert!(reason.is_timed_out());
                let exception = reason.downcast_ref::<DomException>().unwrap();
                assert_eq!((exception.name(), exception.code()), ("TimeoutError", 23));
                noting.add(exception.message());
            },
            10,
        );
        Ok(())
    })?;
    assert_eq!(log.take(), ["five", "six", "The operation was aborted due to timeout"]);
    Ok(())
}

#[test]
fn js_11_followers_go_with_their_handles_unless_somebody_listens() {
    let controller = AbortController::new();
    let (heard, unheard) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(false)));
    let log = Log::default();
    let (held, noting) = (Dropped(unheard.clone()), log.clone());
    let removed = AbortSignal::any([&controller.signal()]).add_event_listener(move |_| drop(held));
    let held = Dropped(heard.clone());
    AbortSignal::any([&controller.signal()]).add_event_listener(move |_| {
        noting.add("heard");
        drop(held);
    });
    removed.remove();
    assert!(unheard.get());
    assert!(!heard.get());
    controller.abort();
    assert_eq!(log.take(), ["heard"]);

    // With the last that could abort it a signal goes, and its listeners with it.
    let gone = Rc::new(Cell::new(false));
    let controller = AbortController::new();
    let held = Dropped(gone.clone());
    AbortSignal::any([&controller.signal()]).add_event_listener(move |_| drop(held));
    drop(controller);
    assert!(gone.get());
}

#[test]
fn js_11_a_future_is_dropped_when_the_signal_is_aborted() -> Result<()> {
    js::Builder::new().virtual_time().run(async {
        let controller = AbortController::new();
        let signal = controller.signal();
        let dropped = Rc::new(Cell::new(false));
        let held = Dropped(dropped.clone());
        js::set_timeout(move || controller.abort_with(Error::msg("enough")), 3);
        let work = async move {
            let _held = held;
            pending::<Result<()>>().await
        };
        let error = signal.run(work).await.unwrap_err();
        assert!(dropped.get());
        assert_eq!(error.to_string(), "enough");
        // The work does not even begin.
        let began = Rc::new(Cell::new(false));
        let begins = began.clone();
        let work = async move {
            begins.set(true);
            Ok::<(), Error>(())
        };
        assert!(signal.run(work).await.is_err());
        assert!(!began.get());
        // What ends first counts.
        let unused = AbortController::new();
        assert_eq!(unused.signal().run(async { Ok::<_, Error>(7) }).await?, 7);
        Ok(())
    })
}

#[test]
fn js_11_waiting_for_a_signal_ends_with_its_reason() -> Result<()> {
    js::Builder::new().virtual_time().run(async {
        let controller = AbortController::new();
        let waiting = controller.signal();
        js::set_timeout(move || controller.abort(), 3);
        assert_eq!(name_of(&waiting.until_aborted().await), "AbortError");
        assert_eq!(name_of(&waiting.until_aborted().await), "AbortError");
        Ok(())
    })
}

#[test]
fn js_11_a_signal_ends_what_waits_for_the_network() -> Result<()> {
    let address = js::run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let controller = AbortController::new();
        js::set_immediate({
            let controller = controller.clone();
            move || controller.abort()
        });
        let error = controller.signal().run(listener.accept()).await.unwrap_err();
        assert_eq!(name_of(&error), "AbortError");
        Ok(address)
    })?;
    // Nothing is left that would have kept the loop alive, nor the port.
    std::net::TcpListener::bind(address)?;
    Ok(())
}
