//! Coroutines, tasks and their cancellation. The expected values were printed by CPython 3.13
//! running the same programs: `conformance/asyncio/py_01_*` to `py_11_*`.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use fourfold::asyncio::{
    self, Loop, Task, TaskBuilder, coroutine, create_task, current_task, gather, get_running_loop,
    sleep,
};
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

fn cancelled(error: &Error) -> String {
    assert!(error.is_cancelled(), "{error:?}");
    match error.message() {
        Some(message) => format!("Cancelled {message}"),
        None => "Cancelled".to_string(),
    }
}

async fn outcome<T: Clone + std::fmt::Display>(task: &Task<T>) -> String {
    match task.clone().await {
        Ok(value) => format!("result {value}"),
        Err(error) if error.is_cancelled() => cancelled(&error),
        Err(error) => error.to_string(),
    }
}

fn warnings() -> Log {
    let log = Log::default();
    let seen = log.clone();
    asyncio::set_warning_hook(Some(Rc::new(move |warning| say(&seen, warning.to_string()))));
    log
}

// ---- py-01 ------------------------------------------------------------------------------------

#[test]
fn py_01_a_coroutine_runs_only_when_it_is_awaited_or_wrapped() {
    let warned = warnings();
    run(async move {
        let log = Log::default();
        let work = |name: &'static str| {
            let log = log.clone();
            coroutine("work", async move {
                say(&log, name);
                Ok(name)
            })
        };
        let awaited = work("awaited");
        assert_eq!(said(&log), "");
        assert_eq!(awaited.await?, "awaited");
        assert_eq!(said(&log), "awaited");
        let task = create_task(work("task"));
        assert_eq!(said(&log), "");
        assert_eq!(task.await?, "task");
        assert_eq!(said(&log), "task");
        Ok(())
    });
    assert_eq!(said(&warned), "");
}

#[test]
fn py_01_a_coroutine_that_is_thrown_away_warns_once() {
    let warned = warnings();
    run(async {
        drop(coroutine("work", async {}));
        sleep(NOTHING).await?;
        coroutine("closed", async {}).close();
        // A task that never starts has taken its coroutine, which is no longer forgotten.
        create_task(coroutine("cancelled", async { Ok(()) })).cancel();
        sleep(NOTHING).await
    });
    assert_eq!(said(&warned), "coroutine 'work' was never awaited");
    let unnamed = coroutine("shown", async {});
    assert!(format!("{unnamed:?}").starts_with("<coroutine object shown at 0x"));
    unnamed.close();
}

// ---- py-02 ------------------------------------------------------------------------------------

#[test]
fn py_02_only_a_pending_leaf_gives_the_loop_its_turn() {
    async fn leaf(log: Log) -> Result<i32> {
        say(&log, "leaf");
        Ok(1)
    }
    run(async {
        let event_loop = get_running_loop()?;
        let log = Log::default();
        let note = |what: &'static str| {
            let log = log.clone();
            move || say(&log, what)
        };
        event_loop.call_soon(note("turn"));
        leaf(log.clone()).await?;
        async { async { leaf(log.clone()).await }.await }.await?;
        say(&log, "direct");
        sleep(NOTHING).await?;
        say(&log, "after sleep(0)");
        assert_eq!(said(&log), "leaf, leaf, direct, turn, after sleep(0)");

        let done = event_loop.create_future();
        done.set_result(7)?;
        event_loop.call_soon(note("turn"));
        let seven = done.await?;
        say(&log, format!("future {seven}"));
        sleep(NOTHING).await?;
        assert_eq!(said(&log), "future 7, turn");

        let task = create_task(leaf(log.clone()));
        event_loop.call_soon(note("turn"));
        task.clone().await?;
        say(&log, "task awaited");
        task.await?;
        say(&log, "again");
        assert_eq!(said(&log), "leaf, turn, task awaited, again");
        Ok(())
    });
}

#[test]
fn py_02_bare_yields_take_turns() {
    run(async {
        let log = Log::default();
        let yields = |name: &'static str, n: usize| {
            let log = log.clone();
            async move {
                for i in 0..n {
                    say(&log, format!("{name}{i}"));
                    sleep(NOTHING).await?;
                }
                say(&log, format!("{name} end"));
                Ok(())
            }
        };
        gather([yields("a", 3), yields("b", 2), yields("c", 1)]).await?;
        assert_eq!(said(&log), "a0, b0, c0, a1, b1, c end, a2, b end, a end");
        Ok(())
    });
}

