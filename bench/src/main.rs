//! Fourfold measured side by side with other runtimes.
//!
//! `bench` is the driver and, started again by itself, each of the workers:
//!
//! ```text
//!   bench spawn ──► driver ──┬─► bench worker --runtime fourfold --workload spawn   one JSON line
//!                            ├─► bench worker --runtime tokio    --workload spawn   one JSON line
//!                            └─► python3 peers/cpython/run_spawn.py                 one JSON line
//!                   (A B C A B C …)            │
//!                            ├─► bench client              (beside those that serve)
//!                            └─► bench server              (beside those that ask)
//! ```
//!
//! What each workload does, and which figure is compared and why, is said in `README.md`.

mod child;
mod cli;
mod client;
mod deadlines;
mod dotnet;
mod driver;
mod golang;
mod keep;
mod lifo;
mod machine;
mod measure;
mod names;
mod node;
mod pages;
mod peers;
mod python;
mod report;
mod results;
mod runtime;
mod runtimes;
mod server;
mod stall;
mod statistics;
mod versions;
mod workload;

use std::error::Error;
use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(true) => ExitCode::SUCCESS,
        // It has said what is missing.
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("bench: {}", with_causes(error.as_ref()));
            ExitCode::FAILURE
        }
    }
}

fn with_causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
