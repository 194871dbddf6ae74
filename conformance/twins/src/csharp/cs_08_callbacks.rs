use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use fourfold::csharp::{
    CancellationToken, CancellationTokenSource, Task, TaskContinuationOptions,
    current_synchronization_context, set_synchronization_context,
};
use fourfold::{Error, Result};

use super::pump::Pump;
use super::show::{b, exception, thrown};
use super::threading::here;

fn fails(text: &'static str) -> impl FnOnce() -> Result<()> + Send {
    move || -> Result<(), Error> { Err(exception(text)) }
}

fn says(text: &'static str) -> impl FnOnce() + Send {
    move || println!("{text}")
}

fn new() -> (Arc<CancellationTokenSource>, CancellationToken) {
    let source = Arc::new(CancellationTokenSource::new());
    let token = source.token();
    (source, token)
}

fn program() -> Result<()> {
    // Last registered first, on the thread that cancels, before cancel returns.
    let (source, token) = new();
    let me = here();
    for i in 1..=3 {
        let asked = token.clone();
        let callback = move || {
            let (inline, requested) = (me == here(), asked.is_cancellation_requested());
            println!("callback {i}, inline {}, requested {}", b(inline), b(requested));
        };
        token.register(callback).forget();
    }
    println!("cancel");
    source.cancel()?;
    println!("cancelled");
    source.cancel()?;
    println!("a second time: nothing");
    token.register(says("late: at once")).forget();
    println!("registered late");

    // All run, whatever they fail with.
    let (source, token) = new();
    token.register(fails("1")).forget();
    token.register(says("between")).forget();
    token.register(fails("3")).forget();
    println!("{}", thrown(|| source.cancel()));
    println!("cancelled all the same: {}", b(source.is_cancellation_requested()));
    // Unless only the first counts.
    let (source, token) = new();
    token.register(says("not reached")).forget();
    token.register(fails("2")).forget();
    token.register(says("before it")).forget();
    println!("first only: {}", thrown(|| source.cancel_with(true)));
    println!("a late one that throws: {}", thrown(|| Ok(token.register(fails("late")))));

    // What a callback registers runs at once; what it disposes of does not run.
    let (source, token) = new();
    let disposed = token.register(says("not reached"));
    let registers = token.clone();
    let callback = move || {
        println!("registers");
        registers.register(says("within")).forget();
        drop(disposed);
        println!("has registered");
    };
    token.register(callback).forget();
    source.cancel()?;
    // Cancelling again from within is nothing.
    let (source, token) = new();
    token.register(says("older")).forget();
    let again = source.clone();
    let callback = move || {
        again.cancel()?;
        println!("cancelled again from within");
        Ok(())
    };
    token.register(callback).forget();
    source.cancel()?;

    // Tasks and awaits that wait for a token stand in the same line.
    let (source, token) = new();
    token.register(says("registered first")).forget();
    let delay = Task::delay_with(Duration::MAX, token.clone());
    delay.continue_with_options(
        |_| {
            println!("the delay");
            Ok(())
        },
        TaskContinuationOptions::EXECUTE_SYNCHRONOUSLY,
        CancellationToken::none(),
        None,
    );
    token.register(says("registered last")).forget();
    source.cancel()?;

    // A context is sent to if that is asked for.
    let (source, token) = new();
    let pump = Arc::new(Pump::new());
    set_synchronization_context(Some(pump.clone()));
    let thread = Arc::new(Mutex::new(None));
    let note = |thread: &Arc<Mutex<_>>| {
        let thread = thread.clone();
        move || *thread.lock().unwrap() = Some(here())
    };
    token.register_on_context(note(&thread)).forget();
    let callback = || {
        let none = current_synchronization_context().is_none();
        println!("a state, in no context {}", b(none));
    };
    token.register(callback).forget();
    set_synchronization_context(None);
    let canceller = Task::run(move || source.cancel());
    let completes = pump.clone();
    canceller.continue_with(move |_| {
        completes.complete();
        Ok(())
    });
    pump.run();
    println!("sent to the context: {}", b(*thread.lock().unwrap() == Some(me)));

    // Cancelling from another thread runs them there.
    let (source, token) = new();
    token.register(note(&thread)).forget();
    let outside = thread::spawn(move || source.cancel().map(|()| here()));
    let other = outside.join().expect("it does not panic")?;
    println!("on the thread that cancels: {}", b(*thread.lock().unwrap() == Some(other)));
    Ok(())
}

pub(crate) fn run() {
    program().expect("it handles what it raises");
}