// ---- py-03 ------------------------------------------------------------------------------------

fn body(
    log: &Log,
    name: &'static str,
    yields: usize,
) -> impl Future<Output = Result<&'static str>> + 'static {
    let log = log.clone();
    async move {
        let me = current_task().unwrap();
        say(&log, format!("{name} start"));
        for _ in 0..yields {
            sleep(NOTHING).await?;
        }
        assert!(current_task().unwrap().same(&me));
        say(&log, format!("{name} end"));
        Ok(name)
    }
}

#[test]
fn py_03_create_task_queues_the_first_step() {
    run(async {
        let event_loop = get_running_loop()?;
        let log = Log::default();
        let note = |what: &'static str| {
            let log = log.clone();
            move || say(&log, what)
        };
        event_loop.call_soon(note("soon1"));
        let a = create_task(body(&log, "a", 1));
        event_loop.call_soon(note("soon2"));
        let b = create_task(body(&log, "b", 1));
        event_loop.call_soon(note("soon3"));
        a.await?;
        say(&log, "a awaited");
        b.await?;
        say(&log, "b awaited");
        assert_eq!(
            said(&log),
            "soon1, a start, soon2, b start, soon3, a end, b end, a awaited, b awaited"
        );
        let task = create_task(body(&log, "x", 1));
        assert_eq!(asyncio::all_tasks().len(), 2);
        task.await?;
        assert_eq!(asyncio::all_tasks().len(), 1);
        Ok(())
    });
}

#[test]
fn py_03_an_eager_task_runs_inline_up_to_its_first_pending_await() {
    run(async {
        let event_loop = get_running_loop()?;
        let log = Log::default();
        let me = current_task().unwrap();
        let eager = TaskBuilder::eager;

        let task = eager(Task::builder()).spawn(body(&log, "a", 0));
        say(&log, "made");
        assert!(task.done());
        assert_eq!(task.result()?, "a");
        assert!(current_task().unwrap().same(&me));
        assert_eq!(said(&log), "a start, a end, made");

        let task = eager(Task::builder()).spawn(body(&log, "b", 1));
        say(&log, "made");
        assert!(!task.done());
        let soon = log.clone();
        event_loop.call_soon(move || say(&soon, "soon"));
        task.await?;
        assert_eq!(said(&log), "b start, made, b end, soon");

        let failed = eager(Task::builder()).spawn(async { Err::<(), _>(Error::msg("inline")) });
        assert_eq!(failed.exception()?.unwrap().to_string(), "inline");

        let who = eager(Task::builder()).spawn(async { Ok(current_task().unwrap().get_name()) });
        assert_eq!(who.result()?, who.get_name());

        let task = eager(Task::builder()).spawn(body(&log, "c", 1));
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(said(&log), "c start");

        let task = eager(Task::builder()).spawn(body(&log, "h", 0));
        said(&log);
        let later = log.clone();
        task.add_done_callback(move |_| say(&later, "callback"));
        assert_eq!(said(&log), "");
        sleep(NOTHING).await?;
        assert_eq!(said(&log), "callback");
        Ok(())
    });
}

#[test]
fn py_03_an_eager_task_factory_makes_every_task_eager() {
    run(async {
        let event_loop = get_running_loop()?;
        let log = Log::default();
        event_loop.set_task_factory(Some(asyncio::eager_task_factory()));
        let d = create_task(body(&log, "d", 0));
        let e = create_task(body(&log, "e", 2));
        say(&log, "created");
        assert!(d.done() && !e.done());
        e.await?;
        let both = gather([body(&log, "f", 0), body(&log, "g", 0)]);
        assert!(both.done());
        assert_eq!(both.await?, ["f", "g"]);
        assert_eq!(
            said(&log),
            "d start, d end, e start, created, e end, f start, f end, g start, g end"
        );
        event_loop.set_task_factory(None);
        assert!(!create_task(body(&log, "i", 0)).done());
        Ok(())
    });
}

#[test]
fn py_03_an_eager_first_step_runs_in_a_copy_of_the_context() {
    static VAR: asyncio::ContextVar<i32> = asyncio::ContextVar::new("var");
    run(async {
        drop(VAR.set(1));
        let task = Task::builder().eager().spawn(async {
            let before = VAR.get()?;
            drop(VAR.set(2));
            sleep(NOTHING).await?;
            Ok((before, VAR.get()?))
        });
        assert_eq!(VAR.get()?, 1);
        assert_eq!(task.await?, (1, 2));
        let own = Rc::new(asyncio::Context::new());
        let task = Task::builder().context(own.clone()).eager().spawn(async {
            drop(VAR.set(3));
            Ok(())
        });
        task.await?;
        assert_eq!((VAR.get()?, own.get(&VAR)), (1, Some(3)));
        Ok(())
    });
}

