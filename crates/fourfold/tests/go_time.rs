//! Timers and tickers in virtual time, and bubbles.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fourfold::go::{self, Builder, chan, go, runtime, select, synctest, time};

const SECOND: Duration = Duration::from_secs(1);

fn virtual_time<T: Send + 'static>(f: impl FnOnce() -> T + Send + 'static) -> T {
    Builder::new().virtual_time().run(f)
}

fn panic_of(f: impl FnOnce()) -> String {
    let payload = catch_unwind(AssertUnwindSafe(f)).expect_err("it should panic");
    match payload.downcast::<String>() {
        Ok(text) => *text,
        Err(payload) => (*payload.downcast::<&str>().unwrap()).to_owned(),
    }
}

#[test]
fn go_15_sleepers_wake_in_the_order_of_their_deadlines() {
    let order = virtual_time(|| {
        let done = chan::make::<u64>(3);
        for seconds in [3, 1, 2] {
            let done = done.clone();
            drop(go(move || {
                time::sleep(seconds * SECOND);
                done.send(u64::from(seconds));
            }));
        }
        let order: Vec<_> = (0..3).map(|_| done.recv().unwrap()).collect();
        assert_eq!(time::now().nanoseconds(), 3_000_000_000);
        order
    });
    assert_eq!(order, [1, 2, 3]);
}

#[test]
fn go_15_after_sends_the_time_once() {
    virtual_time(|| {
        let begun = time::now();
        let after = time::after(2 * SECOND);
        let sent = after.recv().unwrap();
        assert_eq!(sent.sub(begun), 2 * SECOND);
        time::sleep(10 * SECOND);
        assert!(after.try_recv().is_err());
    });
}

#[test]
fn go_15_after_stop_nothing_stale_is_received() {
    virtual_time(|| {
        let timer = time::new_timer(SECOND);
        time::sleep(2 * SECOND);
        // It has fired, and nobody has looked; now it is as if it had not.
        assert!(timer.stop());
        assert!(timer.c().try_recv().is_err());
        assert!(!timer.stop());
        let received = time::new_timer(SECOND);
        received.c().recv();
        assert!(!received.stop(), "what it sent was received");
    });
}

#[test]
fn go_15_after_reset_nothing_stale_is_received() {
    virtual_time(|| {
        let timer = time::new_timer(SECOND);
        time::sleep(2 * SECOND);
        assert!(timer.reset(5 * SECOND));
        let sent = timer.c().recv().unwrap();
        assert_eq!(sent.nanoseconds(), 7_000_000_000);
        assert!(!timer.reset(SECOND));
        assert!(timer.reset(2 * SECOND), "it was waiting");
        timer.c().recv();
        assert_eq!(time::now().nanoseconds(), 9_000_000_000);
    });
}

#[test]
fn go_15_a_timers_channel_looks_unbuffered() {
    virtual_time(|| {
        let timer = time::new_timer(SECOND);
        time::sleep(2 * SECOND);
        assert_eq!((timer.c().len(), timer.c().cap()), (0, 0));
        assert!(timer.c().try_recv().is_ok());
    });
}

#[test]
fn go_15_after_func_calls_in_a_goroutine_of_its_own() {
    virtual_time(|| {
        let (calls, called) = (Arc::new(AtomicUsize::new(0)), chan::make::<()>(0));
        let (counter, tell) = (calls.clone(), called.clone());
        let timer = time::after_func(SECOND, move || {
            counter.fetch_add(1, Ordering::SeqCst);
            // It may wait: nobody else is kept.
            tell.send(());
        });
        called.recv();
        assert_eq!(time::now().nanoseconds(), 1_000_000_000);
        assert!(!timer.stop());
        timer.reset(SECOND);
        called.recv();
        timer.reset(SECOND);
        assert!(timer.stop());
        time::sleep(5 * SECOND);
        assert_eq!(calls.load(Ordering::SeqCst), 2);
        assert!(timer.c().try_recv().is_err(), "it has no channel");
    });
}

