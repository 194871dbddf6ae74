//! The conformance programs written once more in Rust, one file each, run by name:
//!
//! ```text
//! cargo run -p fourfold-conformance -- asyncio py_02_await_and_turns
//! cargo run -p fourfold-conformance -- --list       what there is
//! cargo run -p fourfold-conformance -- --differs asyncio NAME
//! cargo run -p fourfold-conformance -- --awaited csharp          what has no twin yet
//! ```
//!
//! A twin prints the lines that its original prints. `cargo xtask conformance` compares them.

mod asyncio;
mod csharp;
mod go;
mod js;

use std::process::ExitCode;

/// A line of the original that the twin prints differently, on purpose.
pub struct Difference {
    /// The line the original prints.
    pub original: &'static str,
    /// The line the twin prints in its place.
    pub twin: &'static str,
    /// Why Rust does not, or must not, print the original's line.
    pub reason: &'static str,
}

/// One program's twin.
pub struct Twin {
    /// The original's file name without its ending.
    pub name: &'static str,
    /// Prints what the original prints.
    pub run: fn(),
    /// The lines that differ on purpose, in the order they are printed.
    pub differs: &'static [Difference],
}

/// The twins of one dialect, `None` if there is no dialect of that name.
fn registry(dialect: &str) -> Option<&'static [Twin]> {
    match dialect {
        "asyncio" => Some(asyncio::TWINS),
        "csharp" => Some(csharp::TWINS),
        "go" => Some(go::TWINS),
        "js" => Some(js::TWINS),
        _ => None,
    }
}

/// What `main` reports when a twin is missing; `cargo xtask conformance` tells it from a failure by this.
const NO_TWIN: u8 = 3;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (differs, args) = match args.first().map(String::as_str) {
        Some("--list") => {
            for dialect in ["asyncio", "csharp", "go", "js"] {
                for twin in registry(dialect).unwrap_or_default() {
                    println!("{dialect} {}", twin.name);
                }
            }
            return ExitCode::SUCCESS;
        }
        Some("--awaited") => {
            let awaited = match args.get(1).map(String::as_str) {
                Some("csharp") => csharp::AWAITED,
                Some("js") => js::AWAITED,
                _ => &[],
            };
            awaited.iter().for_each(|name| println!("{name}"));
            return ExitCode::SUCCESS;
        }
        Some("--differs") => (true, &args[1..]),
        _ => (false, &args[..]),
    };
    let [dialect, name] = args else {
        eprintln!(
            "usage: fourfold-conformance [--differs] DIALECT NAME, --awaited DIALECT, or --list"
        );
        return ExitCode::from(2);
    };
    let Some(twins) = registry(dialect) else {
        eprintln!("no dialect {dialect:?} here");
        return ExitCode::from(2);
    };
    let Some(twin) = twins.iter().find(|twin| twin.name == name) else {
        eprintln!("no twin: {dialect} {name}");
        return ExitCode::from(NO_TWIN);
    };
    if differs {
        // One difference to a line; the parts hold no tab.
        for d in twin.differs {
            println!("{}\t{}\t{}", d.original, d.twin, d.reason);
        }
    } else {
        (twin.run)();
    }
    ExitCode::SUCCESS
}
