//! `Barrier`: rounds, order, abort, reset, cancelled waiters.

use fourfold::Result;
use fourfold::asyncio::{
    Barrier, BrokenBarrier, ReturnWhen, Task, create_task, gather, gather_tuple, wait,
};

use super::python::{Log, Repr, run_main, text, turn};

async fn party(barrier: Barrier, log: Log, name: &'static str) -> Result<()> {
    match barrier.wait().await {
        Ok(i) => log.push(format!("{name}:{i}")),
        Err(e) if e.is::<BrokenBarrier>() => log.push(format!("{name} broken")),
        Err(e) if e.is_cancelled() => log.push(format!("{name} cancelled")),
        Err(e) => return Err(e),
    }
    Ok(())
}

async fn all(tasks: &[Task<()>]) -> Result<()> {
    wait(tasks.to_vec(), ReturnWhen::AllCompleted, None).await?;
    Ok(())
}

async fn main() -> Result<()> {
    let log = Log::new();
    let b = Barrier::new(3)?;
    let party = |name| party(b.clone(), log.clone(), name);
    let two = || ["a", "b"].map(|name| create_task(party(name)));
    let sorted = || log.sorted().repr();

    println!("new {} {} {}", b.parties(), b.n_waiting(), b.broken().repr());
    let ts = two();
    turn().await?;
    println!("two wait {} {log}", b.n_waiting());
    party("c").await?;
    all(&ts).await?;
    println!("through {} waiting {}", sorted(), b.n_waiting());

    log.clear();
    gather(["a", "b", "c", "d", "e", "f"].map(party)).await?;
    println!("two rounds {}", sorted());

    log.clear();
    let ts = two();
    turn().await?;
    ts[0].cancel();
    all(&ts[..1]).await?;
    println!("one cancelled {log} waiting {} broken {}", b.n_waiting(), b.broken().repr());
    gather_tuple((party("c"), party("d"), ts[1].clone())).await?;
    println!("still works {}", sorted());

    log.clear();
    let ts = two();
    turn().await?;
    b.reset().await?;
    all(&ts).await?;
    println!("reset {} broken {}", sorted(), b.broken().repr());
    log.clear();
    gather(["a", "b", "c"].map(party)).await?;
    println!("after reset {}", sorted());

    log.clear();
    let ts = two();
    turn().await?;
    b.abort().await?;
    all(&ts).await?;
    println!("abort {} broken {}", sorted(), b.broken().repr());
    party("late").await?;
    println!("stays broken {}", log.items().last().expect("just written"));
    b.reset().await?;
    println!("mended {}", b.broken().repr());

    println!("alone {}", Barrier::new(1)?.wait().await?);
    if let Err(e) = Barrier::new(0) {
        println!("ValueError {}", text(&e));
    }
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
