//! The runs: one warm-up round, then rounds of A B C A B C …

use crate::child::Launcher;
use crate::machine::{self, Machine};
use crate::measure::{Sample, Tails};
use crate::names::RuntimeName;
use crate::statistics::Spread;
use crate::workload::{Figure, Job, Workload};
use crate::{dotnet, golang, node, python, runtimes};
use serde::Serialize;
use std::error::Error;
use std::time::Instant;

/// What to run.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    /// In this order.
    pub(crate) workloads: &'a [Workload],
    /// Fewer operations.
    pub(crate) quick: bool,
    /// Measured rounds.
    pub(crate) runs: u32,
    /// Whose figures are divided by the others'.
    pub(crate) subject: RuntimeName,
}

/// Everything that was measured; `--json` prints this.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    /// Rises when a field changes its meaning.
    pub(crate) schema: u32,
    /// Where.
    pub(crate) machine: Machine,
    /// Whether the counts are the short ones: then no figure is worth quoting.
    pub(crate) quick: bool,
    /// Measured rounds.
    pub(crate) runs: u32,
    /// Whose figures are divided by the others'.
    pub(crate) subject: RuntimeName,
    /// Runtimes that were left out, and why.
    pub(crate) absent: Vec<Absent>,
    /// One for each workload.
    pub(crate) workloads: Vec<WorkloadResult>,
}

/// A runtime that was left out.
#[derive(Debug, Serialize)]
pub(crate) struct Absent {
    /// Which.
    pub(crate) runtime: RuntimeName,
    /// Why.
    pub(crate) reason: &'static str,
}

/// One workload on every runtime that takes part.
#[derive(Debug, Serialize)]
pub(crate) struct WorkloadResult {
    /// Which.
    pub(crate) workload: Workload,
    /// Its definition in one line.
    pub(crate) summary: &'static str,
    /// What is compared.
    pub(crate) figure: Figure,
    /// One for each runtime.
    pub(crate) runtimes: Vec<RuntimeResult>,
    /// The subject against each of the others; empty if the subject is absent.
    pub(crate) ratios: Vec<Ratio>,
    /// The bound on the subject's own figure, where there is one.
    pub(crate) limit: Option<Limit>,
}

/// All runs of one workload on one runtime.
#[derive(Debug, Serialize)]
pub(crate) struct RuntimeResult {
    /// Who.
    pub(crate) runtime: RuntimeName,
    /// Of which version.
    pub(crate) version: String,
    /// Operations in each run.
    pub(crate) operations: u64,
    /// The figure that is compared.
    pub(crate) figure: Spread,
    /// Seconds of wall time for the whole run.
    pub(crate) wall_seconds: Spread,
    /// Seconds of CPU time for the whole run; for `echo`, the server's.
    pub(crate) cpu_seconds: Spread,
    /// The largest resident set.
    pub(crate) peak_rss_bytes: Spread,
    /// The two tails whose ratio is the figure, in nanoseconds, where that is measured.
    pub(crate) tails: Option<TailSpreads>,
    #[serde(skip)]
    figures: Vec<f64>,
}

/// The tails of all runs.
#[derive(Debug, Serialize)]
pub(crate) struct TailSpreads {
    /// While all workers were free.
    pub(crate) quiet_p99_ns: Spread,
    /// While one was held.
    pub(crate) stalled_p99_ns: Spread,
}

/// A bound on the subject's own figure.
#[derive(Debug, Serialize)]
pub(crate) struct Limit {
    /// An upper one where less is better, a lower one where more is.
    pub(crate) bound: f64,
    /// Whether it is kept.
    pub(crate) verdict: Verdict,
}

/// The subject's figure divided by a peer's, run by run.
#[derive(Debug, Serialize)]
pub(crate) struct Ratio {
    /// The peer.
    pub(crate) peer: RuntimeName,
    /// Of the ratios of each pair.
    pub(crate) ratio: Spread,
    /// The bound, where there is one.
    pub(crate) target: Option<f64>,
    /// Whether it is kept.
    pub(crate) verdict: Option<Verdict>,
}

