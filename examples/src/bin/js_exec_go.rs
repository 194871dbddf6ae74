//! Two async functions that were called before either is awaited take as long as one of them.
//!
//! The idea: calling an async function runs it at once to its first `await`, and gives a promise. Both
//! calls print before anything is awaited; the second `await` finds its promise settled. Milliseconds
//! are the loop's.
//!
//! ```text
//! 0
//! sleep start
//! -------1
//! sleep start
//! Promise { <pending> } Promise { <pending> }
//! sleep end
//! -------2
//! sleep end
//! Promise { undefined } Promise { undefined }
//! 2000
//! ```

use fourfold::Result;
use fourfold::js::{Promise, State, async_fn, set_timeout};
use fourfold::stopwatch::Stopwatch;

fn sleep(milliseconds: u64) -> Promise<()> {
    println!("sleep start");
    Promise::new(|settle| {
        set_timeout(move || settle.resolve(()), milliseconds);
        Ok(())
    })
}

async fn exec() -> Result<()> {
    sleep(2000).await?;
    println!("sleep end");
    Ok(())
}

async fn go() -> Result<()> {
    let clock = Stopwatch::start();
    println!("{}", clock.elapsed().as_millis());
    let first: Promise<()> = async_fn(exec());
    println!("-------1");
    let second: Promise<()> = async_fn(exec());
    println!("{} {}", show(&first), show(&second));
    (&first).await?;
    println!("-------2");
    (&second).await?;
    println!("{} {}", show(&first), show(&second));
    println!("{}", clock.elapsed().as_millis());
    Ok(())
}

/// As a console shows it.
fn show(promise: &Promise<()>) -> &'static str {
    match promise.state() {
        State::Pending => "Promise { <pending> }",
        State::Fulfilled => "Promise { undefined }",
        State::Rejected => "Promise { <rejected> }",
    }
}

fn main() -> Result<()> {
    fourfold_examples::run_js(go())
}
