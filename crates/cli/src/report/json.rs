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
//! with one entry, `phases` filled in as above, for every round that was started. Of several dialects
//! the object is
//!
//! ```json
//! {"dialects": [{"dialect": "asyncio", "real_time_s": 0.2, "total_time_s": 0.36, "lanes": [],
//!                "observed": {"threading": {"threads": 1, "tasks": 3}}}]}
//! ```
//!
//! with what stands above for each, and all that was [observed](crate::observe), or null.

use std::time::Duration;

use serde::Serialize;

use crate::observe::Observed;
use crate::outcome::{DialectRun, Ending, NOT_RUN, Outcome, Site};
use crate::plan::Plan;

#[derive(Serialize)]
struct Report<'a> {
    dialect: &'static str,
    real_time_s: f64,
    total_time_s: f64,
    lanes: Vec<LaneReport<'a>>,
}

#[derive(Serialize)]
struct Compared<'a> {
    dialects: Vec<ComparedReport<'a>>,
}

#[derive(Serialize)]
struct ComparedReport<'a> {
    #[serde(flatten)]
    report: Report<'a>,
    observed: Option<&'a Observed>,
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
pub(crate) fn json(plan: &Plan, runs: &[DialectRun]) -> serde_json::Result<String> {
    let text = match runs {
        [only] => serde_json::to_string(&report(plan, only)),
        runs => {
            let dialects = runs.iter().map(|run| ComparedReport {
                report: report(plan, run),
                observed: run.observed.as_ref(),
            });
            serde_json::to_string(&Compared { dialects: dialects.collect() })
        }
    };
    Ok(text? + "\n")
}

fn report<'a>(plan: &'a Plan, DialectRun { dialect, run, .. }: &'a DialectRun) -> Report<'a> {
    let mut lanes: Vec<LaneReport<'_>> = plan
        .lanes
        .iter()
        .map(|lane| LaneReport { sites: Vec::with_capacity(lane.len()) })
        .collect();
    for site in run.sites(plan) {
        lanes[site.lane].sites.push(site_report(site, plan.count));
    }
    Report {
        dialect: dialect.name(),
        real_time_s: seconds(run.real),
        total_time_s: seconds(run.total()),
        lanes,
    }
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
pub(crate) fn seconds(time: Duration) -> f64 {
    time.as_micros() as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::DialectName;
    use crate::outcome::Run;
    use crate::report::sample;
    use serde_json::{Value, json};

    fn value(plan: &Plan, run: &Run) -> Value {
        let dialect = DialectName::Asyncio;
        value_of(plan, &[DialectRun { dialect, run: run.clone(), observed: None }])
    }

    fn value_of(plan: &Plan, runs: &[DialectRun]) -> Value {
        let text = super::json(plan, runs).unwrap();
        assert_eq!(text.matches('\n').count(), 1);
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn several_dialects_are_one_object() {
        let (plan, runs) = sample::four();
        let value = value_of(&plan, &runs);
        let dialects = value["dialects"].as_array().unwrap();
        let names: Vec<&Value> = dialects.iter().map(|report| &report["dialect"]).collect();
        assert_eq!(names, ["asyncio", "csharp", "js", "go"]);
        assert_eq!(dialects[3]["real_time_s"], 0.202);
        assert_eq!(dialects[3]["lanes"][0]["sites"][0]["status"], 200);
        assert_eq!(dialects[0]["observed"]["blocking"]["blocked_s"], 0.03);
        assert_eq!(dialects[3]["observed"]["cancellation"]["arrival"], "closed_channel");
        assert_eq!(dialects[3]["observed"]["cancellation"]["took_s"], 0.00012);
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