#[test]
fn go_15_after_func_goes_on_without_its_handle() {
    virtual_time(|| {
        let called = chan::make::<()>(1);
        let tell = called.clone();
        drop(time::after_func(SECOND, move || tell.send(())));
        assert_eq!(called.recv(), Some(()));
    });
}

#[test]
fn go_15_a_timer_that_was_reset_goes_on_without_its_handle() {
    virtual_time(|| {
        let (calls, called) = (Arc::new(AtomicUsize::new(0)), chan::make::<()>(1));
        let (counter, tell) = (calls.clone(), called.clone());
        let timer = time::after_func(SECOND, move || {
            counter.fetch_add(1, Ordering::SeqCst);
            tell.send(());
        });
        called.recv();
        timer.reset(SECOND);
        drop(timer);
        called.recv();
        time::sleep(SECOND);
        // Nothing of it is left: neither after it was called nor after it was stopped.
        assert_eq!(Arc::strong_count(&calls), 1);
        let kept = calls.clone();
        let stopped = time::after_func(SECOND, move || drop(kept.clone()));
        assert!(stopped.stop());
        drop(stopped);
        assert_eq!(Arc::strong_count(&calls), 1);
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    });
}

#[test]
fn go_15_a_call_that_waits_keeps_the_next_waiting_and_not_the_worker() {
    virtual_time(|| {
        let (begun, end) = (chan::make::<()>(0), chan::make::<()>(0));
        let (tell, told) = (begun.clone(), end.clone());
        let timer = time::after_func(SECOND, move || {
            tell.send(());
            told.recv();
        });
        begun.recv();
        timer.reset(SECOND);
        time::sleep(2 * SECOND);
        assert!(begun.try_recv().is_err(), "the first call is at work");
        end.send(());
        begun.recv();
        end.send(());
    });
}

#[test]
fn go_15_until_is_zero_once_it_has_passed() {
    virtual_time(|| {
        let deadline = time::now().add(2 * SECOND);
        assert_eq!(time::until(deadline), 2 * SECOND);
        time::sleep(3 * SECOND);
        assert_eq!(time::until(deadline), Duration::ZERO);
        assert_eq!(time::since(deadline), SECOND);
    });
}

#[test]
fn go_15_a_slow_reader_of_a_ticker_loses_ticks() {
    virtual_time(|| {
        let ticker = time::new_ticker(SECOND);
        time::sleep(4 * SECOND + SECOND / 2);
        // Of four, one was kept.
        assert!(ticker.c().try_recv().is_ok());
        assert!(ticker.c().try_recv().is_err());
        // It keeps to its beat.
        assert_eq!(ticker.c().recv().unwrap().nanoseconds(), 5_000_000_000);
        ticker.reset(3 * SECOND);
        assert_eq!(ticker.c().recv().unwrap().nanoseconds(), 8_000_000_000);
        ticker.stop();
        time::sleep(10 * SECOND);
        assert!(ticker.c().try_recv().is_err());
    });
}

#[test]
fn go_15_a_ticker_without_an_interval_is_refused() {
    virtual_time(|| {
        assert_eq!(
            panic_of(|| drop(time::new_ticker(Duration::ZERO))),
            "non-positive interval for NewTicker"
        );
        let ticker = time::new_ticker(SECOND);
        assert_eq!(
            panic_of(|| ticker.reset(Duration::ZERO)),
            "non-positive interval for Ticker.Reset"
        );
        assert!(time::tick(Duration::ZERO).try_recv().is_err());
    });
}

#[test]
fn go_15_tick_ends_with_its_channel() {
    let ended = virtual_time(|| {
        let ticks = time::tick(SECOND);
        ticks.recv();
        ticks.recv();
        drop(ticks);
        time::sleep(SECOND);
        time::now().nanoseconds()
    });
    assert_eq!(ended, 3_000_000_000);
}

#[test]
fn go_15_a_timeout_in_a_select() {
    let who = virtual_time(|| {
        let never = chan::make::<()>(0);
        select! {
            recv(never) => "never",
            recv(time::after(SECOND)) => "timeout",
        }
    });
    assert_eq!(who, "timeout");
}

