//! The runs: for each workload one warm-up round, then rounds of A B C A B C …

use crate::child::Launcher;
use crate::keep::{self, Build, Kept};
use crate::machine::{self, Pulse};
use crate::measure::Sample;
use crate::names::RuntimeName;
use crate::peers::Peers;
use crate::results::{Absent, Comparison, Unmeasured};
use crate::workload::{Job, Workload};
use std::error::Error;
use std::time::{Duration, Instant};

/// How many measured rounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rounds {
    least: u32,
    most: u32,
    /// Between the two, no round begins later than this.
    within: Duration,
}

impl Rounds {
    /// On a machine that others share a pair of runs may be off by a third: the median of many short
    /// rounds says more than that of a few, and slow peers have to do with a few.
    pub(crate) const USUAL: Rounds = Rounds { least: 3, most: 15, within: Duration::from_secs(25) };

    pub(crate) fn exactly(runs: u32) -> Rounds {
        Rounds { least: runs, most: runs, within: Duration::ZERO }
    }

    /// Whether another round is due after so many, the warm-up not counted.
    fn go_on(self, done: u32, begin: Instant) -> bool {
        done < self.least || (done < self.most && begin.elapsed() < self.within)
    }
}

/// What to run.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    /// In this order.
    pub(crate) workloads: &'a [Workload],
    /// Fewer operations.
    pub(crate) quick: bool,
    /// How often.
    pub(crate) rounds: Rounds,
    /// Whose figures are divided by the others'.
    pub(crate) subject: RuntimeName,
    /// Whether what this same build has measured already counts.
    pub(crate) resume: bool,
}

/// What is kept of `workloads`, whichever build it is of.
pub(crate) fn kept(workloads: &[Workload], quick: bool, subject: RuntimeName) -> Comparison {
    let (mut found, mut unmeasured) = (Vec::new(), Vec::new());
    for &workload in workloads {
        match keep::load(workload, quick) {
            Some(kept) => found.push(kept),
            None => unmeasured.push(Unmeasured { workload, reason: "no result is kept".into() }),
        }
    }
    Comparison::of(&found, quick, subject, unmeasured)
}

/// Runs all of `plan`, with a line on stderr for each process, and keeps what each workload brings.
///
/// A workload that fails does not end the others.
pub(crate) fn run(plan: &Plan<'_>) -> Result<Comparison, Box<dyn Error>> {
    let build = Build::of_this()?;
    let (mut results, mut unmeasured) = (Vec::new(), Vec::new());
    let mut peers: Option<Peers> = None;
    for (index, &workload) in plan.workloads.iter().enumerate() {
        let old = plan.resume.then(|| keep::load(workload, plan.quick)).flatten();
        if let Some(kept) = old.filter(|kept| kept.serves(&build, plan.rounds.least)) {
            eprintln!("{}: kept", workload.as_str());
            results.push(kept);
            continue;
        }
        let peers = peers.get_or_insert_with(|| Peers::find(&plan.workloads[index..]));
        match run_workload(peers, &build, plan, workload) {
            Ok(Some(kept)) => {
                kept.save()?;
                results.push(kept);
            }
            Ok(None) => unmeasured
                .push(Unmeasured { workload, reason: "all who take part are absent".into() }),
            Err(error) => {
                eprintln!("bench: {}: {error}", workload.as_str());
                unmeasured.push(Unmeasured { workload, reason: error.to_string() });
            }
        }
    }
    Ok(Comparison::of(&results, plan.quick, plan.subject, unmeasured))
}

fn run_workload(
    peers: &Peers,
    build: &Build,
    plan: &Plan<'_>,
    workload: Workload,
) -> Result<Option<Kept>, Box<dyn Error>> {
    let mut present = workload.runtimes().to_vec();
    let absent: Vec<Absent> =
        peers.absent.iter().filter(|absent| present.contains(&absent.runtime)).cloned().collect();
    present.retain(|name| absent.iter().all(|absent| absent.runtime != *name));
    if present.is_empty() {
        return Ok(None);
    }
    let machine = machine::describe();
    let (pulse, begin) = (Pulse::take(), Instant::now());
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); present.len()];
    let mut runs = 0;
    for round in 0.. {
        for (&runtime, samples) in present.iter().zip(&mut samples) {
            let job = workload.job(runtime, plan.quick);
            let sample = run_once(&peers.launcher, workload, runtime, job, round)?;
            // Round 0 warms up: caches, clock frequency, the page cache for the binaries.
            if round > 0 {
                samples.push(sample);
            }
        }
        runs = round;
        if !plan.rounds.go_on(runs, begin) {
            break;
        }
    }
    let took = (pulse.others(), begin.elapsed().as_secs_f64());
    let &Plan { quick, .. } = plan;
    Ok(Some(Kept::new(build, workload, quick, runs, machine, took, absent, samples)))
}

fn run_once(
    launcher: &Launcher,
    workload: Workload,
    runtime: RuntimeName,
    job: Job,
    round: u32,
) -> Result<Sample, Box<dyn Error>> {
    let begin = Instant::now();
    let sample = launcher.run(runtime, workload, job)?;
    let figure = workload.figure();
    let round = if round == 0 { "warm-up".to_owned() } else { round.to_string() };
    eprintln!(
        "{:<20} {runtime:<15} {round:>7}  {:>12.1} {:<6}  {:.2} s",
        workload.as_str(),
        figure.of(&sample),
        figure.unit(),
        begin.elapsed().as_secs_f64(),
    );
    Ok(sample)
}
