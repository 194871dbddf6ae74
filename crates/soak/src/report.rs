//! What it came to, for people and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

use serde_json::{Value, json};

use crate::dialect::Dialect;
use crate::ledger::Counts;
use crate::measure::Fit;
use crate::phase::Exhaustion;

pub(crate) struct Report {
    pub(crate) seed: u64,
    pub(crate) took: Duration,
    pub(crate) phases: usize,
    pub(crate) counts: BTreeMap<(Dialect, &'static str), Counts>,
    pub(crate) slowest: Duration,
    pub(crate) messages: u64,
    pub(crate) confirmed: u64,
    pub(crate) received: u64,
    pub(crate) exhaustions: Vec<Exhaustion>,
    pub(crate) descriptors: (usize, usize),
    pub(crate) threads: (u64, u64),
    pub(crate) resident_kib: (f64, f64),
    pub(crate) fit: Option<Fit>,
    pub(crate) broken: Vec<String>,
}

impl Report {
    fn sum(&self, of: impl Fn(Dialect, &str) -> bool) -> Counts {
        let mut sum = Counts::default();
        for (&(dialect, kind), counts) in &self.counts {
            if of(dialect, kind) {
                sum.add(*counts);
            }
        }
        sum
    }

    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        let all = self.sum(|_, _| true);
        let total = all.done + all.failed + all.cancelled;
        let seconds = self.took.as_secs_f64();
        let _ = writeln!(
            text,
            "{total} operations in {seconds:.0} s and {} phases, seed {}: {:.0} a second",
            self.phases,
            self.seed,
            total as f64 / seconds
        );
        let _ = writeln!(
            text,
            "\n{:>34} {:>10} {:>10} {:>10} {:>10}",
            "", "done", "failed", "(refused)", "cancelled"
        );
        let mut row = |name: &str, counts: Counts| {
            let Counts { done, failed, refused, cancelled } = counts;
            let _ =
                writeln!(text, "{name:>34} {done:>10} {failed:>10} {refused:>10} {cancelled:>10}");
        };
        for dialect in Dialect::ALL {
            row(&dialect.to_string(), self.sum(|of, _| of == dialect));
        }
        let mut kinds: Vec<_> = self.counts.keys().map(|(_, kind)| *kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        for kind in kinds {
            row(kind, self.sum(|_, of| of == kind));
        }
        let _ = writeln!(
            text,
            "\nmessages     {} made, {} known to be sent, {} received",
            self.messages, self.confirmed, self.received
        );
        let taken: usize = self.exhaustions.iter().map(|exhaustion| exhaustion.taken).sum();
        let ended: u64 = self.exhaustions.iter().flat_map(|exhaustion| exhaustion.ended).sum();
        let _ = writeln!(
            text,
            "exhaustion   {} times without descriptors, {taken} taken; {ended} operations done meanwhile",
            self.exhaustions.len()
        );
        let _ = writeln!(text, "slowest      {:.2?}", self.slowest);
        let _ = writeln!(
            text,
            "descriptors  {} before, {} after",
            self.descriptors.0, self.descriptors.1
        );
        let _ = writeln!(text, "threads      {} before, {} after", self.threads.0, self.threads.1);
        let _ = writeln!(
            text,
            "resident     {:.1} MiB after the first phase, {:.1} MiB after the last",
            self.resident_kib.0 / 1024.0,
            self.resident_kib.1 / 1024.0
        );
        match &self.fit {
            Some(fit) => {
                let _ = writeln!(
                    text,
                    "             {:+.2} MiB over the second half by a line through {} samples (bound {:.1} MiB)",
                    fit.growth_kib / 1024.0,
                    fit.samples,
                    fit.bound_kib() / 1024.0
                );
            }
            None => text.push_str("             too short a run for a line\n"),
        }
        if self.broken.is_empty() {
            text.push_str(
                "\nsound: all ended in time, nothing was left behind, no message was lost\n",
            );
        }
        for broken in &self.broken {
            let _ = writeln!(text, "\nBROKEN: {broken}");
        }
        text
    }

    pub(crate) fn json(&self) -> Value {
        let operations: Vec<Value> = self
            .counts
            .iter()
            .map(|((dialect, kind), counts)| {
                json!({
                    "dialect": dialect.to_string(), "kind": kind, "done": counts.done,
                    "failed": counts.failed, "refused": counts.refused, "cancelled": counts.cancelled,
                })
            })
            .collect();
        let exhaustions: Vec<Value> = self
            .exhaustions
            .iter()
            .map(|exhaustion| json!({ "taken": exhaustion.taken, "done_meanwhile": exhaustion.ended }))
            .collect();
        json!({
            "seed": self.seed, "seconds": self.took.as_secs_f64(), "phases": self.phases,
            "operations": operations,
            "slowest_ms": self.slowest.as_secs_f64() * 1e3,
            "messages": { "made": self.messages, "sent": self.confirmed, "received": self.received },
            "exhaustions": exhaustions,
            "descriptors": [self.descriptors.0, self.descriptors.1],
            "threads": [self.threads.0, self.threads.1],
            "resident_kib": [self.resident_kib.0, self.resident_kib.1],
            "growth_kib": self.fit.map(|fit| fit.growth_kib),
            "growth_bound_kib": self.fit.map(|fit| fit.bound_kib()),
            "broken": self.broken,
        })
    }
}
