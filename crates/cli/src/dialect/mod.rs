//! The same probe program in the manner of each language.
//!
//! This layer is narrow on purpose. In: a [`Plan`] and an [`Observer`]. Out: a [`Run`]. In between
//! a dialect's file holds nothing but the flow of control as that language writes it; what has
//! started and what came of it is kept by the [`Recorder`], which survives a cancelled program, so
//! that an interrupted run still reports what it has.
//!
//! ```text
//! Plan ──► dialect ──started, finished──► Recorder ──► Run
//!                                            └───────► Observer (progress)
//! ```

mod asyncio;
mod csharp;
mod go;
mod interrupt;
mod js;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

pub(crate) use interrupt::Interrupts;

use crate::args::DialectName;
use crate::outcome::{Ending, Outcome, Phases, Run};
use crate::plan::Plan;

/// Which probe: the indices of its lane, of its site in the lane, and of its round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProbeId {
    pub(crate) lane: usize,
    pub(crate) site: usize,
    pub(crate) round: u32,
}

/// Watches a run. Called from whichever thread the dialect runs a probe on; must not block.
pub(crate) trait Observer: Send + Sync {
    /// A probe has started.
    fn started(&self, probe: ProbeId);
    /// A probe has ended.
    fn finished(&self, probe: ProbeId, outcome: &Outcome);
}

/// Probes everything in `plan` in the manner of `dialect` and returns when all has ended, or
/// Ctrl-C has cancelled what was left.
///
/// # Errors
///
/// If the program cannot run at all; a probe that fails is no error but an [`Outcome`].
pub(crate) fn run(
    dialect: DialectName,
    plan: Arc<Plan>,
    observer: Box<dyn Observer>,
) -> fourfold::Result<Run> {
    let recorder = Arc::new(Recorder::new(Arc::clone(&plan), observer));
    let interrupted = match dialect {
        DialectName::Asyncio => asyncio::run(plan, Arc::clone(&recorder))?,
        DialectName::Csharp => csharp::run(plan, Arc::clone(&recorder))?,
        DialectName::Go => go::run(plan, Arc::clone(&recorder))?,
        DialectName::Js => js::run(plan, Arc::clone(&recorder))?,
    };
    Ok(recorder.take(interrupted))
}

/// Keeps what has started and what came of it. Shared by all probes of a run.
pub(crate) struct Recorder {
    began: Instant,
    observer: Box<dyn Observer>,
    lanes: Mutex<Vec<Vec<Record>>>,
}

#[derive(Default)]
struct Record {
    rounds: Vec<Outcome>,
    running_since: Option<Duration>,
}

impl Recorder {
    fn new(plan: Arc<Plan>, observer: Box<dyn Observer>) -> Recorder {
        let lanes = plan.lanes.iter().map(|lane| lane.iter().map(|_| Record::default()).collect());
        Recorder { lanes: Mutex::new(lanes.collect()), observer, began: Instant::now() }
    }

    /// Marks the start of a probe.
    pub(crate) fn started(&self, probe: ProbeId) {
        let mut lanes = self.lanes();
        lanes[probe.lane][probe.site].running_since = Some(self.began.elapsed());
        drop(lanes);
        self.observer.started(probe);
    }

    /// Marks the end of a probe that was [`started`](Recorder::started).
    pub(crate) fn finished(&self, probe: ProbeId, phases: Phases, ending: Ending) {
        let now = self.began.elapsed();
        let mut lanes = self.lanes();
        let record = &mut lanes[probe.lane][probe.site];
        let start = record.running_since.take().unwrap_or(now);
        let outcome = Outcome { start, time: now.saturating_sub(start), phases, ending };
        record.rounds.push(outcome.clone());
        drop(lanes);
        self.observer.finished(probe, &outcome);
    }

    /// Ends the run. Probes still in flight are those that were cancelled.
    fn take(&self, interrupted: bool) -> Run {
        let real = self.began.elapsed();
        let lanes = std::mem::take(&mut *self.lanes());
        let site = |record: Record| {
            let mut rounds = record.rounds;
            rounds.extend(record.running_since.map(|start| Outcome {
                start,
                time: real.saturating_sub(start),
                phases: Phases::default(),
                ending: Ending::Cancelled,
            }));
            rounds
        };
        let lanes = lanes.into_iter().map(|lane| lane.into_iter().map(site).collect()).collect();
        Run { began: self.began, lanes, real, interrupted }
    }

    fn lanes(&self) -> MutexGuard<'_, Vec<Vec<Record>>> {
        // What a panicking probe left behind is still a valid record.
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lanes::parse_lane;
    use crate::plan::{ExchangePlan, Method};
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[derive(Clone, Default)]
    struct Counts(Arc<(AtomicUsize, AtomicUsize)>);

    impl Observer for Counts {
        fn started(&self, _: ProbeId) {
            self.0.0.fetch_add(1, Ordering::Relaxed);
        }
        fn finished(&self, _: ProbeId, _: &Outcome) {
            self.0.1.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn probes_in_flight_at_the_end_are_the_cancelled_ones() {
        let plan = Arc::new(Plan {
            lanes: vec![parse_lane("a,b,c").unwrap()],
            count: 1,
            interval: Duration::ZERO,
            timeout: Duration::from_secs(1),
            concurrency: 1,
            exchange: ExchangePlan { method: Method::Head, http2: false, insecure: false },
        });
        let counts = Counts::default();
        let recorder = Recorder::new(Arc::clone(&plan), Box::new(counts.clone()));
        let probe = |site| ProbeId { lane: 0, site, round: 0 };
        recorder.started(probe(0));
        recorder.finished(probe(0), Phases::default(), Ending::Answered(200));
        recorder.started(probe(1));
        let run = recorder.take(true);
        assert_eq!(run.lanes[0][0][0].ending, Ending::Answered(200));
        assert_eq!(run.lanes[0][1][0].ending, Ending::Cancelled);
        assert!(run.lanes[0][1][0].start >= run.lanes[0][0][0].end());
        assert!(run.lanes[0][2].is_empty());
        assert!(!run.all_answered(&plan));
        assert_eq!(counts.0.0.load(Ordering::Relaxed), 2);
        assert_eq!(counts.0.1.load(Ordering::Relaxed), 1);
    }
}
