//! `TaskGroup` met by cancels from outside, by swallowers and by misuse.

use std::cell::RefCell;
use std::rc::Rc;

use fourfold::asyncio::{self, Task, TaskGroup, create_task, current_task, sleep};
use fourfold::{Error, Result};

use super::py_17_task_group::tidy;
use super::python::{Log, Repr, ValueError, args, run_main, seconds, text, turn, type_name};

async fn outcome(t: Task<()>) -> String {
    match t.await {
        Ok(()) => "result None".into(),
        Err(e) if e.is_group() => {
            let members: Vec<String> = e.errors().iter().map(Repr::repr).collect();
            format!("{} {}", type_name(&e), members.repr())
        }
        Err(e) => format!("{} {}", type_name(&e), args(&e)),
    }
}

async fn child(log: Log, name: &'static str, on_cancel: Option<Error>) -> Result<()> {
    let slept = sleep(seconds(10.0)).await;
    if slept.is_err() {
        log.push(format!("{name} cancelled"));
        if let Some(error) = on_cancel {
            turn().await?;
            return Err(error);
        }
    }
    slept
}

/// What the body of a group does besides starting its children.
#[derive(Clone, Copy, Default)]
struct In {
    body: bool,
    swallow: bool,
}

async fn group<C>(log: Log, children: Vec<C>, how: In) -> Result<()>
where
    C: Future<Output = Result<()>> + 'static,
{
    TaskGroup::run(async |group| {
        for c in children {
            group.create_task(c)?;
        }
        if how.body
            && let Err(cancelled) = sleep(seconds(10.0)).await
        {
            log.push("body cancelled");
            if !how.swallow {
                return Err(cancelled);
            }
        }
        Ok(())
    })
    .await?;
    let counting = current_task().expect("a task").cancelling();
    log.push(format!("after, counting {counting}"));
    Ok(())
}

type Boxed = std::pin::Pin<Box<dyn Future<Output = Result<()>>>>;

async fn cancelled_outside(
    what: &str,
    log: &Log,
    children: Vec<Boxed>,
    how: In,
    times: u32,
) -> Result<()> {
    log.clear();
    let t = create_task(group(log.clone(), children, how));
    turn().await?;
    turn().await?;
    for i in 0..times {
        t.cancel_with(format!("outside {i}"));
    }
    let ended = outcome(t.clone()).await;
    let (cancelled, counting) = (t.cancelled().repr(), t.cancelling());
    println!("{what} {ended} {} cancelled {cancelled} counting {counting}", tidy(log));
    Ok(())
}

async fn main() -> Result<()> {
    let log = Log::new();
    let child = |name, on_cancel| -> Boxed { Box::pin(child(log.clone(), name, on_cancel)) };
    let plain = In::default();
    let in_body = In { body: true, swallow: false };

    let two = vec![child("a", None), child("b", None)];
    cancelled_outside("during exit:", &log, two, plain, 1).await?;
    cancelled_outside("during the body:", &log, vec![child("a", None)], in_body, 1).await?;
    cancelled_outside("twice:", &log, vec![child("a", None)], plain, 2).await?;
    let failing = vec![child("a", Some(ValueError::new("a"))), child("b", None)];
    cancelled_outside("child fails while cancelled:", &log, failing, plain, 1).await?;

    // A child fails, and before the parent is resumed it is also cancelled from outside.
    log.clear();
    let parent: Rc<RefCell<Option<Task<()>>>> = Rc::default();
    let found = parent.clone();
    let fails: Boxed = Box::pin(async move {
        let parent = found.take().expect("set before the first step");
        asyncio::get_running_loop()?.call_soon(move || {
            parent.cancel_with("outside");
        });
        Err(ValueError::new("f"))
    });
    let t = create_task(group(log.clone(), vec![fails, child("b", None)], in_body));
    parent.replace(Some(t.clone()));
    let ended = outcome(t.clone()).await;
    println!("failure and outer cancel: {ended} {} {}", tidy(&log), t.cancelling());

    // The body swallows the group's cancel: the group still raises.
    log.clear();
    let boom: Boxed = Box::pin(async { Err(ValueError::new("boom")) });
    let swallowing = In { body: true, swallow: true };
    let t = create_task(group(log.clone(), vec![boom, child("b", None)], swallowing));
    let ended = outcome(t.clone()).await;
    println!("swallowed in the body: {ended} {} {}", tidy(&log), t.cancelling());

    let last = |e: Error| {
        let kind = type_name(&e);
        format!("{kind} {}", text(&e).rsplit('>').next().unwrap_or_default().trim())
    };
    let tg = TaskGroup::new();
    tg.scope(async |_| Ok(())).await?;
    if let Err(e) = tg.create_task(turn()) {
        println!("after exit: {}", last(e));
    }
    if let Err(e) = TaskGroup::new().create_task(turn()) {
        println!("before enter: {}", last(e));
    }
    if let Err(e) = tg.scope(async |_| Ok(())).await {
        println!("entered twice: {}", last(e));
    }
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
