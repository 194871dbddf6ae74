//! `TaskGroup`: children failing, the body failing, nesting, misuse.

use std::pin::Pin;

use fourfold::asyncio::{TaskGroup, current_task, sleep};
use fourfold::{Error, Result};

use super::python::{
    KeyError, Log, LookupError, Repr, ValueError, run_main, seconds, text, turn, type_name,
};

/// Siblings are cancelled in no promised order: sort each run of them.
pub(super) fn tidy(log: &Log) -> String {
    let mut out: Vec<String> = log.items();
    let sibling = |x: &String| x.ends_with("cancelled") && !x.starts_with("body");
    for run in out.chunk_by_mut(|a, b| sibling(a) && sibling(b)) {
        run.sort();
    }
    out.repr()
}

fn tree(e: &Error) -> String {
    if e.is_group() {
        let members: Vec<String> = e.errors().iter().map(tree).collect();
        let message = e.message().unwrap_or_default();
        return format!("{}[{message}: {}]", type_name(e), members.join(", "));
    }
    format!("{}({})", type_name(e), text(e))
}

struct Child {
    name: &'static str,
    turns: u32,
    fail: Option<Error>,
    cleanup_fails: bool,
}

fn child(name: &'static str) -> Child {
    Child { name, turns: 50, fail: None, cleanup_fails: false }
}

impl Child {
    fn turns(mut self, turns: u32) -> Child {
        self.turns = turns;
        self
    }

    fn fails(mut self, error: Error) -> Child {
        self.fail = Some(error);
        self
    }

    async fn run(self, log: Log) -> Result<&'static str> {
        let name = self.name;
        for _ in 0..self.turns {
            if let Err(cancelled) = turn().await {
                log.push(format!("{name} cancelled"));
                return Err(if self.cleanup_fails { KeyError::new(name) } else { cancelled });
            }
        }
        if let Some(error) = self.fail {
            return Err(error);
        }
        log.push(format!("{name} done"));
        Ok(name)
    }
}

type Body = Pin<Box<dyn Future<Output = Result<()>>>>;

async fn attempt(what: &str, log: &Log, body: impl FnOnce(TaskGroup, Log) -> Body) {
    log.clear();
    match TaskGroup::run(async |group| body(group, log.clone()).await).await {
        Ok(()) => println!("{what} fine {}", tidy(log)),
        Err(e) => {
            let counting = current_task().expect("main is a task").cancelling();
            println!("{what} {} {} counting {counting}", tree(&e), tidy(log));
        }
    }
}

async fn all_fine(group: TaskGroup, log: Log) -> Result<()> {
    let a = group.create_task(child("a").turns(3).run(log.clone()))?;
    group.create_task(child("b").turns(1).run(log.clone()))?;
    log.push(format!("early {}", a.await?));
    Ok(())
}

async fn one_fails(group: TaskGroup, log: Log) -> Result<()> {
    group.create_task(child("a").run(log.clone()))?;
    group.create_task(child("b").turns(1).fails(ValueError::new("b")).run(log.clone()))?;
    group.create_task(child("c").run(log))?;
    Ok(())
}

async fn body_cancelled(group: TaskGroup, log: Log) -> Result<()> {
    group.create_task(child("b").turns(1).fails(ValueError::new("b")).run(log.clone()))?;
    let slept = sleep(seconds(10.0)).await;
    if slept.is_err() {
        let counting = current_task().expect("a task").cancelling();
        log.push(format!("body cancelled counting {counting}"));
    }
    slept
}

async fn body_fails(group: TaskGroup, log: Log) -> Result<()> {
    group.create_task(child("a").run(log))?;
    turn().await?;
    Err(LookupError::new("body"))
}

async fn all_fail(group: TaskGroup, log: Log) -> Result<()> {
    group.create_task(child("a").turns(1).fails(ValueError::new("a")).run(log.clone()))?;
    group.create_task(Child { cleanup_fails: true, ..child("b") }.run(log))?;
    sleep(seconds(10.0)).await
}

async fn child_cancelled(group: TaskGroup, log: Log) -> Result<()> {
    let t = group.create_task(child("a").run(log.clone()))?;
    group.create_task(child("b").turns(3).run(log))?;
    turn().await?;
    t.cancel();
    Ok(())
}

async fn nested(group: TaskGroup, log: Log) -> Result<()> {
    group.create_task(child("outer").run(log.clone()))?;
    TaskGroup::run(async |inner| {
        inner.create_task(child("inner").run(log.clone()))?;
        let fails = child("x").turns(1).fails(ValueError::new("deep"));
        inner.create_task(fails.run(log))?;
        Ok(())
    })
    .await
}

async fn grows(group: TaskGroup, log: Log) -> Result<()> {
    let adds = group.clone();
    group.create_task(async move {
        adds.create_task(child("grandchild").turns(2).run(log))?;
        Ok(())
    })?;
    Ok(())
}

async fn main() -> Result<()> {
    let log = Log::new();
    attempt("all_fine", &log, |g, l| Box::pin(all_fine(g, l))).await;
    attempt("one_fails", &log, |g, l| Box::pin(one_fails(g, l))).await;
    attempt("body_cancelled", &log, |g, l| Box::pin(body_cancelled(g, l))).await;
    attempt("body_fails", &log, |g, l| Box::pin(body_fails(g, l))).await;
    attempt("all_fail", &log, |g, l| Box::pin(all_fail(g, l))).await;
    attempt("child_cancelled", &log, |g, l| Box::pin(child_cancelled(g, l))).await;
    attempt("nested", &log, |g, l| Box::pin(nested(g, l))).await;
    attempt("grows", &log, |g, l| Box::pin(grows(g, l))).await;
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
