//! The `fourfold` program.
//!
//! ```text
//! args ──► lanes or demo ──► Plan ──► runs ──► dialect ──► Run ──────┬──► report
//!                 limits ──────┘        │         └──► progress       │
//!                                       └──► observe ──► Observed ────┘
//! ```

mod args;
mod demo;
mod dialect;
mod lanes;
mod limits;
mod observe;
mod outcome;
mod plan;
mod progress;
mod report;
mod runs;

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use crate::args::{Args, Command, Ping, wrong_usage};
use crate::outcome::DialectRun;
use crate::plan::{ExchangePlan, Plan, Target};
use crate::report::{Look, Recorded, Recording, units};

/// What a shell reports for a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let Command::Ping(ping) = Args::parse().command;
    match run(&ping) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}

fn run(ping: &Ping) -> fourfold::Result<ExitCode> {
    let trace_file = Output::open("trace", ping.trace.as_deref());
    let html_file = Output::open("page", ping.html.as_deref());
    let dialects = ping.dialects();
    let lanes = lanes(ping, dialects.len() > 1)?;
    let plan = Arc::new(Plan {
        concurrency: concurrency(ping, lanes.len()),
        lanes,
        count: ping.count,
        interval: ping.interval,
        timeout: ping.timeout,
        exchange: ExchangePlan { method: ping.method, http2: ping.http2, insecure: ping.insecure },
    });
    let recording = trace_file.is_some().then(Recording::start);
    let runs = runs::run(dialects, &plan, !ping.no_progress)?;
    let recorded = recording.map(Recording::finish);

    let text = match ping.json {
        true => report::json(&plan, &runs)?,
        false => report::text(&plan, &runs, &Look::of_stdout()),
    };
    print(&text)?;
    if let (Some(file), Some(recorded)) = (trace_file, recorded) {
        let note = trace_note(file.path, &recorded);
        file.write(note, |out| recorded.write(&plan, &runs, out))?;
    }
    if let Some(file) = html_file {
        let note = format!("Page: {}; open it in a browser", file.path.display());
        file.write(note, |mut out| out.write_all(report::html(&plan, &runs).as_bytes()))?;
    }
    Ok(exit_code(&plan, &runs))
}

/// A file that the user asked for.
struct Output<'a> {
    what: &'static str,
    path: &'a Path,
    file: File,
}

impl<'a> Output<'a> {
    /// Opened before anything runs, so that a wrong path does not cost a whole run.
    fn open(what: &'static str, path: Option<&'a Path>) -> Option<Output<'a>> {
        let path = path?;
        let file = File::create(path).unwrap_or_else(|error| {
            let path = path.display();
            wrong_usage(format!("cannot write the {what} to '{path}': {error}; name a file there"))
        });
        Some(Output { what, path, file })
    }

    /// Writes it and says on standard error where it is.
    fn write(
        self,
        note: String,
        write: impl FnOnce(File) -> io::Result<()>,
    ) -> fourfold::Result<()> {
        write(self.file).map_err(|error| {
            let (what, path) = (self.what, self.path.display());
            fourfold::Error::msg(format!("the {what} could not be written to '{path}': {error}"))
        })?;
        eprintln!("\n{note}");
        Ok(())
    }
}

/// Where the trace is, and what to do with it.
fn trace_note(path: &Path, recorded: &Recorded) -> String {
    let (path, events) = (path.display(), units::count(recorded.events()));
    let missed = match recorded.missed() {
        0 => String::new(),
        missed => format!(", {} later ones left out", units::count(missed)),
    };
    format!("Trace: {path} ({events} events{missed}); open it at https://ui.perfetto.dev")
}

fn exit_code(plan: &Plan, runs: &[DialectRun]) -> ExitCode {
    if report::interrupted(runs) {
        ExitCode::from(INTERRUPTED)
    } else if runs.iter().all(|DialectRun { run, .. }| run.all_answered(plan)) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The lanes from the command line and from the file, or those of the demonstration.
fn lanes(ping: &Ping, several_dialects: bool) -> fourfold::Result<Vec<Vec<Target>>> {
    let given: Result<Vec<_>, _> = ping.lanes.iter().map(|lane| lanes::parse_lane(lane)).collect();
    let mut lanes = given.unwrap_or_else(|error| wrong_usage(error));
    if let Some(path) = &ping.file {
        lanes.extend(lanes::read_file(path).unwrap_or_else(|error| wrong_usage(error)));
    }
    if lanes.is_empty() {
        eprintln!("{}\n", demo::describe(several_dialects));
        lanes = demo::start()?;
    }
    Ok(lanes)
}

/// How many probes may run at once, said aloud where that is fewer than there are lanes.
fn concurrency(ping: &Ping, lanes: usize) -> usize {
    let wanted = ping.concurrency.map_or(lanes, |asked| asked.min(lanes)).max(1);
    let room = limits::make_room(wanted);
    if room.at_once >= wanted {
        return wanted;
    }
    eprintln!(
        "{} lanes, at most {} at once because of the open-file limit of {}; ulimit -n raises it.\n",
        units::count(lanes as u64),
        units::count(room.at_once as u64),
        units::count(room.limit.unwrap_or_default()),
    );
    room.at_once
}

/// A reader that goes away early, as `head` does, has had enough.
fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}