#[test]
fn go_15_a_future_sleeps() {
    virtual_time(|| {
        go(async { time::sleep_async(SECOND).await }).join().unwrap();
        assert_eq!(time::now().nanoseconds(), 1_000_000_000);
    });
}

#[test]
fn go_15_real_time_passes_too() {
    go::run(|| {
        let begun = time::now();
        time::sleep(Duration::from_millis(20));
        let took = time::since(begun);
        assert!(took >= Duration::from_millis(20) && took < Duration::from_secs(5), "{took:?}");
    });
}

#[test]
fn go_21_time_in_a_bubble_is_virtual() {
    synctest::test(|| {
        let begun = time::now();
        time::sleep(Duration::from_secs(24 * 3600));
        assert_eq!(time::since(begun), Duration::from_secs(24 * 3600));
    });
}

#[test]
fn go_21_wait_returns_when_all_others_are_blocked() {
    synctest::test(|| {
        let (numbers, steps) = (chan::make::<u32>(0), Arc::new(AtomicUsize::new(0)));
        let (receiver, counter) = (numbers.clone(), steps.clone());
        drop(go(move || {
            for _ in 0..5 {
                counter.fetch_add(1, Ordering::SeqCst);
                runtime::gosched();
            }
            receiver.recv();
            counter.fetch_add(1, Ordering::SeqCst);
        }));
        synctest::wait();
        assert_eq!(steps.load(Ordering::SeqCst), 5);
        numbers.send(1);
        synctest::wait();
        assert_eq!(steps.load(Ordering::SeqCst), 6);
        assert_eq!(time::now().nanoseconds(), 0, "no time has passed");
    });
}

#[test]
fn go_21_the_bubble_waits_for_its_goroutines() {
    let ended = Arc::new(AtomicUsize::new(0));
    let (first, second) = (ended.clone(), ended.clone());
    synctest::test(move || {
        drop(go(move || {
            go::blocking(|| std::thread::sleep(Duration::from_millis(5)));
            runtime::gosched();
            first.fetch_add(1, Ordering::SeqCst);
        }));
        drop(go(move || {
            synctest::wait();
            second.fetch_add(1, Ordering::SeqCst);
        }));
    });
    assert_eq!(ended.load(Ordering::SeqCst), 2);
}

#[test]
fn go_21_time_stops_when_main_ends() {
    let text = panic_of(|| synctest::test(|| drop(go(|| time::sleep(Duration::from_secs(60))))));
    assert!(
        text.starts_with(
            "deadlock: main bubble goroutine has exited but blocked goroutines remain\n\n"
        ),
        "{text}"
    );
    assert_eq!((text.matches("goroutine ").count(), text.matches("[sleep]").count()), (3, 1));
}

#[test]
fn go_21_a_deadlock_inside_is_reported() {
    let text = panic_of(|| synctest::test(|| assert_eq!(chan::make::<u32>(0).recv(), None)));
    assert!(text.starts_with("deadlock: all goroutines in bubble are blocked\n\n"), "{text}");
    assert!(text.contains("[chan receive]"), "{text}");
    let text = panic_of(|| {
        synctest::test(|| {
            drop(go(|| chan::make::<u32>(0).recv()));
        });
    });
    assert!(
        text.starts_with(
            "deadlock: main bubble goroutine has exited but blocked goroutines remain"
        ),
        "{text}"
    );
}

#[test]
fn go_21_a_panic_inside_is_the_tests() {
    let text = panic_of(|| synctest::test(|| panic!("inside")));
    assert!(text.contains("inside"), "{text}");
}

#[test]
fn go_21_time_stands_while_something_outside_is_waited_for() {
    synctest::test(|| {
        let begun = time::now();
        go::blocking(|| std::thread::sleep(Duration::from_millis(5)));
        assert_eq!(time::since(begun), Duration::ZERO);
    });
}

#[test]
fn go_21_a_panic_of_any_goroutine_inside_is_the_tests() {
    let text = panic_of(|| {
        synctest::test(|| {
            drop(go(|| panic!("in another")));
            time::sleep(SECOND);
        });
    });
    assert!(text.contains("in another"), "{text}");
}
