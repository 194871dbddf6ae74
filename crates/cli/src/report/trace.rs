//! The run in the Chrome trace event format, for chrome://tracing and Perfetto.
//!
//! ```text
//!   process "threads"   the loop's phases, what it polled, what became ready
//!   process "tasks"     a track for each task, named after its lane, with its states
//!   process "probes"    a track for each lane of each dialect: a slice for each probe, in it one
//!                       for each phase
//! ```
//!
//! The first two are the runtime's recording, the third is what this program knows. The format:
//! <https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU>.

use std::io::{BufWriter, Write};
use std::time::{Duration, Instant};

use fourfold::trace::{self, Trace};
use serde_json::{Value, json};

use crate::outcome::{DialectRun, Ending, Outcome};
use crate::plan::Plan;

/// The recording keeps so many events at most, some 64 MiB; a probe makes about 60.
const MOST_EVENTS: usize = 1 << 20;

/// The number of the process "probes"; the recording's own are lower.
const PROBES: u32 = 3;

/// What the runtime does, from [`Recording::start`] on.
pub(crate) struct Recording {
    began: Instant,
    recording: trace::Recording,
}

/// A [`Recording`] that has ended.
pub(crate) struct Recorded {
    began: Instant,
    trace: Trace,
}

impl Recording {
    pub(crate) fn start() -> Recording {
        let recording = trace::Recording::with_capacity(MOST_EVENTS);
        Recording { began: Instant::now(), recording }
    }

    pub(crate) fn finish(self) -> Recorded {
        Recorded { began: self.began, trace: self.recording.finish() }
    }
}

impl Recorded {
    /// How many events the runtime told.
    pub(crate) fn events(&self) -> u64 {
        self.trace.events().len() as u64
    }

    /// How many more there would have been.
    pub(crate) fn missed(&self) -> u64 {
        self.trace.missed()
    }

    /// Writes the recording, and the probes of `runs`, to `out`.
    ///
    /// # Errors
    ///
    /// If `out` cannot be written.
    pub(crate) fn write(
        &self,
        plan: &Plan,
        runs: &[DialectRun],
        out: impl Write,
    ) -> std::io::Result<()> {
        let mut out = BufWriter::new(out);
        self.trace.write_chrome_with(&mut out, probes(plan, runs, self.began))?;
        out.flush()
    }
}

/// The events of the process "probes", counted from `began`.
fn probes<'a>(
    plan: &'a Plan,
    runs: &'a [DialectRun],
    began: Instant,
) -> impl Iterator<Item = Value> + 'a {
    let process = name("process_name", 0, "probes".into());
    let dialects = runs.iter().enumerate().flat_map(move |(index, run)| {
        let title = (runs.len() > 1).then(|| run.dialect.title());
        // What came of a run is counted from its own start.
        let offset = run.run.began.saturating_duration_since(began);
        dialect(plan, run, title, offset, 1 + index * plan.lanes.len())
    });
    std::iter::once(process).chain(dialects)
}

fn name(what: &str, tid: usize, name: String) -> Value {
    json!({"name": what, "ph": "M", "pid": PROBES, "tid": tid, "args": {"name": name}})
}

/// The tracks of a dialect, the first of them of this number.
fn dialect<'a>(
    plan: &'a Plan,
    DialectRun { run, .. }: &'a DialectRun,
    title: Option<&'static str>,
    offset: Duration,
    first: usize,
) -> impl Iterator<Item = Value> + 'a {
    let lanes = (0..plan.lanes.len()).map(move |lane| {
        let title = title.map(|title| format!("{title}, ")).unwrap_or_default();
        name("thread_name", first + lane, title + &plan.lane_name(lane))
    });
    let slices = run.sites(plan).flat_map(move |site| {
        site.rounds.iter().enumerate().flat_map(move |(round, outcome)| {
            let slice = move |name: &str, cat, start: Duration, time: Duration, args: Value| {
                let (ts, dur) = (micros(offset + start), micros(time));
                json!({"name": name, "cat": cat, "ph": "X", "ts": ts, "dur": dur,
                       "pid": PROBES, "tid": first + site.lane, "args": args})
            };
            let args = json!({"url": site.target.url.to_string(), "round": round + 1,
                              "status": status(outcome), "error": outcome.ending.reason()});
            let probe = slice(&site.target.site, "probe", outcome.start, outcome.time, args);
            let phases = phases(outcome)
                .map(move |(name, start, time)| slice(name, "phase", start, time, json!({})));
            std::iter::once(probe).chain(phases)
        })
    });
    lanes.chain(slices)
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
        let (plan, runs) = sample::four();
        let began = runs[0].run.began - Duration::from_millis(5);
        let events: Vec<Value> = probes(&plan, &runs[..1], began).collect();
        let named = |name: &str| events.iter().find(|event| event["name"] == name).unwrap();
        assert_eq!(named("google.es")["tid"], 2);
        assert_eq!(named("google.ch")["ts"], 126_000.0);
        assert_eq!(named("google.ch")["dur"], 81_000.0);
        assert_eq!(events.iter().filter(|event| event["cat"] == "phase").count(), 8);
        assert_eq!(events.iter().filter(|event| event["ph"] == "M").count(), 3);
    }

    #[test]
    fn every_dialect_has_its_own_lanes() {
        let (plan, runs) = sample::four();
        let events: Vec<Value> = probes(&plan, &runs, runs[0].run.began).collect();
        let names = events.iter().filter(|event| event["name"] == "thread_name");
        let names: Vec<&str> = names.map(|event| event["args"]["name"].as_str().unwrap()).collect();
        assert_eq!(names[0], "asyncio, lane 1: google.fr, google.ch");
        assert_eq!(names[7], "Go, lane 2: google.es, google.com");
        let tracks = events.iter().filter(|event| event["cat"] == "probe");
        let tracks: std::collections::BTreeSet<_> =
            tracks.map(|event| event["tid"].as_u64().unwrap()).collect();
        assert_eq!(tracks, (1..=8).collect());
    }
}
