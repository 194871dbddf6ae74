//! What the runs say: spreads, ratios, and whether the targets are kept.

use crate::keep::Kept;
use crate::machine::Machine;
use crate::measure::{Sample, Tails};
use crate::names::RuntimeName;
use crate::statistics::Spread;
use crate::workload::{Figure, Measure, Workload};
use serde::{Deserialize, Serialize};

/// Everything that was measured; `--json` prints this.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    /// Rises when a field changes its meaning.
    pub(crate) schema: u32,
    /// Where; the load is that before the first workload.
    pub(crate) machine: Option<Machine>,
    /// Whether the counts are the short ones: then no figure is worth quoting.
    pub(crate) quick: bool,
    /// Whose figures are divided by the others'.
    pub(crate) subject: RuntimeName,
    /// The commits of the tree that were measured; one, unless results of several were kept.
    pub(crate) commits: Vec<String>,
    /// Runtimes that were left out of some workload or of all, and why.
    pub(crate) absent: Vec<Absent>,
    /// Workloads without a result, and why.
    pub(crate) unmeasured: Vec<Unmeasured>,
    /// Each target, with what was measured and the verdict.
    pub(crate) targets: Vec<TargetResult>,
    /// One for each workload.
    pub(crate) workloads: Vec<WorkloadResult>,
}

/// A runtime that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Absent {
    /// Which.
    pub(crate) runtime: RuntimeName,
    /// Why.
    pub(crate) reason: String,
}

/// A workload that has no result.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Unmeasured {
    /// Which.
    pub(crate) workload: Workload,
    /// Why.
    pub(crate) reason: String,
}

/// One target.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct TargetResult {
    /// Of which workload.
    pub(crate) workload: Workload,
    /// Against whom; `None` where the bound is on the subject's own figure.
    pub(crate) peer: Option<RuntimeName>,
    /// What is bounded.
    pub(crate) measure: Measure,
    /// What was measured.
    pub(crate) value: Spread,
    /// An upper bound where less is better, a lower one where more is.
    pub(crate) bound: f64,
    /// Whether more is better.
    pub(crate) at_least: bool,
    /// Whether it is kept.
    pub(crate) verdict: Verdict,
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
    /// Measured rounds.
    pub(crate) runs: u32,
    /// The load over the minute before it began.
    pub(crate) load_before: f64,
    /// How many cores others kept busy while it was measured.
    pub(crate) others_cores: f64,
    /// How long all of it took.
    pub(crate) seconds: f64,
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
    /// Allocations for each operation, where they are counted.
    pub(crate) allocations: Option<f64>,
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

/// The subject's figure beside a peer's, run by run.
#[derive(Debug, Serialize)]
pub(crate) struct Ratio {
    /// The peer.
    pub(crate) peer: RuntimeName,
    /// Of the ratios of each pair.
    pub(crate) ratio: Spread,
    /// Of the differences of each pair.
    pub(crate) excess: Spread,
    /// Which of the two is bounded, and by how much, where there is a target.
    pub(crate) target: Option<(Measure, f64)>,
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

impl Comparison {
    /// Of results that were kept, in the order of the workloads.
    pub(crate) fn of(
        kept: &[Kept],
        quick: bool,
        subject: RuntimeName,
        unmeasured: Vec<Unmeasured>,
    ) -> Self {
        let (mut commits, mut absent) = (Vec::new(), Vec::new());
        for one in kept {
            if !commits.contains(&one.commit) {
                commits.push(one.commit.clone());
            }
            for missing in &one.absent {
                if !absent.contains(missing) {
                    absent.push(missing.clone());
                }
            }
        }
        let workloads: Vec<WorkloadResult> =
            kept.iter().map(|one| WorkloadResult::of(one, subject)).collect();
        let targets = workloads.iter().flat_map(|result| result.targets()).collect();
        let machine = kept.first().map(|one| one.machine.clone());
        Self { schema: 2, machine, quick, subject, commits, absent, unmeasured, targets, workloads }
    }

