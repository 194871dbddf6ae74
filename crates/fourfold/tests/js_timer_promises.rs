//! js-10: timers that are promises, and the signals that end them.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::rc::Rc;

use fourfold::js::{
    self, AbortController, AbortError, AbortSignal, Promise, TimerOptions, for_await, scheduler,
};
use fourfold::{Error, Result};

fn with(signal: &AbortSignal) -> TimerOptions {
    TimerOptions::new().signal(signal)
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

fn assert_aborted(error: &Error, why: &str) {
    let aborted = error.downcast_ref::<AbortError>().expect("an AbortError");
    assert_eq!((aborted.name(), aborted.code()), ("AbortError", "ABORT_ERR"));
    assert_eq!(error.to_string(), "The operation was aborted");
    assert!(error.is_cancelled());
    assert_eq!(error.cause().unwrap().to_string(), why);
}

#[test]
fn js_10_a_signal_ends_a_timer_and_its_promise() -> Result<()> {
    js::Builder::new().virtual_time().run(async {
        let controller = AbortController::new();
        let slow = js::set_timeout_promise_with_options(1_000, 1, with(&controller.signal()));
        let fast = js::set_timeout_promise_with_options(1, 2, with(&controller.signal()));
        let check = js::set_immediate_promise_with_options(3, with(&controller.signal()));
        assert_eq!(check.await?, 3);
        assert_eq!(fast.await?, 2);
        controller.abort_with(Error::msg("why"));
        assert_aborted(&slow.await.unwrap_err(), "why");
        let late = js::set_timeout_promise_with_options(1, 2, with(&controller.signal()));
        assert_aborted(&late.await.unwrap_err(), "why");
        let late = js::set_immediate_promise_with_options(1, with(&controller.signal()));
        assert_aborted(&late.await.unwrap_err(), "why");
        let late = scheduler::wait(1, with(&controller.signal()));
        assert_aborted(&late.await.unwrap_err(), "why");
        scheduler::wait(1, TimerOptions::new()).await?;
        scheduler::yield_().await
    })
}

#[test]
fn js_10_an_aborted_timer_takes_the_ticks_it_takes_in_node() -> Result<()> {
    js::Builder::new().virtual_time().run(async {
        let controller = AbortController::new();
        let timeout = js::set_timeout_promise_with_options(1_000, 1, with(&controller.signal()));
        controller.abort();
        assert_eq!(ticks(timeout).await, 6);
        let late = js::set_timeout_promise_with_options(1, 1, with(&controller.signal()));
        assert_eq!(ticks(late).await, 1);
        let controller = AbortController::new();
        let immediate = js::set_immediate_promise_with_options(1, with(&controller.signal()));
        controller.abort();
        assert_eq!(ticks(immediate).await, 6);
        Ok(())
    })
}

#[test]
fn js_10_an_aborted_timer_keeps_no_loop_alive() -> Result<()> {
    let elapsed = Rc::new(Cell::new(false));
    let seen = elapsed.clone();
    js::Builder::new().virtual_time().run(async move {
        js::set_timeout(move || seen.set(true), 500).unref();
        let controller = AbortController::new();
        let slow = js::set_timeout_promise_with_options(1_000, 1, with(&controller.signal()));
        let unref = TimerOptions::new().unref();
        let _unref = js::set_timeout_promise_with_options(2_000, 1, unref);
        controller.abort();
        slow.await.map(drop).or_else(|error| if error.is_cancelled() { Ok(()) } else { Err(error) })
    })?;
    assert!(!elapsed.get());
    Ok(())
}

#[test]
fn js_10_an_interval_gives_a_value_each_time_until_it_is_left() -> Result<()> {
    let elapsed = Rc::new(Cell::new(false));
    let seen = elapsed.clone();
    js::Builder::new().virtual_time().run(async move {
        js::set_timeout(move || seen.set(true), 100).unref();
        let ticks = js::set_interval_promise(10, "tick", TimerOptions::new());
        let mut count = 0;
        let broken = for_await(&ticks, async |tick| {
            assert_eq!(tick, "tick");
            count += 1;
            Ok(if count == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
        });
        assert!(broken.await?.is_some());
        assert_eq!(ticks.next_value().await?, None);
        Ok(())
    })?;
    assert!(!elapsed.get(), "the interval that was left kept the loop alive");
    Ok(())
}

#[test]
fn js_10_an_interval_gives_at_once_what_was_not_asked_for_in_time() -> Result<()> {
    js::Builder::new().virtual_time().run(async {
        let interval = js::set_interval_promise(10, 1, TimerOptions::new());
        assert_eq!(interval.next_value().await?, Some(1));
        js::set_timeout_promise(25).await?;
        assert_eq!(ticks(interval.next(())).await, 2);
        assert_eq!(ticks(interval.next(())).await, 2);
        interval.close().await?;
        Ok(())
    })
}

#[test]
fn js_10_a_signal_ends_an_interval() -> Result<()> {
    js::Builder::new().virtual_time().run(async {
        let controller = AbortController::new();
        let interval = js::set_interval_promise(10, 1, with(&controller.signal()));
        assert_eq!(interval.next_value().await?, Some(1));
        let next = interval.next(());
        controller.abort_with(Error::msg("why"));
        assert_eq!(ticks(next.clone()).await, 4);
        assert_aborted(&next.await.unwrap_err(), "why");
        assert_eq!(interval.next_value().await?, None);
        let late = js::set_interval_promise(10, 1, with(&controller.signal()));
        assert_eq!(ticks(late.next(())).await, 1);
        Ok(())
    })
}
