//! `shield`. The expected values were printed by CPython 3.13 running the same program:
//! `conformance/asyncio/py_15_shield.py`.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use fourfold::asyncio::{
    Future as Promise, Loop, Shield, Task, create_task, get_running_loop, shield, sleep, wait_for,
};
use fourfold::{Error, Result};

type Log = Rc<RefCell<Vec<String>>>;

const LONG: Duration = Duration::from_secs(10);
const NOTHING: Duration = Duration::ZERO;

fn run<T: 'static>(main: impl Future<Output = Result<T>> + 'static) -> T {
    Loop::with_virtual_time().unwrap().run_until_complete(main).unwrap()
}

fn gate() -> Promise<()> {
    get_running_loop().unwrap().create_future()
}

/// Waits for the gate and notes when it is cancelled.
async fn inner(gate: Promise<()>, log: Log, fails: bool) -> Result<&'static str> {
    if let Err(error) = gate.await {
        log.borrow_mut().push("inner cancelled".into());
        return Err(error);
    }
    if fails { Err(Error::msg("late")) } else { Ok("inner done") }
}

#[test]
fn py_15_the_outer_is_cancelled_and_the_inner_goes_on() {
    run(async {
        let log = Log::default();
        let open = gate();
        let task = create_task(inner(open.clone(), log.clone(), false));
        let outer = shield(task.clone());
        sleep(NOTHING).await?;
        assert!(outer.cancel_with("outer"));
        let error = outer.await.unwrap_err();
        assert_eq!((error.is_cancelled(), error.message()), (true, Some("outer")));
        assert_eq!((task.done(), task.cancelling()), (false, 0));
        open.set_result(())?;
        assert_eq!(task.await?, "inner done");

        let task = create_task(inner(gate(), log.clone(), false));
        let shielded = task.clone();
        let waiter = create_task(async move { shield(shielded).await });
        sleep(NOTHING).await?;
        sleep(NOTHING).await?;
        waiter.cancel();
        assert!(waiter.await.unwrap_err().is_cancelled());
        assert!(!task.done() && log.borrow().is_empty());

        // Cancelling the inner cancels the outer.
        let mut outer = shield(task.clone());
        task.cancel();
        assert!((&mut outer).await.unwrap_err().is_cancelled());
        assert_eq!(log.borrow().as_slice(), ["inner cancelled"]);
        assert!(outer.cancelled());
        Ok(())
    });
}

#[test]
fn py_15_results_and_failures_pass_through() {
    run(async {
        let log = Log::default();
        let open = gate();
        open.set_result(())?;
        assert_eq!(shield(inner(open.clone(), log.clone(), false)).await?, "inner done");
        let error = shield(inner(open, log, true)).await.unwrap_err();
        assert_eq!(error.to_string(), "late");

        // One that is done is passed through: awaiting it takes no turn.
        let future = gate();
        future.set_result(())?;
        let outer = shield(future);
        assert!(outer.done());
        outer.await?;

        // A result that cannot be cloned has one consumer.
        struct Unique(u8);
        assert_eq!(shield(async { Ok(Unique(3)) }).await?.0, 3);
        Ok(())
    });
}

#[test]
fn py_15_a_late_failure_of_a_shielded_task_is_reported() {
    run(async {
        let reports = Log::default();
        let seen = reports.clone();
        get_running_loop()?.set_exception_handler(Some(Rc::new(move |context| {
            let exception = context.exception.as_ref().map(ToString::to_string);
            seen.borrow_mut().push(format!("{}: {exception:?}", context.message));
        })));
        let open = gate();
        let task = create_task(inner(open.clone(), Log::default(), true));
        let outer = shield(task.clone());
        sleep(NOTHING).await?;
        outer.cancel();
        assert!(outer.await.unwrap_err().is_cancelled());
        open.set_result(())?;
        while !task.done() {
            sleep(NOTHING).await?;
        }
        sleep(NOTHING).await?;
        assert!(reports.borrow().is_empty());
        drop(task);
        sleep(NOTHING).await?;
        assert_eq!(
            reports.borrow().as_slice(),
            [r#"Task exception was never retrieved: Some("late")"#]
        );
        Ok(())
    });
}

#[test]
fn py_15_with_a_timeout_the_inner_is_there_afterwards() {
    run(async {
        let open = gate();
        let task = create_task(inner(open.clone(), Log::default(), false));
        let limit = Duration::from_millis(2);
        assert!(wait_for(shield(task.clone()), limit).await.unwrap_err().is_timed_out());
        open.set_result(())?;
        assert_eq!(task.await?, "inner done");
        Ok(())
    });
}

#[test]
fn py_15_a_shield_that_is_dropped_leaves_nothing_behind() {
    let alive = Rc::new(());
    let event_loop = Loop::with_virtual_time().unwrap();
    let held = alive.clone();
    event_loop
        .run_until_complete(async move {
            let task: Task<Rc<()>> = create_task(async move {
                sleep(LONG).await?;
                Ok(held)
            });
            let many: Vec<Shield<_>> = (0..100).map(|_| shield(task.clone())).collect();
            drop(many);
            assert!(Rc::ptr_eq(&task.clone().await?, &task.await?));
            // A future nobody will ever set, shielded and forgotten.
            drop(shield(gate()));
            Ok(())
        })
        .unwrap();
    event_loop.close().unwrap();
    assert_eq!(Rc::strong_count(&alive), 1);
}
