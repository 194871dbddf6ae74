//! `gather`: order of results, first failure, failures as results, duplicates, nothing.

use fourfold::Result;
use fourfold::asyncio::{self, Gather, Task, create_task, gather, gather_tuple};

use super::python::{Log, Repr, ValueError, args, run_main, text, turn, type_name};

async fn ok(log: Log, name: &'static str, turns: u32) -> Result<&'static str> {
    for _ in 0..turns {
        turn().await?;
    }
    log.push(name);
    Ok(name)
}

async fn bad(log: Log, name: &'static str, turns: u32) -> Result<&'static str> {
    for _ in 0..turns {
        turn().await?;
    }
    log.push(format!("{name}!"));
    Err(ValueError::new(name))
}

/// A list of results and failures, the latter shown by `failure`.
fn kept(outcomes: &[Result<&str>], failure: impl Fn(&fourfold::Error) -> String) -> String {
    let each: Vec<String> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Ok(value) => value.to_string(),
            Err(e) => failure(e),
        })
        .collect();
    each.repr()
}

async fn main() -> Result<()> {
    let log = Log::new();
    let all = gather([("a", 3), ("b", 1), ("c", 2)].map(|(name, n)| ok(log.clone(), name, n)));
    println!("{} {log}", all.await?.repr());
    let nothing: Gather<_> = gather(Vec::<Task<i32>>::new());
    println!("nothing {}", nothing.await?.repr());

    log.clear();
    let slow = create_task(ok(log.clone(), "slow", 6));
    let failing = (slow.clone(), bad(log.clone(), "one", 1), bad(log.clone(), "two", 2));
    if let Err(e) = gather_tuple(failing).await {
        println!("first failure {} {log} sibling done {}", text(&e), slow.done().repr());
    }
    println!("sibling goes on {} {log}", slow.await?);

    log.clear();
    let (a, b, c) = (ok(log.clone(), "a", 1), bad(log.clone(), "b", 0), ok(log.clone(), "c", 0));
    let (a, b, c) = gather_tuple((a, b, c)).return_exceptions().await?;
    let shown = kept(&[a, b, c], |e| format!("{} {}", type_name(e), text(e)));
    println!("kept {shown} {log}");

    log.clear();
    let t = create_task(ok(log.clone(), "same", 1));
    println!("duplicates {} {log}", gather([t.clone(), t.clone(), t]).await?.repr());

    // A cancelled child fails the gather, but the gather is not cancelled by it.
    let child = create_task(ok(log.clone(), "child", 50));
    let other = create_task(ok(log.clone(), "other", 3));
    let mut g = gather([child.clone(), other.clone()]);
    turn().await?;
    child.cancel_with("gone");
    if let Err(e) = (&mut g).await
        && e.is_cancelled()
    {
        let (gather, cancelled, done) = (g.cancelled(), other.cancelled(), other.done());
        print!("child cancelled: {} gather {} ", args(&e), gather.repr());
        println!("other {} {}", cancelled.repr(), done.repr());
    }
    println!("{}", other.await?);

    let child = create_task(ok(log.clone(), "child", 50));
    let g = gather_tuple((child.clone(), ok(log.clone(), "other", 1))).return_exceptions();
    turn().await?;
    child.cancel();
    let (child, other) = g.await?;
    println!("child cancelled, kept: {}", kept(&[child, other], |e| type_name(e).into()));

    log.clear();
    let event_loop = asyncio::get_running_loop()?;
    let f = event_loop.create_future();
    let setter = f.clone();
    event_loop.call_soon(move || setter.set_result("future").expect("set once"));
    let (future, coro) = asyncio::gather!(f, ok(log.clone(), "coro", 0)).await?;
    println!("futures too {}", [future, coro].repr());
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
