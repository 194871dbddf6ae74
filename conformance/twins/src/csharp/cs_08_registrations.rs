use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{CancellationToken, CancellationTokenRegistration, CancellationTokenSource};

use super::show::{b, thrown};
use super::threading::Event;

fn says(text: impl std::fmt::Display + Send) -> impl FnOnce() + Send {
    move || println!("{text}")
}

fn new() -> (Arc<CancellationTokenSource>, CancellationToken) {
    let source = Arc::new(CancellationTokenSource::new());
    let token = source.token();
    (source, token)
}

/// Cancels on a thread of its own.
fn cancel_elsewhere(source: &Arc<CancellationTokenSource>) -> thread::JoinHandle<Result<()>> {
    let source = source.clone();
    thread::spawn(move || source.cancel())
}

fn program() -> Result<()> {
    // Taken back before: it never runs.
    let (source, token) = new();
    let registration = token.register(says("not reached"));
    println!("its token: {}", b(registration.token() == source.token()));
    drop(registration);
    source.cancel()?;
    println!("disposed of before");

    // unregister tells whether it was in time.
    let (source, token) = new();
    let early = token.register(says("not reached"));
    println!("early: {}, a second time does not compile", b(early.unregister()));
    let late = token.register(says("ran"));
    source.cancel()?;
    println!("late: {}", b(late.unregister()));
    let never = token.register(|| ());
    println!("on a cancelled one: {}", b(never.unregister()));
    let on_none = CancellationToken::none().register(says("not reached"));
    println!("on none: {}", b(on_none.token() == CancellationToken::none()));

    // Taken back in the middle of a list.
    let (source, token) = new();
    let mut registrations: Vec<_> =
        (0..5).map(|number| Some(token.register(says(format!("callback {number}"))))).collect();
    registrations[3].take();
    registrations[0].take();
    let again = token.register(says("a later one"));
    source.cancel()?;
    drop(again);

    // Dropping it waits for a callback that runs on another thread, unregister does not.
    let (source, token) = new();
    let (begun, go_on) = (Arc::new(Event::new()), Arc::new(Event::new()));
    let ended = Arc::new(AtomicBool::new(false));
    let callback = {
        let (begun, go_on, ended) = (begun.clone(), go_on.clone(), ended.clone());
        move || {
            begun.set();
            go_on.wait();
            ended.store(true, Ordering::SeqCst);
        }
    };
    let running = token.register(callback);
    let canceller = cancel_elsewhere(&source);
    begun.wait();
    println!("Unregister while it runs: does not compile before Dispose");
    let back = Arc::new(Event::new());
    let comes_back = back.clone();
    let disposer = thread::spawn(move || {
        drop(running);
        comes_back.set();
    });
    println!("Dispose came back while it ran: {}", b(back.wait_for(Duration::from_millis(30))));
    go_on.set();
    disposer.join().expect("it does not panic");
    println!("Dispose came back: ended {}", b(ended.load(Ordering::SeqCst)));
    canceller.join().expect("it does not panic")?;

    // Another callback that still waits its turn is not waited for.
    let (source, token) = new();
    begun.reset();
    go_on.reset();
    let waiting = token.register(says("not reached"));
    let callback = {
        let (begun, go_on) = (begun.clone(), go_on.clone());
        move || {
            begun.set();
            go_on.wait();
        }
    };
    token.register(callback).forget();
    let canceller = cancel_elsewhere(&source);
    begun.wait();
    println!("waits its turn: {}", b(waiting.unregister()));
    go_on.set();
    canceller.join().expect("it does not panic")?;

    // From within itself it does not wait for itself.
    let (source, token) = new();
    let itself = Arc::new(Mutex::new(None::<CancellationTokenRegistration>));
    let disposes = itself.clone();
    let callback = move || {
        let itself = disposes.lock().unwrap().take();
        drop(itself);
        println!("disposed of from within");
    };
    *itself.lock().unwrap() = Some(token.register(callback));
    source.cancel()?;

    // A disposed source: what was registered never runs, and it cannot be cancelled.
    let mut source = CancellationTokenSource::new();
    let token = source.token();
    token.register(says("not reached")).forget();
    source.dispose();
    println!("Cancel: {}", thrown(|| source.cancel()));
    println!("Token: {}", thrown(|| Ok(source.token())));
    println!("Register: {}", thrown(|| Ok(token.register(|| ()))));
    println!("asking: {} {}", b(token.is_cancellation_requested()), b(token.can_be_canceled()));
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
