//! `TaskGroup`. The expected values were printed by CPython 3.13 running the same programs:
//! `conformance/asyncio/py_17_*`. Siblings, which Python keeps in a set, are cancelled here in the
//! order in which they were made; which of them is resumed first the queue decides.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use fourfold::asyncio::{
    Loop, Task, TaskGroup, create_task, current_task, get_running_loop, sleep,
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

fn tree(error: &Error) -> String {
    if error.is_group() {
        let members: Vec<_> = error.errors().iter().map(tree).collect();
        format!("Group[{}: {}]", error.message().unwrap(), members.join(", "))
    } else {
        error.to_string()
    }
}

/// Yields `turns` times, then fails or not; notes how it ended.
async fn child(log: Log, name: &'static str, turns: usize, fails: bool) -> Result<&'static str> {
    for _ in 0..turns {
        if let Err(error) = sleep(NOTHING).await {
            say(&log, format!("{name} cancelled"));
            return Err(error);
        }
    }
    if fails {
        return Err(Error::msg(name));
    }
    say(&log, format!("{name} done"));
    Ok(name)
}

async fn attempt(log: &Log, body: impl AsyncFnOnce(TaskGroup) -> Result<()>) -> String {
    let end = match TaskGroup::run(body).await {
        Ok(()) => "fine".to_string(),
        Err(error) => tree(&error),
    };
    assert_eq!(current_task().unwrap().cancelling(), 0);
    format!("{end} [{}]", said(log))
}

#[test]
fn py_17_all_tasks_are_waited_for() {
    run(async {
        let log = &Log::default();
        let all_fine = async |group: TaskGroup| {
            let a = group.create_task(child(log.clone(), "a", 3, false))?;
            group.create_task(child(log.clone(), "b", 1, false))?;
            let early = a.await?;
            say(log, format!("early {early}"));
            Ok(())
        };
        assert_eq!(attempt(log, all_fine).await, "fine [b done, a done, early a]");
        let grows = async |group: TaskGroup| {
            let (inner, log) = (group.clone(), log.clone());
            group.create_task(async move {
                inner.create_task(child(log, "grandchild", 2, false)).map(drop)
            })?;
            Ok(())
        };
        assert_eq!(attempt(log, grows).await, "fine [grandchild done]");
        let child_cancelled = async |group: TaskGroup| {
            let task = group.create_task(child(log.clone(), "a", 50, false))?;
            group.create_task(child(log.clone(), "b", 3, false))?;
            sleep(NOTHING).await?;
            task.cancel();
            Ok(())
        };
        assert_eq!(attempt(log, child_cancelled).await, "fine [a cancelled, b done]");
        Ok(())
    });
}

#[test]
fn py_17_the_first_failure_cancels_siblings_and_body() {
    run(async {
        let log = &Log::default();
        let one_fails = async |group: TaskGroup| {
            group.create_task(child(log.clone(), "a", 50, false))?;
            group.create_task(child(log.clone(), "b", 1, true))?;
            group.create_task(child(log.clone(), "c", 50, false))?;
            Ok(())
        };
        assert_eq!(
            attempt(log, one_fails).await,
            "Group[unhandled errors in a TaskGroup: b] [c cancelled, a cancelled]"
        );
        let body_cancelled = async |group: TaskGroup| {
            group.create_task(child(log.clone(), "b", 1, true))?;
            let error = sleep(LONG).await.unwrap_err();
            say(log, format!("body cancelled {}", current_task().unwrap().cancelling()));
            Err(error)
        };
        assert_eq!(
            attempt(log, body_cancelled).await,
            "Group[unhandled errors in a TaskGroup: b] [body cancelled 1]"
        );
        let body_fails = async |group: TaskGroup| {
            group.create_task(child(log.clone(), "a", 50, false))?;
            sleep(NOTHING).await?;
            Err(Error::msg("body"))
        };
        assert_eq!(
            attempt(log, body_fails).await,
            "Group[unhandled errors in a TaskGroup: body] [a cancelled]"
        );
        let all_fail = async |group: TaskGroup| {
            group.create_task(child(log.clone(), "a", 1, true))?;
            group.create_task(async {
                sleep(LONG).await.unwrap_err();
                Err::<(), _>(Error::msg("cleanup of b"))
            })?;
            sleep(LONG).await
        };
        assert_eq!(
            attempt(log, all_fail).await,
            "Group[unhandled errors in a TaskGroup: a, cleanup of b] []"
        );
        let nested = async |group: TaskGroup| {
            group.create_task(child(log.clone(), "outer", 50, false))?;
            TaskGroup::run(async |inner: TaskGroup| {
                inner.create_task(child(log.clone(), "inner", 50, false))?;
                inner.create_task(child(log.clone(), "deep", 1, true))?;
                Ok(())
            })
            .await
        };
        assert_eq!(
            attempt(log, nested).await,
            "Group[unhandled errors in a TaskGroup: Group[unhandled errors in a TaskGroup: deep]] \
             [inner cancelled, outer cancelled]"
        );
        Ok(())
    });
}

#[test]
fn py_17_a_panic_comes_out_as_it_is() {
    run(async {
        let log = &Log::default();
        let panics = async |group: TaskGroup| {
            group.create_task(child(log.clone(), "a", 50, false))?;
            group.create_task(async { if true { panic!("no way") } else { Ok(()) } })?;
            Ok(())
        };
        assert_eq!(attempt(log, panics).await, "panicked: no way [a cancelled]");
        Ok(())
    });
}

/// A child that sleeps; when cancelled it notes that, and may fail instead.
async fn sleeper(log: Log, name: &'static str, fails: bool) -> Result<()> {
    let error = sleep(LONG).await.unwrap_err();
    say(&log, format!("{name} cancelled"));
    if fails {
        sleep(NOTHING).await?;
        return Err(Error::msg(name));
    }
    Err(error)
}

/// A task that runs a group of sleepers, with a body that may sleep too.
fn group(log: &Log, children: &[(&'static str, bool)], sleeps: bool, swallows: bool) -> Task<()> {
    let (log, children) = (log.clone(), children.to_vec());
    create_task(async move {
        TaskGroup::run(async |group: TaskGroup| {
            for (name, fails) in children {
                if name == "boom" {
                    group.create_task(async { Err::<(), _>(Error::msg("boom")) })?;
                } else {
                    group.create_task(sleeper(log.clone(), name, fails))?;
                }
            }
            if sleeps && let Err(error) = sleep(LONG).await {
                say(&log, "body cancelled");
                if !swallows {
                    return Err(error);
                }
            }
            Ok(())
        })
        .await?;
        say(&log, "after");
        Ok(())
    })
}

async fn ending(log: &Log, task: &Task<()>) -> String {
    let error = task.clone().await.unwrap_err();
    let (cancelled, counting) = (task.cancelled(), task.cancelling());
    format!("{} [{}] {cancelled} {counting}", tree(&error), said(log))
}

#[test]
fn py_17_a_cancel_from_outside_is_not_lost() {
    run(async {
        let log = &Log::default();
        let cancel = async |task: Task<()>, times: usize| {
            sleep(NOTHING).await.unwrap();
            sleep(NOTHING).await.unwrap();
            for i in 0..times {
                task.cancel_with(format!("outside {i}"));
            }
            ending(log, &task).await
        };
        let during_exit = group(log, &[("a", false), ("b", false)], false, false);
        assert_eq!(
            cancel(during_exit, 1).await,
            "cancelled: outside 0 [a cancelled, b cancelled] true 1"
        );
        let during_body = group(log, &[("a", false)], true, false);
        assert_eq!(
            cancel(during_body, 1).await,
            "cancelled: outside 0 [body cancelled, a cancelled] true 1"
        );
        let twice = group(log, &[("a", false)], false, false);
        assert_eq!(cancel(twice, 2).await, "cancelled: outside 0 [a cancelled] true 2");
        let fails = group(log, &[("a", true), ("b", false)], false, false);
        assert_eq!(
            cancel(fails, 1).await,
            "Group[unhandled errors in a TaskGroup: a] [a cancelled, b cancelled] false 1"
        );
        Ok(())
    });
}

#[test]
fn py_17_a_failure_meets_a_cancel_from_outside() {
    run(async {
        let log = &Log::default();
        let slot: Rc<RefCell<Option<Task<()>>>> = Rc::default();
        let (own, steps) = (slot.clone(), log.clone());
        let parent = create_task(async move {
            TaskGroup::run(async |group: TaskGroup| {
                let parent = own.borrow_mut().take().unwrap();
                group.create_task(async move {
                    get_running_loop()?.call_soon(move || assert!(parent.cancel_with("outside")));
                    Err::<(), _>(Error::msg("f"))
                })?;
                group.create_task(sleeper(steps.clone(), "b", false))?;
                let waited = sleep(LONG).await;
                say(&steps, "body cancelled");
                waited
            })
            .await
        });
        slot.replace(Some(parent.clone()));
        let expected =
            "Group[unhandled errors in a TaskGroup: f] [body cancelled, b cancelled] false 1";
        assert_eq!(ending(log, &parent).await, expected);
        let swallowed = group(log, &[("boom", false), ("b", false)], true, true);
        assert_eq!(
            ending(log, &swallowed).await,
            "Group[unhandled errors in a TaskGroup: boom] [b cancelled, body cancelled] false 0"
        );
        Ok(())
    });
}

#[test]
fn py_17_a_group_that_is_not_open_refuses_tasks() {
    run(async {
        let refusal = |group: &TaskGroup| {
            let error = group.create_task(async { Ok(()) }).unwrap_err().to_string();
            error.rsplit_once("> ").unwrap().1.to_string()
        };
        let group = TaskGroup::new();
        assert_eq!(refusal(&group), "has not been entered");
        group.scope(async |_| Ok(())).await?;
        assert_eq!(refusal(&group), "is finished");
        let error = group.scope(async |_| Ok(())).await.unwrap_err();
        assert_eq!(error.to_string(), "TaskGroup <TaskGroup entered> has already been entered");
        let shutting_down = TaskGroup::run(async |group: TaskGroup| {
            group.create_task(sleep(LONG))?;
            group.create_task(async { Err::<(), _>(Error::msg("x")) })?;
            sleep(LONG).await.unwrap_err();
            assert_eq!(refusal(&group), "is shutting down");
            Ok(())
        });
        assert!(shutting_down.await.unwrap_err().is_group());
        Ok(())
    });
}

#[test]
fn py_17_a_group_that_is_dropped_cancels_its_tasks() {
    run(async {
        let log = Log::default();
        let mut group = Box::pin(TaskGroup::run(async |group: TaskGroup| {
            group.create_task(sleeper(log.clone(), "a", false))?;
            Ok(())
        }));
        std::future::poll_fn(|context| {
            assert!(group.as_mut().poll(context).is_pending());
            std::task::Poll::Ready(())
        })
        .await;
        sleep(NOTHING).await?;
        drop(group);
        sleep(NOTHING).await?;
        assert_eq!(said(&log), "a cancelled");
        Ok(())
    });
}

#[test]
fn py_17_a_task_that_ends_at_once_needs_no_turn() {
    run(async {
        TaskGroup::run(async |group: TaskGroup| {
            let task = group.spawn(Task::builder().eager().name("at once"), async { Ok(1) })?;
            assert_eq!((task.result()?, task.get_name().as_str()), (1, "at once"));
            Ok(())
        })
        .await
    });
}
