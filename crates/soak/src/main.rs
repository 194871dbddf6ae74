//! All four dialects in one process, awaiting each other, against peers that misbehave, with
//! cancellations at random and now and then without descriptors; see `docs/reliability.md`.
//!
//! ```text
//!            generator (seeded)         watch: what outlives its bound ends the process
//!                 │ an operation for …
//!    ┌────────────┼────────────┬────────────┐
//!    ▼            ▼            ▼            ▼
//!  asyncio      csharp        js           go        each awaits tasks of the others,
//!    └────────────┴─────┬──────┴────────────┘        all share one channel
//!                       ▼
//!        host, echo, peers that reset, stall, flood, …
//! ```
//!
//! | file | tells |
//! |---|---|
//! | `phase.rs` | load, then quiet, then the checks |
//! | `operation.rs` | what is done; `dialect/` how each runs it, and what only it has |
//! | `ledger.rs` | what has not ended, and how the others did |
//! | `world.rs` | what operations share; `peers.rs` those who misbehave |
//! | `exhaust.rs`, `measure.rs` | running out of descriptors; descriptors, memory, threads |
//! | `progress.rs`, `report.rs` | what is shown meanwhile and at the end |

mod chance;
mod dialect;
mod exhaust;
mod ledger;
mod measure;
mod operation;
mod peers;
mod phase;
mod progress;
mod report;
mod world;

use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use clap::Parser;

use crate::chance::Chance;
use crate::measure::Memory;
use crate::progress::Progress;
use crate::report::Report;
use crate::world::World;

/// Runs all four dialects under load and faults, and checks that nothing hangs, leaks or is lost.
#[derive(Parser)]
struct Args {
    /// For how long
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// What the operations are made of; the same gives the same ones
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The report as JSON on standard output
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match soak(&args) {
        Ok(report) => {
            match args.json {
                true => println!("{:#}", report.json()),
                false => print!("{}", report.text()),
            }
            match report.broken.is_empty() {
                true => ExitCode::SUCCESS,
                false => ExitCode::FAILURE,
            }
        }
        Err(error) => {
            eprintln!("soak: {error}");
            ExitCode::FAILURE
        }
    }
}

fn soak(args: &Args) -> fourfold::Result<Report> {
    let length = Duration::from_secs(args.seconds);
    let phase = (length / 12).clamp(Duration::from_secs(2), Duration::from_secs(10));
    let world = World::begin()?;
    phase::watch(&world);
    phase::warm_up(&world)?;
    phase::settle(&world, None);
    let threads = measure::threads().unwrap_or(0);
    let base = measure::descriptors();

    let began = Instant::now();
    let progress = Progress::begin(world.ledger.clone(), length);
    let mut chance = Chance::new(args.seed);
    let mut memory = Memory::default();
    let mut exhaustions = Vec::new();
    let mut phases = 0;
    while began.elapsed() < length && world.ledger.broken().is_empty() {
        let exhausting = phases % 3 == 1;
        let until = (began + length).min(Instant::now() + phase);
        exhaustions.extend(phase::load(&world, &mut chance, until, exhausting));
        phase::settle(&world, Some(&base));
        memory.sample(began.elapsed());
        phases += 1;
    }
    progress.end();

    let fit = memory.fit();
    if let Some(fit) = fit.filter(|fit| fit.growth_kib > fit.bound_kib()) {
        let (grown, bound) = (fit.growth_kib, fit.bound_kib());
        world.ledger.breaks(format!("memory grew by {grown:.0} KiB, bound {bound:.0} KiB"));
    }
    let ledger = world.ledger.clone();
    let messages = world.messages.clone();
    let descriptors = (base.len(), measure::descriptors().len());
    let threads = (threads, measure::threads().unwrap_or(0));
    if let Err(error) = world.end() {
        ledger.breaks(format!("the end: {error}"));
    }
    Ok(Report {
        seed: args.seed,
        took: began.elapsed(),
        phases,
        counts: ledger.counts(),
        slowest: ledger.slowest(),
        messages: messages.made.load(Ordering::SeqCst),
        confirmed: messages.confirmed.load(Ordering::SeqCst),
        received: messages.received.load(Ordering::SeqCst),
        exhaustions,
        descriptors,
        threads,
        resident_kib: memory.first_and_last().unwrap_or_default(),
        fit,
        broken: ledger.broken(),
    })
}
