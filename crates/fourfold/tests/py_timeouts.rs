//! `timeout` and `timeout_at`. The expected values were printed by CPython 3.13 running the same
//! programs: `conformance/asyncio/py_16_*`.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use fourfold::asyncio::{
    AnyTask, Loop, Timeout, create_task, current_task, get_running_loop, sleep, timeout, timeout_at,
};
use fourfold::{Error, Result};

type Log = Rc<RefCell<Vec<String>>>;

const LONG: Duration = Duration::from_secs(10);
const NOTHING: Duration = Duration::ZERO;
const MS: Duration = Duration::from_millis(1);

fn run<T: 'static>(main: impl Future<Output = Result<T>> + 'static) -> T {
    Loop::with_virtual_time().unwrap().run_until_complete(main).unwrap()
}

fn me() -> AnyTask {
    current_task().unwrap()
}

fn time() -> Duration {
    get_running_loop().unwrap().time()
}

#[test]
fn py_16_a_deadline_turns_the_cancellation_into_a_timeout() {
    run(async {
        let limit = Timeout::after(2 * MS);
        let error = limit.run(async |_| sleep(LONG).await).await.unwrap_err();
        assert!(error.is_timed_out() && error.cause().unwrap().is_cancelled());
        assert!(limit.expired());
        assert_eq!((me().cancelling(), time()), (0, 2 * MS));

        let limit = Timeout::after(LONG);
        limit.run(async |_| sleep(NOTHING).await).await?;
        assert!(!limit.expired());
        assert_eq!(timeout(LONG, async { Ok(1) }).await?, 1);
        assert!(timeout_at(time() + MS, sleep(LONG)).await.unwrap_err().is_timed_out());
        Ok(())
    });
}

#[test]
fn py_16_a_deadline_can_be_moved() {
    run(async {
        Timeout::after(None)
            .run(async |limit| {
                assert_eq!(limit.when(), None);
                limit.reschedule(time() + LONG)?;
                assert_eq!(limit.when(), Some(time() + LONG));
                limit.reschedule(None)?;
                assert_eq!(limit.when(), None);
                sleep(2 * LONG).await
            })
            .await?;
        let earlier = Timeout::after(LONG);
        let outcome = earlier.run(async |limit| {
            limit.reschedule(time() + 2 * MS)?;
            sleep(LONG).await
        });
        assert!(outcome.await.unwrap_err().is_timed_out());
        assert!(earlier.expired());
        let later = Timeout::after(5 * MS);
        let outcome = later.run(async |limit| {
            limit.reschedule(time() + LONG)?;
            sleep(10 * MS).await
        });
        outcome.await?;
        assert!(!later.expired());
        Ok(())
    });
}

#[test]
fn py_16_a_deadline_in_the_past_lets_the_body_run_to_its_first_await() {
    run(async {
        let log = Log::default();
        let steps = log.clone();
        let outcome = timeout(NOTHING, async move {
            steps.borrow_mut().push("body".into());
            sleep(NOTHING).await?;
            steps.borrow_mut().push("a turn passed".into());
            sleep(LONG).await
        });
        assert!(outcome.await.unwrap_err().is_timed_out());
        assert_eq!(log.borrow().as_slice(), ["body"]);
        let past = Timeout::at(NOTHING);
        past.run(async |_| Ok(())).await?;
        assert!(!past.expired());
        sleep(NOTHING).await
    });
}

#[test]
fn py_16_a_body_that_swallows_or_replaces_is_not_timed_out() {
    run(async {
        timeout(2 * MS, async {
            sleep(LONG).await.unwrap_err();
            assert_eq!(me().cancelling(), 1);
            Ok(())
        })
        .await?;
        assert_eq!(me().cancelling(), 0);
        let replaced = timeout(2 * MS, async {
            sleep(LONG).await.unwrap_err();
            Err::<(), _>(Error::msg("instead"))
        });
        assert_eq!(replaced.await.unwrap_err().to_string(), "instead");
        assert_eq!(me().cancelling(), 0);
        Ok(())
    });
}

#[test]
fn py_16_a_timeout_is_entered_once_and_moved_only_while_it_is_active() {
    run(async {
        let limit = Timeout::after(LONG);
        let text = |outcome: Result<()>| outcome.unwrap_err().to_string();
        assert_eq!(text(limit.reschedule(LONG)), "Timeout has not been entered");
        limit.run(async |_| Ok(())).await?;
        assert_eq!(text(limit.reschedule(LONG)), "Cannot change state of finished Timeout");
        assert_eq!(text(limit.run(async |_| Ok(())).await), "Timeout has already been entered");
        let limit = Timeout::after(MS);
        let inside = limit.run(async |limit| {
            assert_eq!(format!("{limit:?}"), "<Timeout [active] when=0.001>");
            let error = sleep(LONG).await.unwrap_err();
            let text = limit.reschedule(None).unwrap_err().to_string();
            assert_eq!(text, "Cannot change state of expiring Timeout");
            Err::<(), _>(error)
        });
        assert!(inside.await.unwrap_err().is_timed_out());
        assert_eq!(text(limit.reschedule(None)), "Cannot change state of expired Timeout");
        Ok(())
    });
}

