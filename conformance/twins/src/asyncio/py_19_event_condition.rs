//! `Event` and `Condition`.

use std::cell::RefCell;
use std::rc::Rc;

use fourfold::Result;
use fourfold::asyncio::{Condition, Event, ReturnWhen, Task, create_task, wait};

use super::python::{Log, Repr, run_main, text, turn, type_name};

async fn waits(event: Event, log: Log, name: &'static str) -> Result<()> {
    event.wait().await?;
    // Python's wait returns True; here that it returned says the same.
    log.push(format!("{name} {}", true.repr()));
    Ok(())
}

async fn waiter(condition: Rc<Condition>, log: Log, name: &'static str) -> Result<()> {
    let _held = condition.acquire().await?;
    let outcome = condition.wait().await;
    let how = if outcome.is_ok() { "woken" } else { "cancelled" };
    log.push(format!("{name} {how}, locked {}", condition.locked().repr()));
    outcome
}

async fn all(tasks: &[Task<()>]) -> Result<()> {
    wait(tasks.to_vec(), ReturnWhen::AllCompleted, None).await?;
    Ok(())
}

async fn main() -> Result<()> {
    let log = Log::new();
    let event = Event::new();

    let ts = ["a", "b", "c"].map(|name| create_task(waits(event.clone(), log.clone(), name)));
    turn().await?;
    ts[1].cancel();
    event.set();
    event.clear();
    all(&ts).await?;
    println!("set then clear wakes all: {} {}", log.joined(), event.is_set().repr());
    event.set();
    event.set();
    println!("set already {} {}", event.wait().await.is_ok().repr(), event.is_set().repr());

    let condition = Rc::new(Condition::new());
    let start = async |names: &[&'static str]| {
        log.clear();
        let ts: Vec<Task<()>> = names
            .iter()
            .map(|&name| create_task(waiter(condition.clone(), log.clone(), name)))
            .collect();
        turn().await?;
        turn().await?;
        Ok::<_, fourfold::Error>(ts)
    };

    let ts = start(&["a", "b", "c"]).await?;
    {
        let _held = condition.acquire().await?;
        condition.notify(1)?;
        log.push("notified one");
    }
    for _ in 0..5 {
        turn().await?;
    }
    println!("{}", log.joined());
    {
        let _held = condition.acquire().await?;
        condition.notify_all()?;
    }
    all(&ts).await?;
    println!("{}", log.joined());

    let ts = start(&["a", "b", "c"]).await?;
    {
        let _held = condition.acquire().await?;
        condition.notify(2)?;
    }
    all(&ts[..2]).await?;
    ts[2].cancel();
    all(&ts).await?;
    println!("{} {}", log.joined(), condition.locked().repr());

    // Notified and cancelled in the same turn: the notification is not lost.
    let ts = start(&["a", "b"]).await?;
    {
        let _held = condition.acquire().await?;
        condition.notify(1)?;
        ts[0].cancel();
    }
    all(&ts).await?;
    println!("{}", log.joined());

    let state: Rc<RefCell<Vec<i32>>> = Rc::default();
    let (until, seen) = (condition.clone(), state.clone());
    let t = create_task(async move {
        let _held = until.acquire().await?;
        until.wait_for(|| seen.borrow().len() >= 2).await?;
        let seen = seen.borrow().clone();
        Ok(seen)
    });
    turn().await?;
    for i in 0..3 {
        {
            let _held = condition.acquire().await?;
            state.borrow_mut().push(i);
            condition.notify_all()?;
        }
        turn().await?;
        turn().await?;
    }
    println!("wait_for {}", t.await?.repr());
    for refused in [condition.notify(1), condition.notify_all(), condition.wait().await] {
        if let Err(e) = refused {
            println!("{} {}", type_name(&e), text(&e));
        }
    }
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
