//! Runs that were never made, for the tests of the reports.

use std::time::{Duration, Instant};

use crate::args::DialectName;
use crate::lanes::parse_lane;
use crate::observe::{
    Arrival, Blocking, Call, Cancellation, Moment, Observed, Races, Scheduling, Sharing, Threading,
};
use crate::outcome::{DialectRun, Ending, Outcome, Phases, Run};
use crate::plan::{ExchangePlan, Method, Plan};

pub(super) fn plan(lanes: &[&str], count: u32) -> Plan {
    Plan {
        lanes: lanes.iter().map(|lane| parse_lane(lane).unwrap()).collect(),
        count,
        interval: Duration::from_secs(1),
        timeout: Duration::from_secs(10),
        concurrency: lanes.len(),
        exchange: ExchangePlan { method: Method::Head, http2: false, insecure: false },
    }
}

/// An answered probe of a host that needs no lookup.
pub(super) fn answered(start_ms: u64, time_ms: u64) -> Outcome {
    Outcome {
        start: Duration::from_millis(start_ms),
        time: Duration::from_millis(time_ms),
        phases: Phases {
            connect: Some(Duration::from_micros(200)),
            first_byte: Some(Duration::from_millis(time_ms) - Duration::from_millis(1)),
            ..Phases::default()
        },
        ending: Ending::Answered(200),
    }
}

/// An answered probe with every phase.
pub(super) fn in_phases(start_ms: u64, phases_ms: [u64; 4], rest_ms: u64) -> Outcome {
    let [dns, connect, tls, first_byte] = phases_ms.map(|ms| Some(Duration::from_millis(ms)));
    Outcome {
        start: Duration::from_millis(start_ms),
        time: Duration::from_millis(phases_ms.iter().sum::<u64>() + rest_ms),
        phases: Phases { dns, connect, tls, first_byte },
        ending: Ending::Answered(301),
    }
}

pub(super) fn failed(start_ms: u64, time_ms: u64, ending: Ending) -> Outcome {
    let time = Duration::from_millis(time_ms);
    Outcome { start: Duration::from_millis(start_ms), time, phases: Phases::default(), ending }
}

fn run(lanes: Vec<Vec<Vec<Outcome>>>, interrupted: bool) -> Run {
    let ends = lanes.iter().flatten().flatten().map(Outcome::end);
    let real = ends.max().unwrap_or_default();
    Run { began: Instant::now(), lanes, real, interrupted }
}

/// The demonstration.
pub(super) fn demo() -> (Plan, Run) {
    let plan = plan(&["google.fr,google.ch", "google.es,google.com"], 1);
    let lanes = vec![
        vec![vec![answered(0, 121)], vec![answered(121, 81)]],
        vec![vec![answered(0, 101)], vec![answered(101, 60)]],
    ];
    (plan, run(lanes, false))
}

/// All phases, a refusal, a timeout, an interruption.
pub(super) fn troubled() -> (Plan, Run) {
    let plan = plan(&["https://example.org/a/long/path,gone", "silent,cut,late"], 1);
    let refused = Ending::Failed("connection refused".into());
    let silent = Ending::Failed("no answer within 300ms".into());
    let lanes = vec![
        vec![vec![in_phases(0, [40, 60, 80, 120], 50)], vec![failed(350, 1, refused)]],
        vec![vec![failed(0, 300, silent)], vec![failed(300, 100, Ending::Cancelled)], vec![]],
    ];
    (plan, run(lanes, true))
}

/// Three rounds, one of them lost.
pub(super) fn rounds() -> (Plan, Run) {
    let plan = plan(&["steady,shaky"], 3);
    let reset = Ending::Failed("connection reset".into());
    let lanes = vec![vec![
        vec![answered(0, 100), answered(1200, 110), answered(2500, 90)],
        vec![answered(100, 50), failed(1310, 20, reset), answered(2590, 70)],
    ]];
    (plan, run(lanes, false))
}

/// `sites` lanes of one site each, never more than a quarter of them at once, every tenth refused.
pub(super) fn many(sites: usize) -> (Plan, Run) {
    let names: Vec<String> = (0..sites).map(|site| format!("host-{site}.example")).collect();
    let plan = plan(&names.iter().map(String::as_str).collect::<Vec<_>>(), 1);
    let lanes = (0..sites).map(|site| {
        let start = (site * 4 / sites) as u64 * 100;
        match site % 10 {
            9 => vec![vec![failed(start, 2, Ending::Failed("connection refused".into()))]],
            _ => vec![vec![answered(start, 50 + site as u64 % 50)]],
        }
    });
    (plan, run(lanes.collect(), false))
}

/// What a loop does.
pub(super) fn observed_loop() -> Observed {
    use Moment::{Await, Call as Called, FirstLine, Return};
    let ms = Duration::from_millis;
    Observed {
        threading: Threading { threads: 1, tasks: 3 },
        blocking: Blocking { blocked: ms(30), neighbours: 4, held_up: 4, held_up_handed_over: 0 },
        races: Races { at_once: 1, updates: 2, lost: 0 },
        scheduling: Scheduling { turns: 17, phases: vec!["poll", "run"], resumed: 9, elsewhere: 0 },
        futures: Sharing { of: "task", waiters: 3, reached: 3 },
        call: Call { order: vec![Called, Return, Await, FirstLine], same_thread: true },
        cancellation: Cancellation {
            arrival: Arrival::Error,
            name: Some("Cancelled".into()),
            cleanup_awaited: true,
            reached_unpassed: true,
            took: Some(Duration::from_micros(120)),
        },
    }
}

/// What workers do.
fn observed_pool() -> Observed {
    use Moment::{Await, Call as Called, FirstLine, Return};
    let seen = observed_loop();
    Observed {
        threading: Threading { threads: 2, tasks: 3 },
        blocking: Blocking { held_up: 0, ..seen.blocking },
        races: Races { at_once: 2, updates: 2, lost: 1 },
        scheduling: Scheduling { turns: 0, phases: Vec::new(), resumed: 11, elsewhere: 2 },
        futures: Sharing { of: "value", waiters: 3, reached: 1 },
        call: Call { order: vec![Called, Return, FirstLine, Await], same_thread: false },
        cancellation: Cancellation {
            arrival: Arrival::ClosedChannel,
            name: Some("context canceled".into()),
            reached_unpassed: false,
            ..seen.cancellation
        },
    }
}

/// The same in four dialects, two of them with loops.
pub(super) fn four_of((plan, run): (Plan, Run)) -> (Plan, Vec<DialectRun>) {
    let runs = DialectName::ALL.map(|dialect| {
        let pool = matches!(dialect, DialectName::Csharp | DialectName::Go);
        let observed = Some(if pool { observed_pool() } else { observed_loop() });
        DialectRun { dialect, run: run.clone(), observed }
    });
    (plan, runs.into())
}

/// The demonstration in four dialects.
pub(super) fn four() -> (Plan, Vec<DialectRun>) {
    four_of(demo())
}

/// The second dialect was interrupted, the others not reached.
pub(super) fn four_troubled() -> (Plan, Vec<DialectRun>) {
    let (plan, mut runs) = four_of(troubled());
    runs[0].run.interrupted = false;
    runs[0].run.lanes[1].truncate(1);
    runs[0].run.lanes[1].resize(3, vec![answered(300, 50)]);
    for run in &mut runs {
        run.observed = None;
    }
    for run in &mut runs[2..] {
        run.run = Run::not_begun(&plan);
    }
    (plan, runs)
}