    /// The result of this workload.
    pub(crate) fn result(&self, workload: Workload) -> Option<&WorkloadResult> {
        self.workloads.iter().find(|result| result.workload == workload)
    }
}

impl WorkloadResult {
    fn of(kept: &Kept, subject: RuntimeName) -> Self {
        let workload = kept.workload;
        let figure = workload.figure();
        let of = |samples: &Vec<Sample>| RuntimeResult::of(figure, samples);
        let runtimes: Vec<RuntimeResult> = kept.samples.iter().map(of).collect();
        Self {
            workload,
            summary: workload.summary(),
            figure,
            runs: kept.runs,
            load_before: kept.machine.load_before,
            others_cores: kept.others_cores,
            seconds: kept.seconds,
            ratios: ratios(subject, workload, &runtimes),
            limit: limit(subject, workload, &runtimes),
            runtimes,
        }
    }

    /// The result of this runtime.
    pub(crate) fn runtime(&self, name: RuntimeName) -> Option<&RuntimeResult> {
        self.runtimes.iter().find(|result| result.runtime == name)
    }

    fn targets(&self) -> impl Iterator<Item = TargetResult> {
        let (workload, at_least) = (self.workload, self.figure.more_is_better());
        let against = self.ratios.iter().filter_map(move |ratio| {
            let (measure, bound) = ratio.target?;
            let value = ratio.measured(measure);
            let (peer, verdict) = (Some(ratio.peer), ratio.verdict?);
            Some(TargetResult { workload, peer, measure, value, bound, at_least, verdict })
        });
        let own = self.limit.iter().filter_map(move |&Limit { bound, verdict }| {
            let value = self.runtime(RuntimeName::Fourfold)?.figure;
            let (peer, measure) = (None, Measure::Own);
            Some(TargetResult { workload, peer, measure, value, bound, at_least, verdict })
        });
        against.chain(own)
    }
}

impl Ratio {
    /// What `measure` bounds.
    pub(crate) fn measured(&self, measure: Measure) -> Spread {
        if measure == Measure::Excess { self.excess } else { self.ratio }
    }
}

impl RuntimeResult {
    fn of(figure: Figure, samples: &[Sample]) -> Self {
        let first = samples.first().expect("there is at least one measured round");
        let figures: Vec<f64> = samples.iter().map(|sample| figure.of(sample)).collect();
        let allocations = first.allocated.and_then(|allocated| {
            allocated.count.map(|count| count as f64 / first.operations as f64)
        });
        Self {
            runtime: first.runtime,
            version: first.version.clone(),
            operations: first.operations,
            figure: Spread::of(figures.iter().copied()),
            wall_seconds: Spread::of(samples.iter().map(|sample| sample.wall_ns as f64 / 1e9)),
            cpu_seconds: Spread::of(samples.iter().map(|sample| sample.cpu_seconds)),
            peak_rss_bytes: Spread::of(samples.iter().map(|sample| sample.peak_rss_bytes as f64)),
            tails: TailSpreads::of(samples),
            allocations,
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
    // Of nothing there is no ratio: some allocate nothing.
    let is_something = |result: &&RuntimeResult| result.figures.iter().all(|&value| value > 0.0);
    let peers = runtimes.iter().filter(|result| result.runtime != subject).filter(is_something);
    peers
        .map(|theirs| {
            let ratio = Spread::of_ratios(&ours.figures, &theirs.figures);
            let excess = Spread::of_differences(&ours.figures, &theirs.figures);
            let target = match subject {
                RuntimeName::Fourfold => workload.target(theirs.runtime),
                _ => None,
            };
            let mut row = Ratio {
                peer: theirs.runtime,
                ratio,
                excess,
                target: target.map(|target| (target.measure, target.bound)),
                verdict: None,
            };
            let more = workload.figure().more_is_better();
            row.verdict =
                row.target.map(|(measure, bound)| Verdict::of(bound, row.measured(measure), more));
            row
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
