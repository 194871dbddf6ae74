//! The results as text: a table for people, one JSON object, or Markdown.

mod markdown;
mod table;

use crate::results::{Comparison, RuntimeResult, TailSpreads, TargetResult, WorkloadResult};
use crate::statistics::Spread;
use crate::workload::Measure;

pub(crate) use markdown::workload as markdown_of;

/// How to print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Aligned columns.
    Text,
    /// One object.
    Json,
    /// Tables.
    Markdown,
}

/// The whole report, ending with a line break.
pub(crate) fn render(comparison: &Comparison, format: Format) -> serde_json::Result<String> {
    match format {
        Format::Text => Ok(table::render(comparison)),
        Format::Markdown => Ok(markdown::render(comparison)),
        Format::Json => serde_json::to_string_pretty(comparison).map(|json| json + "\n"),
    }
}

/// The heads of the columns that [`cells`] fills.
fn heads(result: &WorkloadResult, comparison: &Comparison) -> [String; 9] {
    let unit = result.figure.unit();
    [
        "runtime".into(),
        format!("median {unit}"),
        "min – max".into(),
        "wall s".into(),
        "CPU s".into(),
        "peak MiB".into(),
        format!("{} ÷ it", comparison.subject),
        "target".into(),
        "verdict".into(),
    ]
}

/// One row.
fn cells(result: &WorkloadResult, row: &RuntimeResult, comparison: &Comparison) -> [String; 9] {
    let ratio = result.ratios.iter().find(|ratio| ratio.peer == row.runtime);
    let own = result.limit.as_ref().filter(|_| row.runtime == comparison.subject);
    let target = ratio.and_then(|ratio| ratio.target).or(own.map(|own| (Measure::Own, own.bound)));
    let verdict = ratio.and_then(|ratio| ratio.verdict).or(own.map(|limit| limit.verdict));
    let at_least = result.figure.more_is_better();
    [
        row.runtime.to_string(),
        number(row.figure.median),
        format!("{} – {}", number(row.figure.min), number(row.figure.max)),
        format!("{:.3}", row.wall_seconds.median),
        format!("{:.3}", row.cpu_seconds.median),
        format!("{:.1}", row.peak_rss_bytes.median / f64::from(1 << 20)),
        ratio.map_or(String::new(), |ratio| {
            let measure = ratio.target.map_or(Measure::Ratio, |(measure, _)| measure);
            measured(ratio.measured(measure), measure)
        }),
        target.map_or(String::new(), |(measure, value)| bound(value, measure, at_least)),
        verdict.map_or(String::new(), |verdict| verdict.as_str().into()),
    ]
}

/// "0.35 (0.31 – 0.37)", a difference with its sign.
pub(crate) fn measured(value: Spread, measure: Measure) -> String {
    let Spread { median, min, max } = value;
    match measure {
        Measure::Ratio => format!("{median:.2} ({min:.2} – {max:.2})"),
        Measure::Excess => format!("{median:+.1} ({min:+.1} – {max:+.1})"),
        Measure::Own => format!("{} ({} – {})", number(median), number(min), number(max)),
    }
}

/// "≤ 0.35".
pub(crate) fn bound(bound: f64, measure: Measure, at_least: bool) -> String {
    let text = match measure {
        Measure::Excess => format!("+{bound}"),
        _ if bound < 1000.0 => bound.to_string(),
        _ => number(bound),
    };
    format!("{} {text}", if at_least { '≥' } else { '≤' })
}

/// What a target compares: "÷ go", "− tokio_mt", or "itself".
pub(crate) fn against(target: &TargetResult) -> String {
    match (target.peer, target.measure) {
        (Some(peer), Measure::Excess) => format!("− {peer}"),
        (Some(peer), _) => format!("÷ {peer}"),
        (None, _) => "itself".to_owned(),
    }
}

