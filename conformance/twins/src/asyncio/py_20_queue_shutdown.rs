//! `Queue::shutdown`, gentle and immediate.

use fourfold::Result;
use fourfold::asyncio::{Queue, create_task, gather};

use super::python::{Repr, run_main, turn, type_name};

fn attempt(what: &str, outcome: Result<impl std::fmt::Display>) {
    match outcome {
        Ok(value) => println!("{what} -> {value}"),
        Err(e) => println!("{what} ! {}", type_name(&e)),
    }
}

fn none(outcome: Result<()>) -> Result<&'static str> {
    outcome.map(|()| "None")
}

fn names<T>(outcomes: &[Result<T>]) -> String {
    let names: Vec<&str> = outcomes
        .iter()
        .map(|outcome| outcome.as_ref().err().map_or("NoneType", type_name))
        .collect();
    names.repr()
}

async fn main() -> Result<()> {
    let q = Queue::new(0);
    q.put_nowait(1)?;
    q.put_nowait(2)?;
    q.shutdown(false);
    attempt("put", none(q.put(3).await));
    attempt("put_nowait", none(q.put_nowait(3)));
    attempt("get", q.get().await);
    attempt("get_nowait", q.get_nowait());
    attempt("get", q.get().await);
    attempt("get_nowait", q.get_nowait());
    q.task_done()?;
    let joined = q.clone();
    let j = create_task(async move { joined.join().await });
    turn().await?;
    println!("join waits {}", j.done().repr());
    q.task_done()?;
    j.await?;
    println!("joined");

    let q = Queue::new(0);
    for i in 0..3 {
        q.put_nowait(i)?;
    }
    let joined = q.clone();
    let j = create_task(async move { joined.join().await });
    turn().await?;
    q.shutdown(true);
    j.await?;
    println!("immediate: joined, left {}", q.qsize());
    attempt("get", q.get().await);
    attempt("put", none(q.put(1).await));

    let q: Queue<i32> = Queue::new(0);
    let ts = [q.clone(), q.clone()].map(|q| create_task(async move { q.get().await }));
    turn().await?;
    q.shutdown(false);
    println!("getters woken {}", names(&gather(ts).return_exceptions().await?));

    let q = Queue::new(1);
    q.put_nowait("kept")?;
    let ts = ["0", "1"].map(|i| {
        let q = q.clone();
        create_task(async move { q.put(i).await })
    });
    turn().await?;
    q.shutdown(false);
    println!("putters woken {}", names(&gather(ts).return_exceptions().await?));
    attempt("drain", q.get().await);
    attempt("drained", q.get().await);
    q.shutdown(false);
    q.shutdown(true);
    println!("again is fine");

    let q = Queue::new(0);
    q.put_nowait(1)?;
    q.get_nowait()?;
    q.put_nowait(2)?;
    q.shutdown(true);
    let joined = q.clone();
    let j = create_task(async move { joined.join().await });
    turn().await?;
    println!("one still in hands, join done {}", j.done().repr());
    q.task_done()?;
    j.await?;
    println!("joined");
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
