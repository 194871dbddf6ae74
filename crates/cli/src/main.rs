//! The `fourfold` program.
//!
//! ```text
//! args ──► lanes or demo ──► Plan ──► dialect ──► Run ──► report
//!                 limits ──────┘         └──► progress
//! ```

mod args;
mod demo;
mod dialect;
mod lanes;
mod limits;
mod outcome;
mod plan;
mod progress;
mod report;

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use crate::args::{Args, Command, Ping, wrong_usage};
use crate::outcome::Run;
use crate::plan::{ExchangePlan, Plan, Target};
use crate::progress::Progress;
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
    // Opened before anything runs, so that a wrong path does not cost a whole run.
    let trace_file = ping.trace.as_ref().map(|path| {
        let file = File::create(path).unwrap_or_else(|error| {
            let path = path.display();
            wrong_usage(format!("cannot write the trace to '{path}': {error}; name a file there"))
        });
        (path, file)
    });
    let lanes = lanes(ping)?;
    let plan = Arc::new(Plan {
        concurrency: concurrency(ping, lanes.len()),
        lanes,
        count: ping.count,
        interval: ping.interval,
        timeout: ping.timeout,
        exchange: ExchangePlan { method: ping.method, http2: ping.http2, insecure: ping.insecure },
    });
    let progress = Progress::new(&plan, &Look::of_stderr(), !ping.no_progress);
    let recording = trace_file.is_some().then(Recording::start);
    let run = dialect::run(ping.dialect, Arc::clone(&plan), Box::new(progress))?;
    let recorded = recording.map(Recording::finish);

    let text = match ping.json {
        true => report::json(ping.dialect, &plan, &run)?,
        false => report::text(&plan, &run, &Look::of_stdout()),
    };
    print(&text)?;
    if let (Some((path, file)), Some(recorded)) = (trace_file, recorded) {
        let written = recorded.write(&plan, &run, file);
        written.map_err(|error| {
            let path = path.display();
            fourfold::Error::msg(format!("the trace could not be written to '{path}': {error}"))
        })?;
        eprintln!("\n{}", trace_note(path, &recorded));
    }
    Ok(exit_code(&plan, &run))
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

fn exit_code(plan: &Plan, run: &Run) -> ExitCode {
    match (run.interrupted, run.all_answered(plan)) {
        (true, _) => ExitCode::from(INTERRUPTED),
        (false, true) => ExitCode::SUCCESS,
        (false, false) => ExitCode::FAILURE,
    }
}

/// The lanes from the command line and from the file, or those of the demonstration.
fn lanes(ping: &Ping) -> fourfold::Result<Vec<Vec<Target>>> {
    let given: Result<Vec<_>, _> = ping.lanes.iter().map(|lane| lanes::parse_lane(lane)).collect();
    let mut lanes = given.unwrap_or_else(|error| wrong_usage(error));
    if let Some(path) = &ping.file {
        lanes.extend(lanes::read_file(path).unwrap_or_else(|error| wrong_usage(error)));
    }
    if lanes.is_empty() {
        eprintln!("{}\n", demo::describe());
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