// ---- py-09 ------------------------------------------------------------------------------------

#[test]
fn py_09_all_who_await_a_task_get_the_same_outcome() {
    run(async {
        for fail in [false, true] {
            let task = create_task(async move {
                sleep(NOTHING).await?;
                if fail { Err(Error::msg("shared")) } else { Ok("value") }
            });
            let waiters = (0..3).map(|_| {
                let task = task.clone();
                async move { Ok(outcome(&task).await) }
            });
            let expected = if fail { "shared" } else { "result value" };
            assert_eq!(gather(waiters).await?, [expected; 3]);
            assert_eq!(outcome(&task).await, expected);
        }
        let task = create_task(async { Err::<(), _>(Error::msg("same")) });
        let first = task.clone().await.unwrap_err();
        let second = task.await.unwrap_err();
        assert!(first.ptr_eq(&second));
        Ok(())
    });
}

#[test]
fn py_09_only_its_coroutine_settles_a_task() {
    run(async {
        let task = create_task(async { Ok(1) });
        let error = task.set_result(1).unwrap_err();
        assert_eq!(error.to_string(), "Task does not support set_result operation");
        let error = task.set_exception(Error::msg("no")).unwrap_err();
        assert_eq!(error.to_string(), "Task does not support set_exception operation");
        assert_eq!(task.await?, 1);
        Ok(())
    });
}

#[test]
fn py_09_one_waiters_cancellation_reaches_all_through_the_task() {
    run(async {
        let task = create_task(async { sleep(LONG).await });
        let waiters: Vec<_> = (0..3)
            .map(|_| {
                let task = task.clone();
                create_task(async move { Ok(cancelled(&task.await.unwrap_err())) })
            })
            .collect();
        sleep(NOTHING).await?;
        waiters[0].cancel();
        assert_eq!(gather(waiters).await?, ["Cancelled"; 3]);
        assert!(task.cancelled());
        Ok(())
    });
}

#[test]
fn py_09_a_task_that_awaits_itself_is_told() {
    run(async {
        let slot: Rc<RefCell<Option<Task<()>>>> = Rc::default();
        let own = slot.clone();
        let me = create_task(async move {
            let me = own.borrow_mut().take().unwrap();
            me.await
        });
        slot.replace(Some(me.clone()));
        let error = me.await.unwrap_err();
        assert!(error.to_string().starts_with("Task cannot await on itself: "), "{error}");
        Ok(())
    });
}

// ---- py-10 ------------------------------------------------------------------------------------

/// Runs a body, cancels it in its first await, and tells what came of it.
async fn cancel_in<F>(body: impl FnOnce(Log) -> F, message: Option<&str>) -> Result<String>
where
    F: Future<Output = Result<&'static str>> + 'static,
{
    let log = Log::default();
    let task = create_task(body(log.clone()));
    sleep(NOTHING).await?;
    let asked = match message {
        Some(message) => task.cancel_with(message),
        None => task.cancel(),
    };
    say(&log, format!("asked {asked} counting {} done {}", task.cancelling(), task.done()));
    let end = outcome(&task).await;
    say(&log, end);
    Ok(format!("{}; cancelled {} counting {}", said(&log), task.cancelled(), task.cancelling()))
}

