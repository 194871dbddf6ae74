//! Cancelling a gather, or who waits for it, cancels the children.

use fourfold::Result;
use fourfold::asyncio::{Task, create_task, gather, sleep};

use super::python::{Log, Repr, args, run_main, seconds, turn};

async fn child(log: Log, name: &'static str, stubborn: bool) -> Result<String> {
    if let Err(e) = sleep(seconds(10.0)).await {
        log.push(format!("{name} {}", args(&e)));
        if stubborn {
            return Ok(format!("{name} stayed"));
        }
        return Err(e);
    }
    Ok("None".into())
}

fn children(log: &Log, stubborn: [bool; 2]) -> [impl Future<Output = Result<String>> + use<>; 2] {
    [child(log.clone(), "a", stubborn[0]), child(log.clone(), "b", stubborn[1])]
}

async fn main() -> Result<()> {
    let log = Log::new();

    let mut g = gather(children(&log, [false, false]));
    turn().await?;
    println!("cancel {} {}", g.cancel_with("all").repr(), g.done().repr());
    if let Err(e) = (&mut g).await {
        println!("Cancelled {} {log} {}", args(&e), g.cancelled().repr());
    }
    println!("again {}", g.cancel().repr());

    log.clear();
    let both = children(&log, [false, false]);
    let t = create_task(async move { gather(both).await });
    turn().await?;
    turn().await?;
    t.cancel_with("outer");
    if let Err(e) = t.await {
        println!("through the waiter {} {log}", args(&e));
    }

    log.clear();
    let both = children(&log, [false, false]);
    let t = create_task(async move {
        let outcomes = gather(both).return_exceptions().await?;
        Ok(outcomes.len())
    });
    turn().await?;
    turn().await?;
    t.cancel();
    match t.await {
        Ok(result) => println!("result {result}"),
        Err(_) => println!("return_exceptions does not swallow the outer cancel {log}"),
    }

    log.clear();
    let mut g = gather(children(&log, [true, false]));
    turn().await?;
    g.cancel();
    match (&mut g).await {
        Ok(result) => println!("result {}", result.repr()),
        Err(_) => println!("one stubborn {log} {}", g.cancelled().repr()),
    }

    log.clear();
    let g = gather(children(&log, [true, true]));
    turn().await?;
    g.cancel();
    match g.await {
        Ok(result) => println!("result {}", result.repr()),
        Err(_) => println!("all stubborn {log}"),
    }

    let mut done = gather(Vec::<Task<i32>>::new());
    let (is_done, cancelled) = (done.done().repr(), done.cancel().repr());
    println!("empty {is_done} {cancelled} {}", (&mut done).await?.repr());
    turn().await?;
    println!("empty later {} {}", done.done().repr(), done.cancel().repr());
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
