//! `Lock`: first come first served, hand-over, cancelled waiters, misuse.

use fourfold::Result;
use fourfold::asyncio::{Lock, ReturnWhen, Task, create_task, gather, wait};

use super::python::{Log, Repr, run_main, text, turn};

async fn user(lock: Lock, log: Log, name: &'static str) -> Result<()> {
    let _held = lock.acquire().await?;
    log.push(format!("{name} in"));
    turn().await?;
    log.push(format!("{name} out"));
    Ok(())
}

async fn cancelled(lock: Lock, log: Log, name: &'static str) -> Result<()> {
    let outcome = user(lock, log.clone(), name).await;
    if outcome.as_ref().is_err_and(|e| e.is_cancelled()) {
        log.push(format!("{name} cancelled"));
    }
    outcome
}

async fn all(tasks: impl IntoIterator<Item = Task<()>>) -> Result<()> {
    wait(tasks, ReturnWhen::AllCompleted, None).await?;
    Ok(())
}

async fn main() -> Result<()> {
    let log = Log::new();
    let lock = Lock::new();

    gather(["a", "b", "c"].map(|name| user(lock.clone(), log.clone(), name))).await?;
    println!("{}", log.joined());

    let three =
        || ["a", "b", "c"].map(|name| create_task(cancelled(lock.clone(), log.clone(), name)));
    log.clear();
    lock.acquire().await?.forget();
    let ts = three();
    turn().await?;
    ts[1].cancel();
    lock.release()?;
    all(ts).await?;
    println!("waiter cancelled: {} {}", log.joined(), lock.locked().repr());

    // The head waiter is woken and cancelled in the same turn: the next one gets the lock.
    log.clear();
    lock.acquire().await?.forget();
    let ts = three();
    turn().await?;
    lock.release()?;
    ts[0].cancel();
    all(ts).await?;
    println!("woken and cancelled: {} {}", log.joined(), lock.locked().repr());

    // A newcomer between release and the waiter's resumption does not overtake it.
    log.clear();
    lock.acquire().await?.forget();
    let t = create_task(user(lock.clone(), log.clone(), "waiter"));
    turn().await?;
    lock.release()?;
    log.push(format!("locked {}", lock.locked().repr()));
    let held = lock.acquire().await?;
    log.push("newcomer in");
    drop(held);
    t.await?;
    println!("newcomer: {}", log.joined());

    // All waiters cancelled: the lock is free.
    lock.acquire().await?.forget();
    let ts = ["a", "b"].map(|name| create_task(user(lock.clone(), log.clone(), name)));
    turn().await?;
    for t in &ts {
        t.cancel();
    }
    lock.release()?;
    all(ts).await?;
    println!("all cancelled, locked {}", lock.locked().repr());
    if let Err(e) = lock.release() {
        println!("RuntimeError {}", text(&e));
    }
    // Python's returns True; here it is the guard that shows that the lock is held.
    let held = lock.acquire().await?;
    println!("acquire returns {}", lock.locked().repr());
    drop(held);
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
