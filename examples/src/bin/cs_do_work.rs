//! Awaiting work that waits: `Start`, `Working...`, two seconds later `Done!`, `End`.
//!
//! The idea: the program with which `async` is usually introduced; `py_do_work` is the same one. In
//! C# calling a method begins it: it runs on the caller's stack up to its first await that is not
//! done, and what it returns is a task that is under way. So `Called` comes behind `Working...`.
//!
//! ```text
//! Start
//! Working...
//! Called
//! Done!
//! End
//! ```

use std::time::Duration;

use fourfold::Result;
use fourfold::csharp::{Task, async_method};

async fn do_work() -> Result<()> {
    println!("Working...");
    Task::delay(Duration::from_secs(2)).await?;
    println!("Done!");
    Ok(())
}

async fn program() -> Result<()> {
    println!("Start");
    let work = async_method(do_work());
    println!("Called");
    work.await?;
    println!("End");
    Ok(())
}

fn main() -> Result<()> {
    fourfold_examples::run_csharp(program())
}
