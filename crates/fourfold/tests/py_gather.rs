//! `gather`. The expected values were printed by CPython 3.13 running the same programs:
//! `conformance/asyncio/py_12_*`.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use fourfold::asyncio::{self, Loop, create_task, gather, get_running_loop, sleep};
use fourfold::{Error, Result};

type Log = Rc<RefCell<Vec<String>>>;

const LONG: Duration = Duration::from_secs(10);
const NOTHING: Duration = Duration::ZERO;

fn run<T: 'static>(main: impl Future<Output = Result<T>> + 'static) -> T {
    Loop::with_virtual_time().unwrap().run_until_complete(main).unwrap()
}

fn say(log: &Log, what: impl Into<String>) {
    log.borrow_mut().push(what.into());
}

fn said(log: &Log) -> String {
    log.borrow_mut().drain(..).collect::<Vec<_>>().join(", ")
}

async fn work(log: Log, name: &'static str, turns: usize, fails: bool) -> Result<&'static str> {
    for _ in 0..turns {
        sleep(NOTHING).await?;
    }
    if fails {
        say(&log, format!("{name}!"));
        return Err(Error::msg(name));
    }
    say(&log, name);
    Ok(name)
}

async fn child(log: Log, name: &'static str, stubborn: bool) -> Result<String> {
    let error = sleep(LONG).await.unwrap_err();
    say(&log, format!("{name} {:?}", error.message()));
    if stubborn { Ok(format!("{name} stayed")) } else { Err(error) }
}

#[test]
fn py_12_results_come_in_the_order_of_the_arguments() {
    run(async {
        let log = Log::default();
        let ok = |name, turns| work(log.clone(), name, turns, false);
        assert_eq!(gather([ok("a", 3), ok("b", 1), ok("c", 2)]).await?, ["a", "b", "c"]);
        assert_eq!(said(&log), "b, c, a");
        let nothing = gather(Vec::<asyncio::Task<()>>::new());
        assert!(nothing.done() && !nothing.cancel());
        assert_eq!(nothing.await?, []);
        Ok(())
    });
}

#[test]
fn py_12_the_first_failure_comes_at_once_and_siblings_go_on() {
    run(async {
        let log = Log::default();
        let slow = create_task(work(log.clone(), "slow", 6, false));
        let one = create_task(work(log.clone(), "one", 1, true));
        let two = create_task(work(log.clone(), "two", 2, true));
        let error = gather([slow.clone(), one, two]).await.unwrap_err();
        assert_eq!(error.to_string(), "one");
        assert_eq!(said(&log), "one!, two!");
        assert!(!slow.done());
        assert_eq!(slow.await?, "slow");
        Ok(())
    });
}

#[test]
fn py_12_failures_are_results_with_return_exceptions() {
    run(async {
        let log = Log::default();
        let kept = gather([
            work(log.clone(), "a", 1, false),
            work(log.clone(), "b", 0, true),
            work(log.clone(), "c", 0, false),
        ])
        .return_exceptions()
        .await?;
        let kept: Vec<_> = kept.iter().map(|r| r.as_ref().map_err(Error::to_string)).collect();
        assert_eq!(kept, [Ok(&"a"), Err("b".to_string()), Ok(&"c")]);
        assert_eq!(said(&log), "b!, c, a");

        // Also where the failure was there before.
        let failed = create_task(work(log.clone(), "early", 0, true));
        sleep(NOTHING).await?;
        let fine = create_task(work(log.clone(), "late", 1, false));
        let kept = gather([failed, fine]).return_exceptions().await?;
        assert!(kept[0].is_err() && kept[1].is_ok());
        Ok(())
    });
}

#[test]
fn py_12_a_task_given_twice_counts_once() {
    run(async {
        let log = Log::default();
        let task = create_task(work(log.clone(), "same", 1, false));
        let same = gather([task.clone(), task.clone(), task]).await?;
        assert_eq!((same.as_slice(), said(&log).as_str()), (["same"; 3].as_slice(), "same"));
        Ok(())
    });
}

#[test]
fn py_12_a_cancelled_child_fails_the_gathering_but_does_not_cancel_it() {
    run(async {
        let log = Log::default();
        let first = create_task(work(log.clone(), "child", 50, false));
        let other = create_task(work(log.clone(), "other", 3, false));
        let mut gathering = gather([first.clone(), other.clone()]);
        sleep(NOTHING).await?;
        first.cancel_with("gone");
        let error = (&mut gathering).await.unwrap_err();
        assert_eq!((error.is_cancelled(), error.message()), (true, Some("gone")));
        assert!(!gathering.cancelled());
        assert!(gathering.exception()?.unwrap().is_cancelled());
        assert!(!other.done());
        assert_eq!(other.await?, "other");

        let first = create_task(work(log.clone(), "child", 50, false));
        let other = create_task(work(log.clone(), "other", 1, false));
        let gathering = gather([first.clone(), other]).return_exceptions();
        sleep(NOTHING).await?;
        first.cancel();
        let kept = gathering.await?;
        assert!(kept[0].as_ref().unwrap_err().is_cancelled());
        assert_eq!(kept[1].as_ref().unwrap(), &"other");
        Ok(())
    });
}

#[test]
fn py_12_futures_and_coroutines_of_any_types_in_a_tuple() {
    run(async {
        let event_loop = get_running_loop()?;
        let future = event_loop.create_future();
        let setter = future.clone();
        event_loop.call_soon(move || setter.set_result("future").unwrap());
        // Results that cannot be cloned have one consumer.
        struct Unique(u8);
        let (text, unique) = asyncio::gather!(future, async { Ok(Unique(3)) }).await?;
        assert_eq!((text, unique.0), ("future", 3));
        assert_eq!(gather([async { Ok(Unique(4)) }]).await?[0].0, 4);
        let mixed = asyncio::gather!(async { Ok(1) }, async { Err::<(), _>(Error::msg("two")) });
        let (one, two) = mixed.return_exceptions().await?;
        assert_eq!((one?, two.unwrap_err().to_string()), (1, "two".to_string()));
        Ok(())
    });
}

#[test]
fn py_12_cancelling_the_gathering_cancels_the_children() {
    run(async {
        let log = Log::default();
        let pair = |a, b| [child(log.clone(), "a", a), child(log.clone(), "b", b)];
        let mut gathering = gather(pair(false, false));
        sleep(NOTHING).await?;
        assert!(gathering.cancel_with("all"));
        assert!(!gathering.done());
        let error = (&mut gathering).await.unwrap_err();
        assert_eq!((error.is_cancelled(), error.message()), (true, Some("all")));
        assert_eq!(said(&log), r#"a Some("all"), b Some("all")"#);
        assert!(!gathering.cancelled() && !gathering.cancel());

        let task = create_task(gather(pair(false, false)));
        sleep(NOTHING).await?;
        sleep(NOTHING).await?;
        task.cancel_with("outer");
        let error = task.await.unwrap_err();
        assert_eq!((error.is_cancelled(), error.message()), (true, Some("outer")));
        assert_eq!(said(&log), r#"a Some("outer"), b Some("outer")"#);
        Ok(())
    });
}

#[test]
fn py_12_children_that_refuse_do_not_undo_the_cancellation() {
    run(async {
        let log = Log::default();
        let pair = |a, b| [child(log.clone(), "a", a), child(log.clone(), "b", b)];
        let outer = gather(pair(false, false)).return_exceptions();
        let task = create_task(async move { outer.await.map(|_| ()) });
        sleep(NOTHING).await?;
        sleep(NOTHING).await?;
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        for (a, b) in [(true, false), (true, true)] {
            let gathering = gather(pair(a, b));
            sleep(NOTHING).await?;
            gathering.cancel();
            assert!(gathering.await.unwrap_err().is_cancelled());
        }
        assert_eq!(said(&log), "a None, b None, a None, b None, a None, b None");
        Ok(())
    });
}

/// ```python
/// async def f(n): log.append(n)
/// async def main():
///     tick(0)                       # call_soon(tick, n + 1), logs "turn n"
///     await asyncio.gather(f("a"), f("b"))
///     log.append("woken")
/// ```
/// prints `turn0 a b turn1 turn2 woken`.
#[test]
fn py_12_the_outer_is_set_a_turn_after_the_children_and_the_waiter_wakes_a_turn_later() {
    run(async {
        let log = Log::default();
        let event_loop = get_running_loop()?;
        fn tick(event_loop: Loop, log: Log, n: u32) {
            say(&log, format!("turn{n}"));
            let again = event_loop.clone();
            if n < 5 {
                event_loop.call_soon(move || tick(again, log, n + 1));
            }
        }
        let (ticking, ticks) = (event_loop.clone(), log.clone());
        event_loop.call_soon(move || tick(ticking, ticks, 0));
        gather([work(log.clone(), "a", 0, false), work(log.clone(), "b", 0, false)]).await?;
        say(&log, "woken");
        assert_eq!(said(&log), "turn0, a, b, turn1, turn2, woken");
        Ok(())
    });
}

#[test]
fn py_12_a_gathering_that_is_dropped_cancels_nothing_and_nothing_leaks() {
    let alive = Rc::new(());
    let event_loop = Loop::with_virtual_time().unwrap();
    let held = alive.clone();
    event_loop
        .run_until_complete(async move {
            let log = Log::default();
            let task = create_task(work(log.clone(), "on", 2, false));
            let keeps = held.clone();
            let never = get_running_loop()?.create_future::<Rc<()>>();
            drop(gather([task.clone()]));
            let waiting = async move {
                let _keeps = keeps;
                never.await
            };
            drop(gather([waiting]));
            drop(held);
            assert_eq!(task.await?, "on");
            Ok(())
        })
        .unwrap();
    event_loop.close().unwrap();
    assert_eq!(Rc::strong_count(&alive), 1);
}
