//! `call_soon_threadsafe` ends the loop's sleep in its poll, whoever calls it.

use std::sync::{Arc, Barrier};
use std::thread;

use fourfold::Result;
use fourfold::asyncio::{self, Future, Loop, Remote};

use super::python::{Log, Repr, run_main, seconds, text, turn, type_name};

thread_local! {
    /// What a thread sends works on what belongs to the loop's thread, so it is kept there.
    static DONE: std::cell::RefCell<Option<Future<&'static str>>> = const { std::cell::RefCell::new(None) };
    static GOT: std::cell::RefCell<Vec<(usize, usize)>> = const { std::cell::RefCell::new(Vec::new()) };
    static LOG: Log<i32> = Log::default();
}

fn set_result(result: &'static str) {
    let done = DONE.with_borrow(Clone::clone).expect("set by main");
    done.set_result(result).expect("set once");
}

fn arrive(who: usize, i: usize) {
    let all = GOT.with_borrow_mut(|got| {
        got.push((who, i));
        got.len() == 8 * 50
    });
    if all {
        set_result("");
    }
}

fn sender(event_loop: &Remote, who: usize) {
    for i in 0..50 {
        event_loop.call_soon_threadsafe(move || arrive(who, i)).expect("the loop is open");
    }
}

async fn main() -> Result<()> {
    let event_loop = asyncio::get_running_loop()?;

    let done = event_loop.create_future();
    DONE.set(Some(done.clone()));
    let asleep = Arc::new(Barrier::new(2));
    let mut guard = event_loop.call_later(seconds(30.0), || set_result("the timer"));

    let (remote, wait) = (event_loop.remote(), asleep.clone());
    let t = thread::spawn(move || {
        wait.wait();
        remote.call_soon_threadsafe(|| set_result("the thread"))
    });
    event_loop.call_soon(move || {
        asleep.wait();
    });
    println!("woken by {}", done.await?);
    guard.cancel();
    t.join().expect("no panic")?;

    // Many threads at once: nothing is lost, each thread's own order is kept.
    let done = event_loop.create_future();
    DONE.set(Some(done.clone()));
    let threads: Vec<_> = (0..8)
        .map(|who| {
            let remote = event_loop.remote();
            thread::spawn(move || sender(&remote, who))
        })
        .collect();
    done.await?;
    for t in threads {
        t.join().expect("no panic");
    }
    let got = GOT.take();
    println!("arrived {}", got.len());
    let in_order = (0..8).all(|n| {
        let own = got.iter().filter(|(who, _)| *who == n).map(|(_, i)| *i);
        own.eq(0..50)
    });
    println!("in order {}", in_order.repr());

    // From the loop's own thread it is call_soon.
    let log = LOG.with(Clone::clone);
    event_loop.call_soon(log.append(1));
    event_loop.remote().call_soon_threadsafe(|| LOG.with(|log| log.push(2)))?;
    event_loop.call_soon(log.append(3));
    turn().await?;
    println!("{log}");

    let h = event_loop.remote().call_soon_threadsafe(|| LOG.with(|log| log.push(4)))?;
    h.cancel();
    turn().await?;
    println!("cancelled {log}");
    Ok(())
}

pub(crate) fn run() {
    let remote: std::rc::Rc<std::cell::RefCell<Option<Remote>>> = std::rc::Rc::default();
    let kept = remote.clone();
    run_main(async move {
        kept.replace(Some(asyncio::get_running_loop().map(|l: Loop| l.remote())?));
        main().await
    });
    let remote = remote.take().expect("main ran");
    if let Err(error) = remote.call_soon_threadsafe(|| println!("never")) {
        println!("{} {}", type_name(&error), text(&error));
    }
}
