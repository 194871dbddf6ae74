//! `shield`: the outer wait can be cancelled, the inner goes on.

use std::rc::Rc;

use fourfold::Result;
use fourfold::asyncio::{self, Event, ReturnWhen, create_task, shield, wait, wait_for};

use super::python::{Log, Repr, ValueError, args, run_main, seconds, text, turn, type_name};

async fn attempt(what: &str, awaitable: impl Future<Output = Result<&'static str>>) {
    match awaitable.await {
        Ok(value) => println!("{what} -> {value}"),
        Err(e) => println!("{what} ! {} {}", type_name(&e), args(&e)),
    }
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;
    let log = Log::new();
    let gate = Event::new();

    let inner = |fail: bool| {
        let (log, gate) = (log.clone(), gate.clone());
        async move {
            if let Err(e) = gate.wait().await {
                log.push("inner cancelled");
                return Err(e);
            }
            if fail { Err(ValueError::new("late")) } else { Ok("inner done") }
        }
    };

    let t = create_task(inner(false));
    let s = shield(t.clone());
    turn().await?;
    s.cancel_with("outer");
    attempt("outer", s).await;
    println!("inner {} {}", t.done().repr(), t.cancelling());
    gate.set();
    attempt("inner", t).await;

    gate.clear();
    let t = create_task(inner(false));
    let shielded = t.clone();
    let w = create_task(async move { shield(shielded).await });
    turn().await?;
    turn().await?;
    w.cancel();
    attempt("waiter", w).await;
    println!("inner {} {log}", t.done().repr());

    // Cancelling the inner cancels the outer.
    let mut s = shield(t.clone());
    t.cancel();
    attempt("inner cancelled", &mut s).await;
    println!("{log} {}", s.cancelled().repr());

    gate.set();
    attempt("coroutine", shield(inner(false))).await;
    attempt("failure", shield(inner(true))).await;
    let f = event_loop.create_future();
    f.set_result(1)?;
    // Passed through: the shield has its outcome at once, without a turn.
    let passed = shield(f.clone());
    let done_at_once = passed.done();
    println!(
        "a finished one is passed through {}",
        (done_at_once && passed.await? == f.result()?).repr()
    );

    // Left alone, the inner's failure goes to the loop's handler.
    let reports = Log::new();
    let reported = reports.clone();
    event_loop.set_exception_handler(Some(Rc::new(move |context| {
        reported.push(context.exception.as_ref().map_or("None".into(), text));
    })));
    gate.clear();
    let t = create_task(inner(true));
    let mut s = shield(t.clone());
    turn().await?;
    s.cancel();
    attempt("outer", &mut s).await;
    gate.set();
    wait([t.clone()], ReturnWhen::AllCompleted, None).await?;
    turn().await?;
    drop((t, s));
    println!("{} {reports}", reports.len());

    gate.clear();
    let t = create_task(inner(false));
    attempt("with a timeout", wait_for(shield(t.clone()), seconds(0.002))).await;
    gate.set();
    println!("inner afterwards {}", t.await?);
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
