//! `as_completed` yields in order of completion, plain and asynchronous.

use fourfold::Result;
use fourfold::asyncio::{
    Future, ReturnWhen, Task, as_completed, create_task, ensure_future, sleep, wait,
};

use super::python::{Log, Repr, ValueError, run_main, seconds, text, turn, type_name};

async fn work(name: &'static str, turns: u32, fail: bool) -> Result<&'static str> {
    for _ in 0..turns {
        turn().await?;
    }
    if fail {
        return Err(ValueError::new(name));
    }
    Ok(name)
}

async fn main() -> Result<()> {
    let out = Log::new();
    for c in as_completed([("a", 5), ("b", 1), ("c", 3)].map(|(n, k)| work(n, k, false)), None) {
        out.push(c.await?);
    }
    println!("plain {out}");

    let ts: [Task<&str>; 3] = [("a", 5), ("b", 1), ("c", 3)]
        .map(|(n, k)| Task::builder().name(n).spawn(work(n, k, false)));
    out.clear();
    let mut completed = as_completed(ts.clone(), None);
    while let Some(t) = completed.next().await {
        let t = t?;
        let own = ts.iter().find(|own| own.same(&t));
        let name = own.map(|own| own.get_name()).unwrap_or_default();
        out.push(format!("{name} {} {}", own.is_some().repr(), t.result()?));
    }
    println!("async {out}");

    out.clear();
    let each = [("a", 3, false), ("b", 1, true), ("c", 5, false)];
    for c in as_completed(each.map(|(n, k, fail)| work(n, k, fail)), None) {
        match c.await {
            Ok(value) => out.push(value),
            Err(e) => out.push(format!("{} {}", type_name(&e), text(&e))),
        }
    }
    println!("failing {out}");

    let done = ["x", "y", "z"].map(|n| create_task(work(n, 0, false)));
    wait(done.clone(), ReturnWhen::AllCompleted, None).await?;
    out.clear();
    for c in as_completed([done[0].clone()], None) {
        out.push(c.await?);
    }
    println!("already done {out}");

    let never = create_task(async {
        sleep(seconds(10.0)).await?;
        Ok("never")
    });
    out.clear();
    let both: [Future<&str>; 2] =
        [ensure_future(work("a", 1, false)), ensure_future(never.clone())];
    for c in as_completed(both, seconds(0.005)) {
        match c.await {
            Ok(value) => out.push(value),
            Err(e) => out.push(type_name(&e)),
        }
    }
    println!("timeout {out} cancelled {}", never.cancelled().repr());

    out.clear();
    let both = [create_task(work("a", 1, false)), never.clone()];
    let mut completed = as_completed(both, seconds(0.005));
    while let Some(t) = completed.next().await {
        match t {
            Ok(t) => out.push(t.result()?),
            Err(e) => {
                out.push(type_name(&e));
                break;
            }
        }
    }
    println!("async timeout {out} cancelled {}", never.cancelled().repr());
    never.cancel();

    println!("nothing {}", vec![(); as_completed(Vec::<Task<()>>::new(), None).count()].repr());
    let t = create_task(work("same", 1, false));
    let mut same = 0;
    for c in as_completed([t.clone(), t], None) {
        c.await?;
        same += 1;
    }
    println!("duplicates {same}");
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