/// Whether a target is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// In every pair of runs.
    Met,
    /// By the median, but not in every pair: run it again on a quieter machine.
    MetByMedian,
    /// Not by the median.
    Missed,
}

impl Verdict {
    /// For tables.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::MetByMedian => "met by median",
            Self::Missed => "MISSED",
        }
    }

    fn of(bound: f64, spread: Spread, more_is_better: bool) -> Self {
        let keeps = |value: f64| match more_is_better {
            true => value >= bound,
            false => value <= bound,
        };
        match (keeps(spread.median), keeps(spread.min) && keeps(spread.max)) {
            (true, true) => Self::Met,
            (true, false) => Self::MetByMedian,
            (false, _) => Self::Missed,
        }
    }
}

/// Runs all of `plan`, with a line on stderr for each process.
pub(crate) fn run(plan: &Plan<'_>) -> Result<Comparison, Box<dyn Error>> {
    let machine = machine::describe();
    let uses = |name| plan.workloads.iter().any(|workload| workload.runtimes().contains(&name));
    let (uses_go, uses_dotnet) = (uses(RuntimeName::Go), uses(RuntimeName::Dotnet));
    let uses_node = uses(RuntimeName::Node);
    let go = if uses_go { golang::build() } else { None };
    let dotnet = if uses_dotnet { dotnet::build() } else { None };
    let node = if uses_node { node::find() } else { None };
    let launcher = Launcher { python: python::find(), go, dotnet, node };
    let mut absent = Vec::new();
    if runtimes::find(RuntimeName::Fourfold).is_none() {
        let reason = "built without --features fourfold";
        absent.push(Absent { runtime: RuntimeName::Fourfold, reason });
    }
    if launcher.python.is_none() {
        let reason = "no python3 was found; name one in FOURFOLD_PYTHON";
        absent.push(Absent { runtime: RuntimeName::Cpython, reason });
    }
    if uses_go && launcher.go.is_none() {
        let reason = "no Go toolchain was found; name one in FOURFOLD_GO";
        absent.push(Absent { runtime: RuntimeName::Go, reason });
    }
    if uses_dotnet && launcher.dotnet.is_none() {
        let reason = "no .NET was found; name one in FOURFOLD_DOTNET_SDK and FOURFOLD_DOTNET";
        absent.push(Absent { runtime: RuntimeName::Dotnet, reason });
    }
    if uses_node && launcher.node.is_none() {
        let reason = "no Node of 22 or newer was found; name one in FOURFOLD_NODE";
        absent.push(Absent { runtime: RuntimeName::Node, reason });
    }
    for Absent { runtime, reason } in &absent {
        eprintln!("{runtime} is left out: {reason}");
    }

    let mut workloads = Vec::new();
    for &workload in plan.workloads {
        let mut present = workload.runtimes().to_vec();
        present.retain(|name| absent.iter().all(|absent| absent.runtime != *name));
        if !present.is_empty() {
            workloads.push(run_workload(&launcher, plan, workload, &present)?);
        }
    }
    let &Plan { quick, runs, subject, .. } = plan;
    Ok(Comparison { schema: 1, machine, quick, runs, subject, absent, workloads })
}

fn run_workload(
    launcher: &Launcher,
    plan: &Plan<'_>,
    workload: Workload,
    present: &[RuntimeName],
) -> Result<WorkloadResult, Box<dyn Error>> {
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); present.len()];
    for round in 0..=plan.runs {
        for (&runtime, samples) in present.iter().zip(&mut samples) {
            let job = workload.job(runtime, plan.quick);
            let sample = run_once(launcher, workload, runtime, job, round, plan.runs)?;
            // Round 0 warms up: caches, clock frequency, the page cache for the binaries.
            if round > 0 {
                samples.push(sample);
            }
        }
    }
    let figure = workload.figure();
    let runtimes: Vec<RuntimeResult> =
        samples.iter().map(|samples| RuntimeResult::of(figure, samples)).collect();
    let ratios = ratios(plan.subject, workload, &runtimes);
    let limit = limit(plan.subject, workload, &runtimes);
    Ok(WorkloadResult { workload, summary: workload.summary(), figure, runtimes, ratios, limit })
}

