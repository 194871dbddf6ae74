//! `Semaphore` and `BoundedSemaphore`: first come first served, permits survive cancelled
//! waiters.

use fourfold::Result;
use fourfold::asyncio::{BoundedSemaphore, ReturnWhen, Semaphore, Task, create_task, gather, wait};

use super::python::{Log, Repr, run_main, text, turn};

async fn user(semaphore: Semaphore, log: Log, name: &'static str) -> Result<()> {
    let _permit = semaphore.acquire().await?;
    log.push(format!("{name} in"));
    turn().await?;
    log.push(format!("{name} out"));
    Ok(())
}

async fn take(semaphore: Semaphore, log: Log, name: &'static str) -> Result<()> {
    match semaphore.acquire().await {
        Ok(permit) => {
            permit.forget();
            log.push(format!("{name} has it"));
            Ok(())
        }
        Err(e) => {
            log.push(format!("{name} cancelled"));
            Err(e)
        }
    }
}

async fn all(tasks: &[Task<()>]) -> Result<()> {
    wait(tasks.to_vec(), ReturnWhen::AllCompleted, None).await?;
    Ok(())
}

async fn main() -> Result<()> {
    let log = Log::new();
    let semaphore = Semaphore::new(2);
    let users = ["a", "b", "c", "d"].map(|name| user(semaphore.clone(), log.clone(), name));
    gather(users).await?;
    println!("{}", log.joined());

    log.clear();
    let semaphore = Semaphore::new(0);
    let taking =
        |semaphore: &Semaphore, name| create_task(take(semaphore.clone(), log.clone(), name));
    let ts = ["a", "b", "c"].map(|name| taking(&semaphore, name));
    turn().await?;
    ts[0].cancel();
    semaphore.release()?;
    all(&ts[..2]).await?;
    println!("waiting one cancelled: {} {}", log.joined(), semaphore.locked().repr());

    // Woken and cancelled in one turn: the permit goes to the next.
    log.clear();
    let ts = [ts[2].clone(), taking(&semaphore, "d")];
    turn().await?;
    semaphore.release()?;
    ts[0].cancel();
    all(&ts).await?;
    println!("woken one cancelled: {} {}", log.joined(), semaphore.locked().repr());

    // A newcomer does not overtake a woken waiter.
    log.clear();
    let semaphore = Semaphore::new(0);
    let first = taking(&semaphore, "waiter");
    turn().await?;
    semaphore.release()?;
    log.push(format!("locked {}", semaphore.locked().repr()));
    let second = taking(&semaphore, "newcomer");
    first.await?;
    semaphore.release()?;
    second.await?;
    println!("no overtaking: {}", log.joined());

    log.clear();
    let semaphore = Semaphore::new(0);
    let ts = ["a", "b", "c"].map(|name| taking(&semaphore, name));
    turn().await?;
    for _ in 0..4 {
        semaphore.release()?;
    }
    all(&ts).await?;
    println!("many releases: {} {}", log.joined(), semaphore.locked().repr());
    // Python's returns True; here a permit is what says so.
    let permit = semaphore.acquire().await;
    println!("one left {} {}", permit.is_ok().repr(), semaphore.locked().repr());
    permit?.forget();

    let bounded = BoundedSemaphore::new(1);
    bounded.acquire().await?.forget();
    bounded.release()?;
    if let Err(e) = bounded.release() {
        println!("ValueError {}", text(&e));
    }
    println!("Semaphore(-1) does not compile");
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