#[test]
fn py_10_the_body_hears_a_cancellation_at_its_await_and_decides() {
    run(async {
        assert_eq!(
            cancel_in(async |_| sleep(LONG).await.map(|()| ""), None).await?,
            "asked true counting 1 done false, Cancelled; cancelled true counting 1"
        );
        assert_eq!(
            cancel_in(async |_| sleep(LONG).await.map(|()| ""), Some("because")).await?,
            "asked true counting 1 done false, Cancelled because; cancelled true counting 1"
        );
        let cleans_up = async |log: Log| {
            let cancelled = sleep(LONG).await.unwrap_err();
            say(&log, "cleaning");
            sleep(Duration::from_millis(1)).await?;
            say(&log, "clean");
            Err(cancelled)
        };
        assert_eq!(
            cancel_in(cleans_up, None).await?,
            "asked true counting 1 done false, cleaning, clean, Cancelled; cancelled true counting 1"
        );
        let swallows = async |log: Log| {
            sleep(LONG).await.unwrap_err();
            say(&log, "swallowed");
            sleep(Duration::from_millis(1)).await?;
            Ok("done")
        };
        assert_eq!(
            cancel_in(swallows, None).await?,
            "asked true counting 1 done false, swallowed, result done; cancelled false counting 1"
        );
        let uncancels = async |log: Log| {
            sleep(LONG).await.unwrap_err();
            let me = current_task().unwrap();
            say(&log, format!("left {}", me.uncancel()));
            say(&log, format!("left {}", me.uncancel()));
            Ok("done")
        };
        assert_eq!(
            cancel_in(uncancels, None).await?,
            "asked true counting 1 done false, left 0, left 0, result done; cancelled false counting 0"
        );
        let replaces = async |_| {
            sleep(LONG).await.unwrap_err();
            Err(Error::msg("instead"))
        };
        assert_eq!(
            cancel_in(replaces, None).await?,
            "asked true counting 1 done false, instead; cancelled false counting 1"
        );
        let raises_itself = async |_| Err(Error::cancelled_with("own"));
        assert_eq!(
            cancel_in(raises_itself, None).await?,
            "asked false counting 0 done true, Cancelled own; cancelled true counting 0"
        );
        Ok(())
    });
}

#[test]
fn py_10_a_cancel_meets_a_result_of_the_same_turn() {
    run(async {
        let event_loop = get_running_loop()?;
        let future = event_loop.create_future();
        let task = create_task(future.clone());
        sleep(NOTHING).await?;
        future.set_result(1)?;
        assert!(task.cancel());
        assert_eq!((outcome(&task).await.as_str(), future.result()?), ("Cancelled", 1));

        let future = event_loop.create_future::<i32>();
        let task = create_task(future.clone());
        sleep(NOTHING).await?;
        task.cancel();
        assert!(future.cancelled());
        assert!(future.set_result(1).is_err());
        assert_eq!(outcome(&task).await, "Cancelled");

        let task = create_task(asyncio::sleep_with(NOTHING, 1));
        sleep(NOTHING).await?;
        assert!(task.cancel());
        assert_eq!(outcome(&task).await, "Cancelled");
        Ok(())
    });
}

#[test]
fn py_10_two_requests_at_once_raise_one_cancelled_the_first() {
    run(async {
        for leaf in [true, false] {
            let log = Log::default();
            let heard = log.clone();
            let never = get_running_loop()?.create_future::<()>();
            let task = create_task(async move {
                for i in 0..2 {
                    let wait =
                        if i == 0 && !leaf { never.clone().await } else { sleep(LONG).await };
                    let error = wait.unwrap_err();
                    let counting = current_task().unwrap().cancelling();
                    say(&heard, format!("heard {i} {} counting {counting}", cancelled(&error)));
                }
                Ok("kept")
            });
            sleep(NOTHING).await?;
            assert!(task.cancel_with("a") && task.cancel_with("b"));
            sleep(NOTHING).await?;
            assert_eq!(said(&log), "heard 0 Cancelled a counting 2");
            assert!(!task.done());
            task.cancel_with("c");
            assert_eq!(outcome(&task).await, "result kept");
            assert_eq!(said(&log), "heard 1 Cancelled c counting 3");
            assert_eq!(task.cancelling(), 3);
        }
        Ok(())
    });
}

#[test]
fn py_10_a_task_that_cancels_itself_goes_on_to_its_next_await() {
    run(async {
        for then_await in [true, false] {
            let log = Log::default();
            let steps = log.clone();
            let task = create_task(async move {
                current_task().unwrap().cancel_with("self");
                say(&steps, "still running");
                if then_await {
                    sleep(NOTHING).await?;
                    say(&steps, "unreachable");
                }
                Ok("end")
            });
            assert_eq!(outcome(&task).await, "Cancelled self");
            assert_eq!(said(&log), "still running");
            assert!(task.cancelled());
            assert_eq!(task.cancelling(), 1);
        }
        Ok(())
    });
}

#[test]
fn py_10_a_cancellation_goes_down_a_chain_of_tasks_and_comes_up_again() {
    fn level(log: Log, n: u32) -> Task<()> {
        create_task(async move {
            let waited = if n == 0 { sleep(LONG).await } else { level(log.clone(), n - 1).await };
            if let Err(error) = &waited {
                say(&log, format!("level {n} {}", error.message().unwrap_or("")));
            }
            waited
        })
    }
    run(async {
        let log = Log::default();
        let task = level(log.clone(), 3);
        for _ in 0..5 {
            sleep(NOTHING).await?;
        }
        task.cancel_with("down");
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(said(&log), "level 0 down, level 1 down, level 2 down, level 3 down");
        Ok(())
    });
}

