//! The loop and its futures: what CPython 3.13 prints for the same programs.

mod recorder;

use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use fourfold::asyncio::{
    Handle, InvalidState, Loop, create_task, get_running_loop, sleep, sleep_with,
};
use fourfold::{Error, Result};
use recorder::{Log, run, step};

const MILLISECOND: Duration = Duration::from_millis(1);

/// Exactly one turn.
fn turn(event_loop: &Loop) {
    let stopper = event_loop.clone();
    event_loop.call_soon(move || stopper.stop());
    event_loop.run_forever().unwrap();
}

fn adds(log: &Log, what: &'static str) -> impl FnOnce() + 'static {
    let log = log.clone();
    move || log.add(what)
}

fn chain(event_loop: Loop, log: Log, n: u32) {
    log.add(format!("chain{n}"));
    if n < 3 {
        let (next, its) = (event_loop.clone(), log.clone());
        event_loop.call_soon(move || chain(next, its, n + 1));
    }
}

#[test]
fn py_04_a_turn_runs_what_was_queued_when_it_began() {
    let (event_loop, log) = (Loop::with_virtual_time().unwrap(), Log::default());
    let (its, inside) = (event_loop.clone(), log.clone());
    event_loop.call_soon(move || chain(its, inside, 1));
    event_loop.call_soon(adds(&log, "x"));
    let turns: Vec<String> = (0..4)
        .map(|_| {
            turn(&event_loop);
            log.take()
        })
        .collect();
    assert_eq!(turns, ["chain1, x", "chain2", "chain3", ""]);
}

#[test]
fn py_04_due_timers_are_queued_behind_what_is_ready() {
    let (event_loop, log) = (Loop::with_virtual_time().unwrap(), Log::default());
    event_loop.call_later(Duration::ZERO, adds(&log, "timer"));
    event_loop.call_soon(adds(&log, "ready"));
    let (its, added) = (event_loop.clone(), log.clone());
    event_loop.call_soon(move || {
        its.call_soon(adds(&added, "added"));
    });
    turn(&event_loop);
    assert_eq!(log.take(), "ready, timer");
    turn(&event_loop);
    assert_eq!(log.take(), "added");

    // A timer that a handle of this turn makes is due in the next one.
    let (its, made) = (event_loop.clone(), log.clone());
    event_loop.call_soon(move || {
        its.call_later(Duration::ZERO, adds(&made, "past"));
        made.add("made");
    });
    turn(&event_loop);
    assert_eq!(log.take(), "made");
    turn(&event_loop);
    assert_eq!(log.take(), "past");
}

#[test]
fn py_04_timers_leave_by_their_time() {
    let (event_loop, log) = (Loop::new().unwrap(), Log::default());
    let now = event_loop.time();
    event_loop.call_at(now + 3 * MILLISECOND, adds(&log, "third"));
    event_loop.call_at(now + MILLISECOND, adds(&log, "first"));
    event_loop.call_at(now + 2 * MILLISECOND, adds(&log, "second"));
    while event_loop.time() < now + 4 * MILLISECOND {
        std::hint::spin_loop();
    }
    turn(&event_loop);
    assert_eq!(log.take(), "first, second, third");
}

#[test]
fn py_04_a_handle_of_the_same_turn_can_be_cancelled() {
    let (event_loop, log) = (Loop::with_virtual_time().unwrap(), Log::default());
    let late: Rc<std::cell::RefCell<Option<Handle>>> = Rc::default();
    let (victim, inside) = (late.clone(), log.clone());
    event_loop.call_soon(move || {
        inside.add("canceller");
        victim.borrow_mut().as_mut().unwrap().cancel();
    });
    *late.borrow_mut() = Some(event_loop.call_soon(adds(&log, "victim")));
    event_loop.call_soon(adds(&log, "bystander"));
    turn(&event_loop);
    assert_eq!(log.take(), "canceller, bystander");
}

#[test]
fn py_04_a_due_timer_can_be_cancelled_by_what_runs_before_it() {
    let (event_loop, log) = (Loop::with_virtual_time().unwrap(), Log::default());
    let mut timer = event_loop.call_later(Duration::ZERO, adds(&log, "timer"));
    let inside = log.clone();
    event_loop.call_soon(move || {
        timer.cancel();
        inside.add("cancelled");
    });
    turn(&event_loop);
    turn(&event_loop);
    assert_eq!(log.take(), "cancelled");
}

#[test]
fn py_04_what_other_threads_send_is_queued_in_the_order_it_came() {
    let event_loop = Loop::new().unwrap();
    let (sender, receiver) = std::sync::mpsc::channel();
    let remote = event_loop.remote();
    let stopper = event_loop.clone();
    event_loop.call_later(Duration::from_secs(60), move || stopper.stop());
    for n in 0..100 {
        let sender = sender.clone();
        remote.call_soon_threadsafe(move || sender.send(n).unwrap()).unwrap();
    }
    turn(&event_loop);
    assert_eq!(receiver.try_iter().collect::<Vec<i32>>(), (0..100).collect::<Vec<i32>>());
}

#[test]
fn py_05_call_soon_is_first_in_first_out_and_call_later_comes_behind() {
    run(async {
        let (log, event_loop) = (Log::default(), get_running_loop()?);
        event_loop.call_later(Duration::ZERO, adds(&log, "later0"));
        event_loop.call_soon(adds(&log, "s1"));
        event_loop.call_soon(adds(&log, "s2"));
        for _ in 0..3 {
            step().await?;
        }
        assert_eq!(log.take(), "s1, s2, later0");

        let now = event_loop.time();
        let done = event_loop.create_future();
        let end = done.clone();
        event_loop.call_at(now + 12 * MILLISECOND, move || end.set_result("end").unwrap());
        event_loop.call_at(now + 8 * MILLISECOND, adds(&log, "c"));
        event_loop.call_at(now + 4 * MILLISECOND, adds(&log, "b"));
        event_loop.call_later(Duration::ZERO, adds(&log, "a"));
        assert_eq!((done.await?, log.take().as_str()), ("end", "a, b, c"));
        Ok(())
    });
}

#[test]
fn py_05_a_cancelled_handle_never_runs() {
    run(async {
        let (log, event_loop) = (Log::default(), get_running_loop()?);
        let mut soon = event_loop.call_soon(adds(&log, "never"));
        assert!(!soon.cancelled());
        soon.cancel();
        soon.cancel();
        assert!(soon.cancelled());
        let now = event_loop.time();
        let mut timer = event_loop.call_later(MILLISECOND, adds(&log, "never"));
        let mut keep = event_loop.call_later(2 * MILLISECOND, adds(&log, "kept"));
        timer.cancel();
        assert_eq!(keep.when(), now + 2 * MILLISECOND);
        sleep(5 * MILLISECOND).await?;
        assert_eq!(log.take(), "kept");
        assert!(timer.cancelled() && !keep.cancelled());
        keep.cancel();
        assert!(keep.cancelled());

        let mut handles: Vec<_> = (0..200)
            .map(|n| {
                let log = log.clone();
                event_loop.call_later(MILLISECOND, move || log.add(n.to_string()))
            })
            .collect();
        handles[1..199].iter_mut().for_each(|handle| handle.cancel());
        sleep(10 * MILLISECOND).await?;
        assert_eq!(log.take(), "0, 199");
        Ok(())
    });
}

/// A handle kept after its call must not cancel what is queued later.
#[test]
fn py_05_a_handle_that_ran_cancels_nothing() {
    run(async {
        let (log, event_loop) = (Log::default(), get_running_loop()?);
        let mut ran = event_loop.call_soon(adds(&log, "ran"));
        let mut fired = event_loop.call_later(Duration::ZERO, adds(&log, "fired"));
        step().await?;
        step().await?;
        for n in 0..8 {
            let log = log.clone();
            event_loop.call_soon(move || log.add(n.to_string()));
        }
        event_loop.call_later(Duration::ZERO, adds(&log, "timer"));
        ran.cancel();
        fired.cancel();
        step().await?;
        step().await?;
        assert_eq!(log.take(), "ran, fired, 0, 1, 2, 3, 4, 5, 6, 7, timer");
        Ok(())
    });
}

#[test]
fn py_05_a_panic_in_a_callback_is_reported_and_the_loop_goes_on() {
    run(async {
        let (log, event_loop) = (Log::default(), get_running_loop()?);
        let reports = log.clone();
        event_loop.set_exception_handler(Some(Rc::new(move |context| {
            reports.add(format!("{}: {}", context.message, context.exception.as_ref().unwrap()));
        })));
        event_loop.call_soon(|| panic!("division by zero"));
        event_loop.call_soon(adds(&log, "goes on"));
        step().await?;
        assert_eq!(log.take(), "Exception in callback: panicked: division by zero, goes on");
        Ok(())
    });
}

#[test]
fn py_05_a_sleep_takes_two_turns_after_its_time() {
    run(async {
        let (log, event_loop) = (Log::default(), get_running_loop()?);
        let inside = log.clone();
        let sleeper = create_task(async move {
            sleep(MILLISECOND).await?;
            inside.add("slept");
            Ok(())
        });
        step().await?;
        // Due at the same time, made later: the sleeper's timer fires first, its task runs last.
        event_loop.call_later(MILLISECOND, adds(&log, "timer"));
        sleeper.await?;
        assert_eq!(log.take(), "timer, slept");
        assert_eq!(sleep_with(MILLISECOND, 7).await?, 7);
        Ok(())
    });
}

#[test]
fn py_06_a_sleeping_loop_is_woken_from_many_threads() {
    const THREADS: usize = 8;
    const CALLS: usize = 200;
    let event_loop = Loop::new().unwrap();
    let remote = event_loop.remote();
    let made = Arc::new(AtomicUsize::new(0));
    let threads: Vec<_> = (0..THREADS)
        .map(|_| {
            let (remote, made) = (remote.clone(), made.clone());
            std::thread::spawn(move || {
                for _ in 0..CALLS {
                    let (made, (ask, answer)) = (made.clone(), std::sync::mpsc::channel());
                    remote
                        .call_soon_threadsafe(move || {
                            made.fetch_add(1, Ordering::Relaxed);
                            ask.send(()).unwrap();
                        })
                        .unwrap();
                    answer.recv().unwrap();
                }
            })
        })
        .collect();
    let stopper = std::thread::spawn(move || {
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        remote.call_soon_threadsafe(|| Loop::stop(&get_running_loop().unwrap())).unwrap();
    });
    // No timer is set: nothing but the threads wakes this loop.
    event_loop.run_forever().unwrap();
    stopper.join().unwrap();
    assert_eq!(made.load(Ordering::Relaxed), THREADS * CALLS);
}

#[test]
fn py_06_a_closed_loop_refuses() {
    let event_loop = Loop::new().unwrap();
    let remote = event_loop.remote();
    event_loop.close().unwrap();
    let error = remote.call_soon_threadsafe(|| ()).unwrap_err();
    assert_eq!(error.to_string(), "Event loop is closed");
}

fn state_error<T: std::fmt::Debug>(result: Result<T>) -> String {
    let error = result.unwrap_err();
    assert!(error.is::<InvalidState>(), "{error:?}");
    error.to_string()
}

#[test]
fn py_07_a_future_is_settled_once() {
    run(async {
        let event_loop = get_running_loop()?;
        let future = event_loop.create_future();
        assert!(!future.done() && !future.cancelled());
        assert_eq!(state_error(future.result()), "Result is not set.");
        assert_eq!(state_error(future.exception()), "Exception is not set.");
        future.set_result(1)?;
        assert!(future.done() && !future.cancelled());
        assert_eq!(future.result()?, 1);
        assert!(future.exception()?.is_none());
        assert_eq!(state_error(future.set_result(2)), "invalid state");
        assert_eq!(state_error(future.set_exception(Error::msg("x"))), "invalid state");
        assert!(!future.cancel());

        let failed = event_loop.create_future::<()>();
        failed.set_exception(Error::msg("boom"))?;
        assert_eq!(failed.result().unwrap_err().to_string(), "boom");
        assert_eq!(failed.exception()?.unwrap().to_string(), "boom");
        assert_eq!(state_error(failed.set_result(())), "invalid state");
        assert!(!failed.cancel());

        let cancelled = event_loop.create_future::<()>();
        assert!(cancelled.cancel_with("why"));
        assert!(!cancelled.cancel_with("other"));
        assert!(cancelled.done() && cancelled.cancelled());
        let error = cancelled.result().unwrap_err();
        assert_eq!((error.is_cancelled(), error.message()), (true, Some("why")));
        assert!(cancelled.exception().unwrap_err().is_cancelled());
        assert_eq!(state_error(cancelled.set_result(())), "invalid state");
        Ok(())
    });
}

#[test]
fn py_07_callbacks_are_queued_in_order() {
    run(async {
        let (log, event_loop) = (Log::default(), get_running_loop()?);
        let future = event_loop.create_future();
        for name in ["a", "b", "c"] {
            let log = log.clone();
            future.add_done_callback(move |_| log.add(name));
        }
        event_loop.call_soon(adds(&log, "before"));
        future.set_result(())?;
        event_loop.call_soon(adds(&log, "behind"));
        let late = log.clone();
        future.add_done_callback(move |future| late.add(format!("late {}", future.done())));
        assert_eq!(log.take(), "", "never inline");
        step().await?;
        assert_eq!(log.take(), "before, a, b, c, behind, late true");
        Ok(())
    });
}

#[test]
fn py_07_a_removed_callback_does_not_run() {
    run(async {
        let (log, event_loop) = (Log::default(), get_running_loop()?);
        let future = event_loop.create_future();
        let add = |name| {
            let log = log.clone();
            future.add_done_callback(move |_| log.add(name))
        };
        let (first, _second, third) = (add("first"), add("second"), add("third"));
        assert!(future.remove_done_callback(first));
        assert!(!future.remove_done_callback(first));
        assert!(future.remove_done_callback(third));
        future.set_result(())?;
        assert!(!future.remove_done_callback(first));
        step().await?;
        assert_eq!(log.take(), "second");

        let future = event_loop.create_future::<()>();
        let inside = log.clone();
        future.add_done_callback(move |future| {
            let inner = inside.clone();
            future.add_done_callback(move |_| inner.add("inner"));
        });
        future.set_result(())?;
        step().await?;
        assert_eq!(log.take(), "");
        step().await?;
        assert_eq!(log.take(), "inner");
        Ok(())
    });
}

#[test]
fn py_08_a_failure_nobody_saw_is_reported_once() {
    run(async {
        let (log, event_loop) = (Log::default(), get_running_loop()?);
        let reports = log.clone();
        event_loop.set_exception_handler(Some(Rc::new(move |context| {
            reports.add(format!("{}: {}", context.message, context.exception.as_ref().unwrap()));
        })));
        let failed = |text: &'static str| {
            let future = event_loop.create_future::<()>();
            future.set_exception(Error::msg(text)).unwrap();
            future
        };

        let future = failed("unseen");
        assert_eq!(log.take(), "");
        let clone = future.clone();
        drop(future);
        assert_eq!(log.take(), "", "a clone is left");
        drop(clone);
        assert_eq!(log.take(), "Future exception was never retrieved: unseen");

        let looked = failed("looked");
        looked.exception()?;
        drop(looked);
        assert!(failed("awaited").await.is_err());
        let cancelled = event_loop.create_future::<()>();
        cancelled.cancel();
        drop(cancelled);
        drop(event_loop.create_future::<()>());
        assert_eq!(log.take(), "");

        let task = create_task(async { Err::<(), _>(Error::msg("task")) });
        step().await?;
        assert_eq!(log.take(), "");
        drop(task);
        assert_eq!(log.take(), "Task exception was never retrieved: task");

        // Detached before it fails: reported when it is over.
        drop(create_task(async { Err::<(), _>(Error::msg("detached")) }));
        step().await?;
        assert_eq!(log.take(), "Task exception was never retrieved: detached");
        Ok(())
    });
}
