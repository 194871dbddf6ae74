//! Runs that were never made, for the tests of the reports.

use std::time::{Duration, Instant};

use crate::lanes::parse_lane;
use crate::outcome::{Ending, Outcome, Phases, Run};
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