/// The tails behind a ratio of tails, which alone would hide who is late without any stall.
fn tails(result: &WorkloadResult) -> Option<String> {
    let rows = result.runtimes.iter().filter_map(|row| {
        let TailSpreads { quiet_p99_ns: quiet, stalled_p99_ns: stalled } = row.tails.as_ref()?;
        let micros = |nanos: f64| number(nanos / 1e3);
        Some(format!("{} {} → {}", row.runtime, micros(quiet.median), micros(stalled.median)))
    });
    let rows: Vec<String> = rows.collect();
    (!rows.is_empty()).then(|| format!("Median p99 in µs, without → with: {}.", rows.join("; ")))
}

/// How often was allocated, where that was counted.
fn allocations(result: &WorkloadResult) -> Option<String> {
    let rows = result
        .runtimes
        .iter()
        .filter_map(|row| row.allocations.map(|count| format!("{} {count:.2}", row.runtime)));
    let rows: Vec<String> = rows.collect();
    (!rows.is_empty()).then(|| format!("Allocations for each: {}.", rows.join("; ")))
}

/// "1 234 567" from a thousand on, otherwise one decimal.
pub(crate) fn number(value: f64) -> String {
    if value < 1000.0 {
        return format!("{value:.1}");
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    text
}

/// The machine, the manner of measuring, and who is missing: one sentence each.
pub(crate) fn preamble(comparison: &Comparison) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(machine) = &comparison.machine {
        lines.push(format!(
            "{}, {} cores, {:.0} GiB, Linux {}, {}; load before: {:.2}.",
            machine.cpu,
            machine.cores,
            machine.memory_bytes as f64 / f64::from(1 << 30),
            machine.kernel,
            machine.architecture,
            machine.load_before,
        ));
    }
    let results = &comparison.workloads;
    if !results.is_empty() {
        let others = Spread::of(results.iter().map(|result| result.others_cores));
        lines.push(format!(
            "Beside the runs {:.2} cores were busy (median of the workloads; at most {:.2}).",
            others.median, others.max
        ));
        let runs = Spread::of(results.iter().map(|result| f64::from(result.runs)));
        let runs = match runs.min == runs.max {
            true => format!("{}", runs.min),
            false => format!("{} to {}", runs.min, runs.max),
        };
        lines.push(format!(
            "Medians of {runs} interleaved runs after one warm-up; ratios are medians of pairs. \
             {:.0} minutes in all.",
            results.iter().map(|result| result.seconds).sum::<f64>() / 60.0
        ));
        lines.push(format!("Commit {}.", comparison.commits.join(", ")));
    }
    if comparison.quick {
        lines.push("Quick: short counts, to see that it works; quote none of this.".into());
    }
    for absent in &comparison.absent {
        lines.push(format!("Without {}: {}.", absent.runtime, absent.reason));
    }
    for missing in &comparison.unmeasured {
        lines.push(format!("Without `{}`: {}.", missing.workload.as_str(), missing.reason));
    }
    lines
}

/// Each version, once, with the runtimes that are of it.
pub(crate) fn versions(comparison: &Comparison) -> Vec<String> {
    let mut versions: Vec<(&str, Vec<&str>)> = Vec::new();
    for row in comparison.workloads.iter().flat_map(|workload| &workload.runtimes) {
        let name = row.runtime.as_str();
        match versions.iter_mut().find(|(version, _)| *version == row.version) {
            Some((_, names)) if names.contains(&name) => {}
            Some((_, names)) => names.push(name),
            None => versions.push((&row.version, vec![name])),
        }
    }
    versions.iter().map(|(version, names)| format!("{}: {version}.", names.join(", "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(1234.0), "1 234");
        assert_eq!(number(1_234_567.0), "1 234 567");
    }

    #[test]
    fn a_difference_has_its_sign() {
        let value = Spread { median: 3.24, min: -0.1, max: 4.0 };
        assert_eq!(measured(value, Measure::Excess), "+3.2 (-0.1 – +4.0)");
        assert_eq!(bound(3.0, Measure::Excess, false), "≤ +3");
        assert_eq!(bound(0.35, Measure::Ratio, false), "≤ 0.35");
        assert_eq!(bound(12_500_000.0, Measure::Own, false), "≤ 12 500 000");
    }
}