#[test]
fn py_10_a_foreign_future_is_not_disturbed_and_the_next_wait_is_cancelled() {
    run(async {
        let open = Rc::new(Cell::new(false));
        let waker: Rc<RefCell<Option<std::task::Waker>>> = Rc::default();
        let (gate, slot) = (open.clone(), waker.clone());
        let log = Log::default();
        let steps = log.clone();
        let task = create_task(async move {
            std::future::poll_fn(|context| {
                slot.replace(Some(context.waker().clone()));
                if gate.get() { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
            })
            .await;
            say(&steps, "passed");
            sleep(LONG).await
        });
        sleep(NOTHING).await?;
        task.cancel_with("later");
        sleep(NOTHING).await?;
        assert_eq!(said(&log), "");
        open.set(true);
        waker.take().unwrap().wake();
        assert_eq!(cancelled(&task.await.unwrap_err()), "Cancelled later");
        assert_eq!(said(&log), "passed");
        Ok(())
    });
}

#[test]
fn py_10_a_wait_that_was_given_up_takes_no_cancellation() {
    run(async {
        let never = get_running_loop()?.create_future::<()>();
        let polled = never.clone();
        let task = create_task(async move {
            let mut wait = Box::pin(polled);
            std::future::poll_fn(|context| {
                assert!(wait.as_mut().poll(context).is_pending());
                std::task::Poll::Ready(())
            })
            .await;
            drop(wait);
            sleep(NOTHING).await?;
            Ok("not cancelled")
        });
        sleep(NOTHING).await?;
        task.cancel();
        assert_eq!(outcome(&task).await, "Cancelled");
        assert!(!never.done());
        Ok(())
    });
}

#[test]
fn py_10_a_timer_and_a_cancel_of_the_same_turn() {
    run(async {
        // The timer's handle runs first, then the cancel, then the task: it hears the cancel.
        let task = create_task(asyncio::sleep_with(Duration::from_millis(1), 1));
        sleep(NOTHING).await?;
        let target = task.clone();
        get_running_loop()?.call_later(Duration::from_millis(1), move || {
            assert!(target.cancel());
        });
        assert_eq!(outcome(&task).await, "Cancelled");
        Ok(())
    });
}

// ---- py-11 ------------------------------------------------------------------------------------

#[test]
fn py_11_a_task_cancelled_before_its_first_step_never_runs_its_body() {
    run(async {
        let log = Log::default();
        let start = || {
            let log = log.clone();
            create_task(async move {
                say(&log, "ran");
                let error = sleep(LONG).await.unwrap_err();
                let counting = current_task().unwrap().cancelling();
                say(&log, format!("heard {} counting {counting}", cancelled(&error)));
                Err::<(), _>(error)
            })
        };
        let task = start();
        assert!(task.cancel_with("early"));
        assert_eq!((task.cancelling(), task.done()), (1, false));
        assert_eq!(cancelled(&task.clone().await.unwrap_err()), "Cancelled early");
        assert_eq!(said(&log), "");
        assert!(task.cancelled());
        assert!(!task.cancel());
        assert_eq!(task.cancelling(), 1);

        let task = start();
        assert!(task.cancel_with("one") && task.cancel_with("two"));
        assert_eq!(task.cancelling(), 2);
        assert_eq!(cancelled(&task.await.unwrap_err()), "Cancelled two");
        assert_eq!(said(&log), "");

        let task = start();
        task.cancel();
        assert_eq!(task.uncancel(), 0);
        sleep(NOTHING).await?;
        assert_eq!((task.done(), said(&log).as_str()), (false, "ran"));
        task.cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(said(&log), "heard Cancelled counting 1");

        let task = start();
        sleep(NOTHING).await?;
        assert!(task.cancel_with("one") && task.cancel_with("two"));
        assert_eq!(cancelled(&task.await.unwrap_err()), "Cancelled one");
        assert_eq!(said(&log), "ran, heard Cancelled one counting 2");

        let task = start();
        let calls = log.clone();
        task.add_done_callback(move |task| say(&calls, format!("{}", task.cancelled())));
        task.cancel();
        sleep(NOTHING).await?;
        assert_eq!(said(&log), "");
        sleep(NOTHING).await?;
        assert_eq!(said(&log), "true");
        Ok(())
    });
}
