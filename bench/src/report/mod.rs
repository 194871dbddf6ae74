//! The results as text: a table for people, one JSON object, or Markdown for the documentation.

mod markdown;
mod table;

use crate::driver::{Comparison, Ratio, RuntimeResult, TailSpreads, WorkloadResult};

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
    let bound = ratio.and_then(|ratio| ratio.target).or(own.map(|limit| limit.bound));
    let verdict = ratio.and_then(|ratio| ratio.verdict).or(own.map(|limit| limit.verdict));
    [
        row.runtime.to_string(),
        number(row.figure.median),
        format!("{} – {}", number(row.figure.min), number(row.figure.max)),
        format!("{:.3}", row.wall_seconds.median),
        format!("{:.3}", row.cpu_seconds.median),
        format!("{:.1}", row.peak_rss_bytes.median / f64::from(1 << 20)),
        ratio.map_or(String::new(), |Ratio { ratio, .. }| {
            format!("{:.2} ({:.2} – {:.2})", ratio.median, ratio.min, ratio.max)
        }),
        bound.map_or(String::new(), |bound| {
            let text = if bound < 1000.0 { bound.to_string() } else { number(bound) };
            format!("{} {text}", if result.figure.more_is_better() { '≥' } else { '≤' })
        }),
        verdict.map_or(String::new(), |verdict| verdict.as_str().into()),
    ]
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

/// "1 234 567" from a thousand on, otherwise one decimal.
fn number(value: f64) -> String {
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
fn preamble(comparison: &Comparison) -> Vec<String> {
    let machine = &comparison.machine;
    let mut lines = vec![
        format!(
            "{}, {} cores, {:.0} GiB, Linux {}, {}; load before: {:.2}.",
            machine.cpu,
            machine.cores,
            machine.memory_bytes as f64 / f64::from(1 << 30),
            machine.kernel,
            machine.architecture,
            machine.load_before,
        ),
        format!(
            "Medians of {} interleaved runs after one warm-up; ratios are medians of pairs.",
            comparison.runs
        ),
    ];
    if comparison.quick {
        lines.push("Quick: short counts, to see that it works; quote none of this.".into());
    }
    for absent in &comparison.absent {
        lines.push(format!("Without {}: {}.", absent.runtime, absent.reason));
    }
    let mut versions: Vec<String> = Vec::new();
    for row in comparison.workloads.iter().flat_map(|workload| &workload.runtimes) {
        let line = format!("{}: {}.", row.runtime, row.version);
        if !versions.contains(&line) {
            versions.push(line);
        }
    }
    lines.extend(versions);
    lines
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn thousands_are_set_apart() {
        assert_eq!(number(12.34), "12.3");
        assert_eq!(number(1234.0), "1 234");
        assert_eq!(number(1_234_567.0), "1 234 567");
    }
}
