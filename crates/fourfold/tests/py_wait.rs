//! `wait`, `as_completed` and `wait_for`. The expected values were printed by CPython 3.13 running
//! the same programs: `conformance/asyncio/py_13_*` and `py_14_*`.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use fourfold::asyncio::{
    self, Future as Promise, Loop, ReturnWhen, Task, as_completed, create_task, get_running_loop,
    sleep, wait, wait_for,
};
use fourfold::{Error, Result};

type Log = Rc<RefCell<Vec<String>>>;

const LONG: Duration = Duration::from_secs(10);
const NOTHING: Duration = Duration::ZERO;
const MS: Duration = Duration::from_millis(1);

fn run<T: 'static>(main: impl Future<Output = Result<T>> + 'static) -> T {
    Loop::with_virtual_time().unwrap().run_until_complete(main).unwrap()
}

/// Tasks that each wait for a gate, which a value opens and an exception fails.
fn gated(names: &[&'static str]) -> (Vec<Promise<()>>, Vec<Task<&'static str>>) {
    let event_loop = get_running_loop().unwrap();
    let gates: Vec<_> = names.iter().map(|_| event_loop.create_future()).collect();
    let tasks = names.iter().zip(&gates).map(|(name, gate)| {
        let (name, gate) = (*name, gate.clone());
        Task::builder().name(name).spawn(async move {
            gate.await?;
            Ok(name)
        })
    });
    let tasks = tasks.collect();
    (gates, tasks)
}

fn later(after: Duration, f: impl FnOnce() + 'static) {
    get_running_loop().unwrap().call_later(after, f);
}

fn names((done, pending): (Vec<Task<&'static str>>, Vec<Task<&'static str>>)) -> String {
    let list = |tasks: &[Task<&'static str>]| -> String {
        tasks.iter().map(|task| task.get_name()).collect()
    };
    for task in &done {
        drop(task.exception());
    }
    format!("done {} pending {}", list(&done), list(&pending))
}

#[test]
fn py_13_wait_returns_when_it_was_asked_to() {
    run(async {
        let (gates, tasks) = gated(&["a", "b", "c"]);
        gates[1].set_result(())?;
        for _ in 0..2 {
            let split = wait(tasks.clone(), ReturnWhen::FirstCompleted, None).await?;
            assert_eq!(names(split), "done b pending ac");
        }
        gates[0].set_result(())?;
        gates[2].set_result(())?;
        let split = wait(tasks, ReturnWhen::AllCompleted, None).await?;
        assert_eq!(names(split), "done abc pending ");

        let (gates, tasks) = gated(&["a", "b", "c"]);
        gates[0].set_result(())?;
        let bad = gates[1].clone();
        later(3 * MS, move || bad.set_exception(Error::msg("b")).unwrap());
        let split = wait(tasks, ReturnWhen::FirstException, None).await?;
        assert_eq!(names(split), "done ab pending c");

        let (gates, tasks) = gated(&["a", "b"]);
        for (after, gate) in [(2 * MS, gates[0].clone()), (4 * MS, gates[1].clone())] {
            later(after, move || gate.set_result(()).unwrap());
        }
        let split = wait(tasks, ReturnWhen::FirstException, None).await?;
        assert_eq!(names(split), "done ab pending ");

        // A cancelled task is done, but is not taken for a failure.
        let (gates, tasks) = gated(&["a", "b"]);
        tasks[0].cancel();
        let gate = gates[1].clone();
        later(3 * MS, move || gate.set_result(()).unwrap());
        let split = wait(tasks, ReturnWhen::FirstException, None).await?;
        assert_eq!(names(split), "done ab pending ");
        Ok(())
    });
}

#[test]
fn py_13_wait_never_cancels() {
    run(async {
        let (gates, tasks) = gated(&["a", "b"]);
        for limit in [2 * MS, NOTHING] {
            let split = wait(tasks.clone(), ReturnWhen::AllCompleted, limit).await?;
            assert_eq!(names(split), "done  pending ab");
            assert!(tasks.iter().all(|task| !task.done() && task.cancelling() == 0));
        }
        let waiting = tasks.clone();
        let waiter =
            create_task(
                async move { wait(waiting, ReturnWhen::AllCompleted, None).await.map(|_| ()) },
            );
        sleep(NOTHING).await?;
        waiter.cancel();
        assert!(waiter.await.unwrap_err().is_cancelled());
        assert!(tasks.iter().all(|task| !task.done()));
        gates.iter().for_each(|gate| gate.set_result(()).unwrap());
        wait(tasks, ReturnWhen::AllCompleted, None).await?;
        Ok(())
    });
}

#[test]
fn py_13_wait_wants_tasks_and_counts_each_once() {
    run(async {
        let none = Vec::<Task<()>>::new();
        let error = wait(none, ReturnWhen::AllCompleted, None).await.unwrap_err();
        assert_eq!(error.to_string(), "Set of Tasks/Futures is empty.");
        let task = create_task(async { Ok(()) });
        let twice = [task.clone(), task];
        let (done, _) = wait(twice, ReturnWhen::AllCompleted, None).await?;
        assert_eq!(done.len(), 1);
        Ok(())
    });
}

async fn work(name: &'static str, turns: usize, fails: bool) -> Result<&'static str> {
    for _ in 0..turns {
        sleep(NOTHING).await?;
    }
    if fails { Err(Error::msg(name)) } else { Ok(name) }
}

async fn collect(completed: asyncio::AsCompleted<&'static str>) -> Vec<String> {
    let mut out = Vec::new();
    for next in completed {
        out.push(match next.await {
            Ok(name) => name.to_string(),
            Err(error) => format!("error {error}"),
        });
    }
    out
}

#[test]
fn py_13_as_completed_yields_in_order_of_completion() {
    run(async {
        let three = [work("a", 5, false), work("b", 1, false), work("c", 3, false)];
        assert_eq!(collect(as_completed(three, None)).await, ["b", "c", "a"]);

        let tasks: Vec<_> =
            [("a", 5), ("b", 1), ("c", 3)].map(|(n, t)| create_task(work(n, t, false))).into();
        let mut completed = as_completed(tasks.clone(), None);
        let mut out = Vec::new();
        while let Some(next) = completed.next().await {
            let next = next?;
            assert!(tasks.iter().any(|task| task.same(&next)));
            out.push(next.result()?);
        }
        assert_eq!(out, ["b", "c", "a"]);

        let failing = [work("a", 3, false), work("b", 1, true), work("c", 5, false)];
        assert_eq!(collect(as_completed(failing, None)).await, ["error b", "a", "c"]);

        let done = create_task(work("x", 0, false));
        done.clone().await?;
        assert_eq!(collect(as_completed([done], None)).await, ["x"]);
        assert_eq!(as_completed(Vec::<Task<()>>::new(), None).count(), 0);
        let same = create_task(work("same", 1, false));
        assert_eq!(collect(as_completed([same.clone(), same], None)).await, ["same"]);
        Ok(())
    });
}

#[test]
fn py_13_as_completed_times_out_and_cancels_nothing() {
    run(async {
        let never = create_task(asyncio::sleep_with(LONG, "never"));
        let quick = create_task(work("a", 1, false));
        let limited = as_completed([quick, never.clone()], 5 * MS);
        assert_eq!(collect(limited).await, ["a", "error timed out"]);

        let quick = create_task(work("a", 1, false));
        let mut limited = as_completed([quick, never.clone()], 5 * MS);
        assert_eq!(limited.next().await.unwrap()?.result()?, "a");
        assert!(limited.next().await.unwrap().unwrap_err().is_timed_out());
        assert!(limited.next().await.is_none());
        assert!(!never.done() && never.cancelling() == 0);
        Ok(())
    });
}

/// What a `wait_for` came to, and what its error was caused by.
async fn attempt<F>(awaitable: F, limit: Option<Duration>) -> String
where
    F: IntoFuture<Output = Result<&'static str>>,
    F::IntoFuture: 'static,
{
    match wait_for(awaitable, limit).await {
        Ok(value) => value.to_string(),
        Err(error) => match error.cause() {
            Some(cause) => format!("{error} from {cause}"),
            None => error.to_string(),
        },
    }
}

#[test]
fn py_14_wait_for_cancels_on_timeout_and_waits_until_that_has_landed() {
    run(async {
        let log = Log::default();
        let cleaned = log.clone();
        let cleans = async move {
            let error = sleep(LONG).await.unwrap_err();
            sleep(2 * MS).await?;
            cleaned.borrow_mut().push("cleaned".into());
            Err(error)
        };
        assert_eq!(attempt(work("quick", 1, false), Some(LONG)).await, "quick");
        assert_eq!(attempt(work("quick", 1, false), None).await, "quick");
        assert_eq!(attempt(cleans, Some(2 * MS)).await, "timed out from cancelled");
        assert_eq!(log.borrow().as_slice(), ["cleaned"]);
        assert_eq!(asyncio::current_task().unwrap().cancelling(), 0);

        let swallows = async {
            sleep(LONG).await.unwrap_err();
            Ok("result in the last moment")
        };
        assert_eq!(attempt(swallows, Some(2 * MS)).await, "result in the last moment");
        let replaces = async {
            sleep(LONG).await.unwrap_err();
            Err(Error::msg("instead"))
        };
        assert_eq!(attempt(replaces, Some(2 * MS)).await, "instead");
        assert_eq!(attempt(work("own", 0, true), Some(LONG)).await, "own");
        Ok(())
    });
}

#[test]
fn py_14_with_no_time_a_coroutine_is_never_begun() {
    run(async {
        let log = Log::default();
        let direct = || {
            let log = log.clone();
            async move {
                log.borrow_mut().push("ran".into());
                Ok("direct")
            }
        };
        assert_eq!(attempt(direct(), Some(NOTHING)).await, "timed out from cancelled");
        assert!(log.borrow().is_empty());
        let done = create_task(direct());
        done.clone().await?;
        assert_eq!(attempt(done, Some(NOTHING)).await, "direct");
        Ok(())
    });
}

#[test]
fn py_14_a_cancel_from_outside_is_no_timeout() {
    run(async {
        let log = Log::default();
        let cleaned = log.clone();
        let waiter = create_task(wait_for(
            async move {
                let error = sleep(LONG).await.unwrap_err();
                cleaned.borrow_mut().push("cleaned".into());
                Err::<(), _>(error)
            },
            LONG,
        ));
        sleep(NOTHING).await?;
        waiter.cancel_with("outer");
        let error = waiter.await.unwrap_err();
        assert_eq!((error.is_cancelled(), error.message()), (true, Some("outer")));
        assert_eq!(log.borrow().as_slice(), ["cleaned"]);

        let future = get_running_loop()?.create_future();
        let waiter = create_task(wait_for(future.clone(), LONG));
        sleep(NOTHING).await?;
        future.set_result("won")?;
        waiter.cancel();
        assert!(waiter.await.unwrap_err().is_cancelled());
        assert_eq!(future.result()?, "won");

        let future = get_running_loop()?.create_future();
        assert_eq!(attempt(future.clone(), Some(2 * MS)).await, "timed out from cancelled");
        assert!(future.cancelled());
        Ok(())
    });
}