/// Two timeouts, one in the other, and who caught what.
async fn nested(outer: Timeout, inner: Timeout) -> String {
    let log = Log::default();
    let (steps, within) = (log.clone(), inner.clone());
    let outcome = outer.run(async move |_| {
        let outcome = within.run(async |_| sleep(LONG).await).await;
        match &outcome {
            Err(error) if error.is_timed_out() => steps.borrow_mut().push("inner caught".into()),
            Err(_) => {
                steps.borrow_mut().push("cancelled passes the inner".into());
                return outcome;
            }
            Ok(()) => {}
        }
        Ok(())
    });
    if outcome.await.is_err_and(|error| error.is_timed_out()) {
        log.borrow_mut().push("outer caught".into());
    }
    let log = log.borrow().join(", ");
    let (outer, inner) = (outer.expired(), inner.expired());
    format!("{log}; outer {outer} inner {inner} counting {}", me().cancelling())
}

#[test]
fn py_16_of_nested_timeouts_the_right_one_fires() {
    run(async {
        assert_eq!(
            nested(Timeout::after(LONG), Timeout::after(2 * MS)).await,
            "inner caught; outer false inner true counting 0"
        );
        assert_eq!(
            nested(Timeout::after(2 * MS), Timeout::after(LONG)).await,
            "cancelled passes the inner, outer caught; outer true inner false counting 0"
        );
        assert_eq!(
            nested(Timeout::at(NOTHING), Timeout::at(NOTHING)).await,
            "cancelled passes the inner, outer caught; outer true inner true counting 0"
        );
        Ok(())
    });
}

#[test]
fn py_16_a_cancel_from_outside_is_no_timeout() {
    run(async {
        let limit = Timeout::after(LONG);
        let inside = limit.clone();
        let task = create_task(async move { inside.run(async |_| sleep(LONG).await).await });
        sleep(NOTHING).await?;
        task.cancel_with("outside");
        let error = task.clone().await.unwrap_err();
        assert_eq!((error.is_cancelled(), error.message()), (true, Some("outside")));
        assert_eq!((limit.expired(), task.cancelling()), (false, 1));
        Ok(())
    });
}

/// The deadline passes, and an outside cancel arrives before, or only after, the body resumes.
async fn both(late: bool) -> Result<String> {
    let log = Log::default();
    let after = log.clone();
    let task = create_task(async move {
        let limit = Timeout::at(NOTHING);
        let outcome = limit
            .run(async |_| {
                let event_loop = get_running_loop()?;
                let task = me();
                let cancel = move || assert!(task.cancel_with("outside"));
                let soon = event_loop.clone();
                if late {
                    event_loop.call_soon(move || drop(soon.call_soon(cancel)));
                } else {
                    event_loop.call_soon(cancel);
                }
                sleep(LONG).await
            })
            .await;
        let (expired, counting) = (limit.expired(), me().cancelling());
        after.borrow_mut().push(format!("expired {expired} counting {counting}"));
        outcome
    });
    let error = task.await.unwrap_err();
    Ok(format!("{error}; {}", log.borrow().join("")))
}

#[test]
fn py_16_a_deadline_and_an_outside_cancel_of_the_same_turn() {
    run(async {
        assert_eq!(both(false).await?, "cancelled; expired true counting 1");
        assert_eq!(both(true).await?, "timed out; expired true counting 0");
        Ok(())
    });
}

#[test]
fn py_16_an_earlier_request_keeps_its_count_through_a_timeout() {
    run(async {
        let task = create_task(async {
            sleep(LONG).await.unwrap_err();
            let error = timeout(2 * MS, sleep(LONG)).await.unwrap_err();
            assert!(error.is_timed_out());
            Ok(me().cancelling())
        });
        sleep(NOTHING).await?;
        task.cancel();
        assert_eq!(task.await?, 1);
        Ok(())
    });
}

#[test]
fn py_16_a_timeout_that_is_dropped_cancels_nobody() {
    run(async {
        let mut limited = Box::pin(timeout(MS, sleep(LONG)));
        std::future::poll_fn(|context| {
            assert!(limited.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        drop(limited);
        sleep(2 * MS).await?;
        assert_eq!(me().cancelling(), 0);
        Ok(())
    });
}