fn run_once(
    launcher: &Launcher,
    workload: Workload,
    runtime: RuntimeName,
    job: Job,
    round: u32,
    runs: u32,
) -> Result<Sample, Box<dyn Error>> {
    let begin = Instant::now();
    let sample = launcher.run(runtime, workload, job)?;
    let figure = workload.figure();
    let round = if round == 0 { "warm-up".to_owned() } else { format!("{round}/{runs}") };
    eprintln!(
        "{:<20} {runtime:<8} {round:>7}  {:>12.1} {:<6}  {:.2} s",
        workload.as_str(),
        figure.of(&sample),
        figure.unit(),
        begin.elapsed().as_secs_f64(),
    );
    Ok(sample)
}

impl RuntimeResult {
    fn of(figure: Figure, samples: &[Sample]) -> Self {
        let first = samples.first().expect("there is at least one measured round");
        let figures: Vec<f64> = samples.iter().map(|sample| figure.of(sample)).collect();
        Self {
            runtime: first.runtime,
            version: first.version.clone(),
            operations: first.operations,
            figure: Spread::of(figures.iter().copied()),
            wall_seconds: Spread::of(samples.iter().map(|sample| sample.wall_ns as f64 / 1e9)),
            cpu_seconds: Spread::of(samples.iter().map(|sample| sample.cpu_seconds)),
            peak_rss_bytes: Spread::of(samples.iter().map(|sample| sample.peak_rss_bytes as f64)),
            tails: TailSpreads::of(samples),
            figures,
        }
    }
}

impl TailSpreads {
    fn of(samples: &[Sample]) -> Option<Self> {
        let tails: Option<Vec<Tails>> = samples.iter().map(|sample| sample.tails).collect();
        let tails = tails?;
        Some(Self {
            quiet_p99_ns: Spread::of(tails.iter().map(|tails| tails.quiet_p99_ns as f64)),
            stalled_p99_ns: Spread::of(tails.iter().map(|tails| tails.stalled_p99_ns as f64)),
        })
    }
}

fn limit(subject: RuntimeName, workload: Workload, runtimes: &[RuntimeResult]) -> Option<Limit> {
    let bound = workload.limit().filter(|_| subject == RuntimeName::Fourfold)?;
    let ours = runtimes.iter().find(|result| result.runtime == subject)?;
    let more = workload.figure().more_is_better();
    Some(Limit { bound, verdict: Verdict::of(bound, ours.figure, more) })
}

fn ratios(subject: RuntimeName, workload: Workload, runtimes: &[RuntimeResult]) -> Vec<Ratio> {
    let Some(ours) = runtimes.iter().find(|result| result.runtime == subject) else {
        return Vec::new();
    };
    let peers = runtimes.iter().filter(|result| result.runtime != subject);
    peers
        .map(|theirs| {
            let ratio = Spread::of_ratios(&ours.figures, &theirs.figures);
            let target = match subject {
                RuntimeName::Fourfold => workload.target(theirs.runtime),
                _ => None,
            };
            let more = workload.figure().more_is_better();
            let verdict = target.map(|target| Verdict::of(target.bound, ratio, more));
            Ratio { peer: theirs.runtime, ratio, target: target.map(|t| t.bound), verdict }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_verdict_follows_the_direction_of_the_figure() {
        let target = 0.9;
        let ratio = Spread { median: 0.8, min: 0.7, max: 0.85 };
        assert_eq!(Verdict::of(target, ratio, false), Verdict::Met);
        assert_eq!(Verdict::of(target, ratio, true), Verdict::Missed);
        let wide = Spread { max: 0.95, ..ratio };
        assert_eq!(Verdict::of(target, wide, false), Verdict::MetByMedian);
    }
}
