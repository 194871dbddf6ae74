//! Where an error goes that nobody catches, and how the process ends.
//!
//! The idea: a promise has no call stack to throw into. What a `catch` handler throws only rejects the next
//! promise; thrown from an immediate it is uncaught, and ends the process. Where nothing is left to do,
//! the process ends by itself: a pending promise does not hold it, but a `main` that waits for one is told.
//! Each program below runs on a loop of its own; the code is the one its process would exit with.
//!
//! ```text
//! -- caught
//! the next promise is rejected: thrown in the handler
//! exit code 0
//! -- unhandled
//! Error: thrown in the handler
//! exit code 1
//! -- rethrown
//! Error: no answer
//! exit code 1
//! -- pending
//! the timer was the last thing to do
//! exit code 0
//! -- never
//! nothing is left that could settle what main awaits
//! exit code 13
//! ```
//!
//! With a name on the command line it is that program, and exits so: `js_promise_errors rethrown`.

use std::process::ExitCode;

use fourfold::js::{self, Exit, Promise, set_immediate, set_timeout};
use fourfold::{Error, Result};

/// A promise that will be rejected.
fn work() -> Promise<()> {
    Promise::reject(Error::msg("no answer"))
}

/// What a handler throws is caught by the next one.
async fn caught() -> Result<()> {
    work().catch::<()>(|_| Err(Error::msg("thrown in the handler"))).catch(|error| {
        println!("the next promise is rejected: {error}");
        Ok(())
    });
    Ok(())
}

/// There is no next one. What would be done later is not done any more.
async fn unhandled() -> Result<()> {
    work().catch::<()>(|_| Err(Error::msg("thrown in the handler")));
    set_timeout(|| println!("never printed"), 10);
    Ok(())
}

/// On the loop there is nobody above who could catch it.
async fn rethrown() -> Result<()> {
    work().catch(|error| {
        set_immediate(move || -> Result<()> { Err(error) });
        Ok(())
    });
    set_timeout(|| println!("never printed"), 10);
    Ok(())
}

/// Nobody settles the promise, and nobody has to.
async fn pending() -> Result<()> {
    let (promise, _resolvers) = Promise::<()>::with_resolvers();
    promise.then(|()| {
        println!("never printed");
        Ok(())
    });
    set_timeout(|| println!("the timer was the last thing to do"), 10);
    Ok(())
}

/// The same, but `main` awaits it.
async fn never() -> Result<()> {
    let (promise, _resolvers) = Promise::with_resolvers();
    promise.await
}

type Program = fn() -> std::pin::Pin<Box<dyn Future<Output = Result<()>>>>;

const PROGRAMS: [(&str, Program); 5] = [
    ("caught", || Box::pin(caught())),
    ("unhandled", || Box::pin(unhandled())),
    ("rethrown", || Box::pin(rethrown())),
    ("pending", || Box::pin(pending())),
    ("never", || Box::pin(never())),
];

fn main() -> ExitCode {
    if let Some(wanted) = std::env::args().nth(1) {
        return match PROGRAMS.iter().find(|(name, _)| *name == wanted) {
            Some((_, program)) => js::main(program()),
            None => {
                eprintln!("{wanted:?} is none of the programs");
                ExitCode::from(2)
            }
        };
    }
    for (name, program) in PROGRAMS {
        println!("-- {name}");
        let code = match js::run(program()) {
            Ok(()) => 0,
            Err(error) => {
                let text = error.to_string();
                // Behind the first line are places in this file; behind the semicolon, advice.
                let text = text.lines().next().unwrap_or_default();
                println!("{}", text.split(';').next().unwrap_or(text));
                error.downcast_ref::<Exit>().map_or(1, Exit::code)
            }
        };
        println!("exit code {code}");
    }
    ExitCode::SUCCESS
}
