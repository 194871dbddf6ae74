//! What came of a run: one [`Outcome`] for each probe, kept by lane, site and round.

use std::time::{Duration, Instant};

use fourfold::http::{Exchange, ExchangeError, PhasesSoFar};

use crate::args::DialectName;
use crate::observe::Observed;
use crate::plan::{Plan, Target};

/// What came of one probe.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// When the probe started, counted from the start of the run.
    pub(crate) start: Duration,
    /// How long it took.
    pub(crate) time: Duration,
    /// How long each phase took.
    pub(crate) phases: Phases,
    /// How it ended.
    pub(crate) ending: Ending,
}

impl Outcome {
    /// When the probe ended, counted from the start of the run.
    pub(crate) fn end(&self) -> Duration {
        self.start + self.time
    }

    /// Whether the host answered, whatever the status.
    pub(crate) fn answered(&self) -> bool {
        matches!(self.ending, Ending::Answered(_))
    }
}

/// How long each phase of an exchange took, one following the other; `None` where a phase was not
/// reached, not completed, or not needed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Phases {
    /// Looking up the name.
    pub(crate) dns: Option<Duration>,
    /// Connecting.
    pub(crate) connect: Option<Duration>,
    /// The TLS handshake.
    pub(crate) tls: Option<Duration>,
    /// From the request to the first byte of the answer.
    pub(crate) first_byte: Option<Duration>,
}

impl From<PhasesSoFar> for Phases {
    fn from(phases: PhasesSoFar) -> Phases {
        let PhasesSoFar { dns, connect, tls, first_byte } = phases;
        Phases { dns, connect, tls, first_byte }
    }
}

/// How a probe ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The host answered with this status.
    Answered(u16),
    /// It did not, for this reason.
    Failed(String),
    /// The run was interrupted while the probe was in flight.
    Cancelled,
}

impl Ending {
    /// The end of a probe that took longer than it may.
    pub(crate) fn timed_out(limit: Duration) -> Ending {
        Ending::Failed(format!("no answer within {limit:?}"))
    }

    /// The reason of a probe that ended without an answer.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Ending::Answered(_) => None,
            Ending::Failed(reason) => Some(reason),
            Ending::Cancelled => Some("cancelled by Ctrl-C"),
        }
    }
}

impl From<Result<Exchange, ExchangeError>> for Ending {
    fn from(exchange: Result<Exchange, ExchangeError>) -> Ending {
        match exchange {
            Ok(exchange) => Ending::Answered(exchange.status),
            Err(error) => Ending::Failed(error.to_string()),
        }
    }
}

/// The reason reported for a site the run did not get to.
pub(crate) const NOT_RUN: &str = "not run: interrupted by Ctrl-C";

/// What came of a whole run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    /// When it began.
    pub(crate) began: Instant,
    /// By lane, then by site, then by round, shaped like [`Plan::lanes`]. A site has fewer rounds
    /// than planned only if the run was interrupted.
    pub(crate) lanes: Vec<Vec<Vec<Outcome>>>,
    /// How long the run took.
    pub(crate) real: Duration,
    /// Whether Ctrl-C ended it.
    pub(crate) interrupted: bool,
}

/// A site with what came of its probes.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    /// The lane's index.
    pub(crate) lane: usize,
    /// What was probed.
    pub(crate) target: &'a Target,
    /// What came of it, round by round.
    pub(crate) rounds: &'a [Outcome],
}

/// What came of a plan in one dialect.
#[derive(Clone, Debug)]
pub(crate) struct DialectRun {
    /// Which one.
    pub(crate) dialect: DialectName,
    /// What came of the probes.
    pub(crate) run: Run,
    /// What it did differently from the others, if that was asked for and Ctrl-C left time for it.
    pub(crate) observed: Option<Observed>,
}

impl Run {
    /// The run of a plan that Ctrl-C came before.
    pub(crate) fn not_begun(plan: &Plan) -> Run {
        let lanes = plan.lanes.iter().map(|lane| vec![Vec::new(); lane.len()]).collect();
        Run { began: Instant::now(), lanes, real: Duration::ZERO, interrupted: true }
    }

    /// All sites, lane by lane.
    pub(crate) fn sites<'a>(&'a self, plan: &'a Plan) -> impl Iterator<Item = Site<'a>> {
        self.lanes.iter().zip(&plan.lanes).enumerate().flat_map(|(lane, (runs, targets))| {
            runs.iter().zip(targets).map(move |(rounds, target)| Site { lane, target, rounds })
        })
    }

    /// All outcomes, lane by lane.
    pub(crate) fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        self.lanes.iter().flatten().flatten()
    }

    /// The time all probes took together: what the run would have taken one after another.
    pub(crate) fn total(&self) -> Duration {
        self.outcomes().map(|outcome| outcome.time).sum()
    }

    /// Whether every planned probe was made and answered.
    pub(crate) fn all_answered(&self, plan: &Plan) -> bool {
        self.outcomes().filter(|outcome| outcome.answered()).count() as u64 == plan.probes()
    }
}
