//! A stopwatch that is asked, and started again: laps.
//!
//! The idea: .NET's `Stopwatch` is an object, not a scope. It goes on through awaits, whichever
//! thread the method goes on on, and reads the time of the pool it was started on, hence exact when
//! that is virtual.
//!
//! ```text
//! one after the other: 3.0 s
//! at once: 2.0 s
//! lap 1: 1.0 s
//! lap 2: 2.0 s
//! ```

use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::Task;
use fourfold::stopwatch::Stopwatch;

const SECOND: Duration = Duration::from_secs(1);

fn print(what: &str, elapsed: Duration) {
    println!("{what}: {:.1} s", elapsed.as_secs_f64());
}

async fn program() -> Result<()> {
    let chrono = Stopwatch::start();
    Task::delay(SECOND).await?;
    Task::delay(2 * SECOND).await?;
    print("one after the other", chrono.elapsed());

    let mut chrono = Stopwatch::start();
    Task::when_all([Task::delay(SECOND), Task::delay(2 * SECOND)]).await?;
    print("at once", chrono.restart());

    Task::delay(SECOND).await?;
    print("lap 1", chrono.restart());
    Task::delay(2 * SECOND).await?;
    print("lap 2", chrono.elapsed());
    Ok(())
}

fn main() -> Result<()> {
    fourfold_examples::run_csharp(program())
}
