//! `wait`: three modes and a timeout; it never cancels and never raises what the tasks raised.

use std::time::Duration;

use fourfold::Result;
use fourfold::asyncio::{self, Event, ReturnWhen, Task, create_task, wait};

use super::python::{Repr, ValueError, run_main, seconds, text, turn};

type Started = (Vec<Task<&'static str>>, Vec<Event>);
type DoneAndPending = (Vec<Task<&'static str>>, Vec<Task<&'static str>>);

async fn work(event: Event, name: &'static str, fail: bool) -> Result<&'static str> {
    event.wait().await?;
    if fail {
        return Err(ValueError::new(name));
    }
    Ok(name)
}

fn start(names: &[&'static str], fail: Option<&'static str>) -> Started {
    names
        .iter()
        .map(|&name| {
            let event = Event::new();
            let body = work(event.clone(), name, fail == Some(name));
            (Task::builder().name(name).spawn(body), event)
        })
        .unzip()
}

fn names(ts: &[Task<&'static str>]) -> String {
    let mut names: Vec<String> = ts.iter().map(|t| t.get_name()).collect();
    names.sort();
    names.repr()
}

fn show(what: &str, (done, pending): &DoneAndPending) -> Result<()> {
    for t in done {
        if !t.cancelled() {
            t.exception()?;
        }
    }
    println!("{what} done {} pending {}", names(done), names(pending));
    Ok(())
}

fn set_later(event: &Event, delay: f64) -> Result<()> {
    let event = event.clone();
    asyncio::get_running_loop()?.call_later(seconds(delay), move || event.set());
    Ok(())
}

async fn main() -> Result<()> {
    use ReturnWhen::{AllCompleted, FirstCompleted, FirstException};

    let (ts, events) = start(&["a", "b", "c"], None);
    events[1].set();
    show("FIRST_COMPLETED", &wait(ts.clone(), FirstCompleted, None).await?)?;
    show("again, at once", &wait(ts.clone(), FirstCompleted, None).await?)?;
    events[0].set();
    events[2].set();
    show("ALL_COMPLETED", &wait(ts, AllCompleted, None).await?)?;

    let (ts, events) = start(&["a", "b", "c"], Some("b"));
    events[0].set();
    set_later(&events[1], 0.003)?;
    show("FIRST_EXCEPTION", &wait(ts.clone(), FirstException, None).await?)?;
    events[2].set();
    ts[2].clone().await?;

    let (ts, events) = start(&["a", "b"], None);
    set_later(&events[0], 0.002)?;
    set_later(&events[1], 0.004)?;
    show("FIRST_EXCEPTION without one", &wait(ts, FirstException, None).await?)?;

    // A cancelled task is complete, but is not taken for a failure.
    let (ts, events) = start(&["a", "b"], None);
    ts[0].cancel();
    set_later(&events[1], 0.003)?;
    show("FIRST_EXCEPTION and a cancelled one", &wait(ts, FirstException, None).await?)?;

    let (ts, events) = start(&["a", "b"], None);
    show("timeout", &wait(ts.clone(), AllCompleted, seconds(0.002)).await?)?;
    let cancelled: Vec<bool> = ts.iter().map(|t| t.cancelled()).collect();
    let cancelling: Vec<u32> = ts.iter().map(Task::cancelling).collect();
    println!("cancelled by it {} {}", cancelled.repr(), cancelling.repr());
    show("timeout 0", &wait(ts.clone(), AllCompleted, Duration::ZERO).await?)?;

    let waited = ts.clone();
    let w = create_task(async move { wait(waited, AllCompleted, None).await.map(drop) });
    turn().await?;
    w.cancel();
    if w.await.is_err_and(|e| e.is_cancelled()) {
        let done: Vec<bool> = ts.iter().map(|t| t.done()).collect();
        println!("waiter cancelled, tasks {}", done.repr());
    }
    events.iter().for_each(Event::set);
    wait(ts, AllCompleted, None).await?;

    if let Err(e) = wait(Vec::<Task<()>>::new(), AllCompleted, None).await {
        println!("ValueError {}", text(&e));
    }
    println!("another return_when does not compile");
    Ok(())
}

pub(crate) fn run() {
    run_main(main());
}
