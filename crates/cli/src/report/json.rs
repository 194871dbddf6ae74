//! The report for programs: exactly one JSON object.
//!
//! ```json
//! {"dialect": "asyncio", "real_time_s": 0.2, "total_time_s": 0.36,
//!  "lanes": [{"sites": [
//!    {"site": "google.fr", "url": "http://google.fr/", "status": 200, "error": null,
//!     "start_s": 0.0, "time_s": 0.12,
//!     "phases": {"dns_s": 0.001, "connect_s": 0.01, "tls_s": null, "first_byte_s": 0.1}}]}]}
//! ```
//!
//! `status` is null where `error` is not, and the other way round. A phase is null where it was
//! not completed or not needed. A site that Ctrl-C came before has null in `start_s` and `time_s`.
//! If more than one round was asked for, a site is instead
//!
//! ```json
//! {"site": "google.fr", "url": "http://google.fr/", "rounds": [{"status": 200, "error": null,
//!  "start_s": 0.0, "time_s": 0.12, "phases": {}}]}
//! ```
//!
//! with one entry, `phases` filled in as above, for every round that was started.

use std::time::Duration;

use serde::Serialize;

use crate::args::DialectName;
use crate::outcome::{Ending, NOT_RUN, Outcome, Run, Site};
use crate::plan::Plan;

#[derive(Serialize)]
struct Report<'a> {
    dialect: &'static str,
    real_time_s: f64,
    total_time_s: f64,
    lanes: Vec<LaneReport<'a>>,
}

#[derive(Serialize)]
struct LaneReport<'a> {
    sites: Vec<SiteReport<'a>>,
}

#[derive(Serialize)]
struct SiteReport<'a> {
    site: &'a str,
    url: String,
    #[serde(flatten)]
    probes: Probes<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Probes<'a> {
    Once(ProbeReport<'a>),
    Rounds { rounds: Vec<ProbeReport<'a>> },
}

#[derive(Serialize)]
struct ProbeReport<'a> {
    status: Option<u16>,
    error: Option<&'a str>,
    start_s: Option<f64>,
    time_s: Option<f64>,
    phases: PhasesReport,
}

#[derive(Default, Serialize)]
struct PhasesReport {
    dns_s: Option<f64>,
    connect_s: Option<f64>,
    tls_s: Option<f64>,
    first_byte_s: Option<f64>,
}

/// The report as one line of JSON.
///
/// # Errors
///
/// Does not fail for any run; the error is the serializer's.
pub(crate) fn json(dialect: DialectName, plan: &Plan, run: &Run) -> serde_json::Result<String> {
    let mut lanes: Vec<LaneReport<'_>> = plan
        .lanes
        .iter()
        .map(|lane| LaneReport { sites: Vec::with_capacity(lane.len()) })
        .collect();
    for site in run.sites(plan) {
        lanes[site.lane].sites.push(site_report(site, plan.count));
    }
    let report = Report {
        dialect: dialect.name(),
        real_time_s: seconds(run.real),
        total_time_s: seconds(run.total()),
        lanes,
    };
    Ok(serde_json::to_string(&report)? + "\n")
}

fn site_report(site: Site<'_>, count: u32) -> SiteReport<'_> {
    let probes = match (count, site.rounds) {
        (1, [only]) => Probes::Once(probe_report(only)),
        (1, _) => Probes::Once(ProbeReport {
            status: None,
            error: Some(NOT_RUN),
            start_s: None,
            time_s: None,
            phases: PhasesReport::default(),
        }),
        (_, rounds) => Probes::Rounds { rounds: rounds.iter().map(probe_report).collect() },
    };
    SiteReport { site: &site.target.site, url: site.target.url.to_string(), probes }
}

fn probe_report(outcome: &Outcome) -> ProbeReport<'_> {
    let status = match outcome.ending {
        Ending::Answered(status) => Some(status),
        Ending::Failed(_) | Ending::Cancelled => None,
    };
    let phases = outcome.phases;
    ProbeReport {
        status,
        error: outcome.ending.reason(),
        start_s: Some(seconds(outcome.start)),
        time_s: Some(seconds(outcome.time)),
        phases: PhasesReport {
            dns_s: phases.dns.map(seconds),
            connect_s: phases.connect.map(seconds),
            tls_s: phases.tls.map(seconds),
            first_byte_s: phases.first_byte.map(seconds),
        },
    }
}

/// Whole microseconds: further digits would be noise.
fn seconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use serde_json::{Value, json};

    fn value(plan: &Plan, run: &Run) -> Value {
        let text = super::json(DialectName::Asyncio, plan, run).unwrap();
        assert_eq!(text.matches('\n').count(), 1);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_object_has_the_documented_shape() {
        let (plan, run) = sample::demo();
        let value = value(&plan, &run);
        assert_eq!(value["dialect"], "asyncio");
        assert_eq!(value["real_time_s"], 0.202);
        assert_eq!(value["total_time_s"], 0.363);
        assert_eq!(
            value["lanes"][0]["sites"][0],
            json!({
                "site": "google.fr", "url": "http://google.fr/", "status": 200, "error": null,
                "start_s": 0.0, "time_s": 0.121,
                "phases": {"dns_s": null, "connect_s": 0.0002, "tls_s": null, "first_byte_s": 0.12},
            })
        );
        assert_eq!(value["lanes"][1]["sites"][1]["site"], "google.com");
    }

    #[test]
    fn a_failure_has_an_error_and_no_status() {
        let (plan, run) = sample::troubled();
        let value = value(&plan, &run);
        let site = |lane: usize, site: usize| &value["lanes"][lane]["sites"][site];
        assert_eq!(site(0, 1)["status"], Value::Null);
        assert_eq!(site(0, 1)["error"], "connection refused");
        assert_eq!(site(1, 1)["error"], "cancelled by Ctrl-C");
        assert_eq!(site(1, 2)["error"], NOT_RUN);
        assert_eq!(site(1, 2)["start_s"], Value::Null);
    }

    #[test]
    fn several_rounds_are_one_level_deeper() {
        let (plan, run) = sample::rounds();
        let value = value(&plan, &run);
        let site = &value["lanes"][0]["sites"][0];
        assert_eq!(site["rounds"].as_array().unwrap().len(), 3);
        assert_eq!(site["rounds"][0]["status"], 200);
        assert!(site.get("status").is_none());
    }
}
