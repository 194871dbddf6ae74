//! The project's own chores.
//!
//! ```text
//! cargo xtask semantics [PREFIX] [--no-run]                        which rows of docs/semantics.md are kept
//! cargo xtask conformance [DIALECT] [--record] [--filter NAME]     twins against their originals
//! cargo xtask picture [--out FILE] [--columns N]                   docs/images/ping.svg, from a real run
//! cargo xtask bench …                                              the benchmarks, arguments passed on
//! ```

mod cargo;
mod conformance;
mod diff;
#[cfg(unix)]
mod picture;
mod python;
mod semantics;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's own chores.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Show which rows of docs/semantics.md have tests, and run those tests
    Semantics(semantics::Options),
    /// Compare the Rust twins with the programs in the original languages
    Conformance(conformance::Options),
    /// Draw docs/images/ping.svg from a real run
    #[cfg(unix)]
    Picture(picture::Options),
    /// Run the benchmarks; all arguments are passed on
    Bench {
        /// What the benchmarks are given
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().chore {
        Chore::Semantics(options) => semantics::run(&options),
        Chore::Conformance(options) => conformance::run(&options),
        #[cfg(unix)]
        Chore::Picture(options) => picture::run(&options),
        Chore::Bench { arguments } => cargo::bench(&arguments),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}
