//! The run in the Chrome trace event format, for chrome://tracing and Perfetto.
//!
//! Each lane is a thread of the picture, each probe a slice on it, and each of its phases a slice
//! inside that. The format:
//! <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>.

use std::io::{BufWriter, Write};
use std::time::Duration;

use serde::Serialize;
use serde_json::{Value, json};

use crate::outcome::{Ending, Outcome, Run};
use crate::plan::Plan;

#[derive(Serialize)]
struct Event<'a> {
    name: &'a str,
    cat: &'static str,
    ph: char,
    /// Start and length in microseconds.
    ts: f64,
    dur: f64,
    pid: u32,
    tid: usize,
    args: Value,
}

/// Writes the trace of `run` to `out`.
///
/// # Errors
///
/// If `out` cannot be written.
pub(crate) fn trace(plan: &Plan, run: &Run, out: impl Write) -> std::io::Result<()> {
    let mut out = BufWriter::new(out);
    out.write_all(b"{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n")?;
    let program = json!({"name": "process_name", "ph": "M", "pid": 1, "tid": 0,
                         "args": {"name": "fourfold ping"}});
    serde_json::to_writer(&mut out, &program)?;
    for lane in 0..plan.lanes.len() {
        let name = format!("lane {}", lane + 1);
        let thread = json!({"name": "thread_name", "ph": "M", "pid": 1, "tid": lane + 1,
                            "args": {"name": name}});
        out.write_all(b",\n")?;
        serde_json::to_writer(&mut out, &thread)?;
    }
    for site in run.sites(plan) {
        for (round, outcome) in site.rounds.iter().enumerate() {
            let args = json!({"url": &*site.target.url, "round": round + 1,
                              "status": status(outcome), "error": outcome.ending.reason()});
            let slice = |name, cat, start, time, args| Event {
                name,
                cat,
                ph: 'X',
                ts: micros(start),
                dur: micros(time),
                pid: 1,
                tid: site.lane + 1,
                args,
            };
            out.write_all(b",\n")?;
            let probe = slice(&site.target.site, "probe", outcome.start, outcome.time, args);
            serde_json::to_writer(&mut out, &probe)?;
            for (name, start, time) in phases(outcome) {
                out.write_all(b",\n")?;
                serde_json::to_writer(&mut out, &slice(name, "phase", start, time, json!({})))?;
            }
        }
    }
    out.write_all(b"\n]}\n")?;
    out.flush()
}

/// The phases that were reached, each with its start.
fn phases(outcome: &Outcome) -> impl Iterator<Item = (&'static str, Duration, Duration)> {
    let phases = outcome.phases;
    let named = [
        ("name lookup", phases.dns),
        ("connect", phases.connect),
        ("TLS", phases.tls),
        ("first byte", phases.first_byte),
    ];
    let reached = named.into_iter().filter_map(|(name, time)| Some((name, time?)));
    reached.scan(outcome.start, |start, (name, time)| {
        let began = *start;
        *start += time;
        Some((name, began, time))
    })
}

fn status(outcome: &Outcome) -> Option<u16> {
    match outcome.ending {
        Ending::Answered(status) => Some(status),
        Ending::Failed(_) | Ending::Cancelled => None,
    }
}

fn micros(time: Duration) -> f64 {
    time.as_nanos() as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_probe_is_a_slice_of_its_lane_and_holds_its_phases() {
        let (plan, run) = sample::demo();
        let mut text = Vec::new();
        trace(&plan, &run, &mut text).unwrap();
        let value: Value = serde_json::from_slice(&text).unwrap();
        let events = value["traceEvents"].as_array().unwrap();
        let named = |name: &str| events.iter().find(|event| event["name"] == name).unwrap();
        assert_eq!(named("google.es")["tid"], 2);
        assert_eq!(named("google.ch")["ts"], 121_000.0);
        assert_eq!(named("google.ch")["dur"], 81_000.0);
        assert_eq!(events.iter().filter(|event| event["cat"] == "phase").count(), 8);
        assert_eq!(events.iter().filter(|event| event["ph"] == "M").count(), 3);
    }
}
