//! The picture of a run for the README: a real one, on a terminal of its own, drawn as SVG.
//!
//! ```text
//!   terminal: fourfold ping ──bytes──► ansi: lines of styled runs ──► svg: docs/images/ping.svg
//! ```
//!
//! The progress bar is left out: at the end of a run nothing of it is on the screen either.

mod ansi;
mod svg;
mod terminal;

use std::fs;
use std::path::PathBuf;

use crate::cargo;

/// What is shown as typed.
const TYPED: &str = "fourfold ping";
/// What is run.
const PROGRAM: [&str; 8] =
    ["run", "--quiet", "--release", "--package", "fourfold-cli", "--", "ping", "--no-progress"];

/// Draw docs/images/ping.svg from a real run
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// How many columns the terminal has
    #[arg(long, value_name = "N", default_value_t = 80)]
    columns: u16,
}

/// Runs the demonstration and draws it.
pub(crate) fn run(options: &Options) -> Result<bool, String> {
    // Built before, so that the compiler has nothing to say in the picture.
    let built = cargo::command().args(["build", "--release", "--package", "fourfold-cli"]).status();
    match built {
        Ok(status) if status.success() => {}
        Ok(_) => return Ok(false),
        Err(error) => return Err(format!("cargo could not be started: {error}")),
    }
    let mut program = cargo::command();
    program.args(PROGRAM);
    let output = terminal::run(program, options.columns)?;
    let mut lines = vec![ansi::typed(TYPED)];
    lines.extend(ansi::parse(&output)?);
    let picture = svg::draw(&lines, options.columns.into(), TYPED);

    let path = options.out.clone().unwrap_or_else(|| cargo::root().join("docs/images/ping.svg"));
    let written = path.parent().map_or(Ok(()), fs::create_dir_all);
    written
        .and_then(|()| fs::write(&path, picture))
        .map_err(|error| format!("{} could not be written: {error}", path.display()))?;
    println!("{}", path.display());
    Ok(true)
}
