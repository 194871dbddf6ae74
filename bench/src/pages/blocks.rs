//! What an order in double braces becomes.

use super::{picture, sizes};
use crate::names::RuntimeName;
use crate::report::{self, against, bound, measured, number};
use crate::results::{Comparison, TargetResult, Verdict, WorkloadResult};
use crate::workload::{Section, Workload};
use clap::ValueEnum;
use std::fmt::Write;

/// Stands where there is no result.
const NOTHING: &str = "–";

/// Why targets are missed: a head for each workload, then its words.
const NOTES: &str = include_str!("../../pages/notes.md");

/// The text for `order`.
pub(super) fn fill(order: &str, comparison: &Comparison) -> Result<String, String> {
    let words: Vec<&str> = order.split_whitespace().collect();
    Ok(match words[..] {
        ["machine"] => machine(comparison),
        ["summary"] => summary(comparison),
        ["picture", section] => picture::link(named::<Section>(section)?),
        ["tables", section] => tables(named(section)?, comparison),
        ["table", workload] => table(named(workload)?, comparison),
        ["missed", section] => missed(named(section)?, comparison),
        ["figure", workload, runtime] => {
            let value = median(comparison, named(workload)?, named(runtime)?);
            value.map_or(NOTHING.into(), number)
        }
        ["cpu", workload, runtime] => {
            let result = comparison.result(named(workload)?);
            let row = result.and_then(|result| result.runtime(named(runtime).ok()?));
            row.map_or(NOTHING.into(), |row| format!("{:.2}", row.cpu_seconds.median))
        }
        ["ratio", workload, runtime] => ratio(comparison, named(workload)?, named(runtime)?),
        ["times", workload, one, other] => {
            let workload = named(workload)?;
            let one = median(comparison, workload, named(one)?);
            let other = median(comparison, workload, named(other)?);
            let factor = one.zip(other).map(|(one, other)| one / other);
            factor.filter(|factor| factor.is_finite()).map_or(NOTHING.into(), times)
        }
        ["sizes"] => sizes::table()?,
        _ => return Err(format!("`{order}` is nothing that could be filled in")),
    })
}

fn named<T: ValueEnum>(name: &str) -> Result<T, String> {
    T::from_str(name, false).map_err(|_| format!("nothing is called `{name}`"))
}

fn median(comparison: &Comparison, workload: Workload, runtime: RuntimeName) -> Option<f64> {
    Some(comparison.result(workload)?.runtime(runtime)?.figure.median)
}

fn ratio(comparison: &Comparison, workload: Workload, peer: RuntimeName) -> String {
    let ratio = comparison
        .result(workload)
        .and_then(|result| result.ratios.iter().find(|ratio| ratio.peer == peer));
    ratio.map_or(NOTHING.into(), |ratio| format!("{:.2}", ratio.ratio.median))
}

/// Enough digits to tell what it is.
fn times(value: f64) -> String {
    if value < 10.0 { format!("{value:.2}") } else { number(value).replace(".0", "") }
}

fn machine(comparison: &Comparison) -> String {
    let lines = report::preamble(comparison).into_iter().chain(report::versions(comparison));
    lines.map(|line| format!("* {line}")).collect::<Vec<_>>().join("\n")
}

fn summary(comparison: &Comparison) -> String {
    let count = |verdict| comparison.targets.iter().filter(|t| t.verdict == verdict).count();
    let mut text = format!(
        "{} targets: {} met in every round, {} by the median, **{} missed**.\n\n\
         | workload | against | measured | target | verdict |\n|:--|:--|--:|--:|:--|\n",
        comparison.targets.len(),
        count(Verdict::Met),
        count(Verdict::MetByMedian),
        count(Verdict::Missed),
    );
    for target in &comparison.targets {
        let TargetResult { workload, measure, value, at_least, verdict, .. } = *target;
        let name = workload.as_str();
        // GitHub's anchors keep underscores.
        writeln!(
            text,
            "| [`{name}`](#{name}) | {} | {} | {} | {} |",
            against(target),
            measured(value, measure),
            bound(target.bound, measure, at_least),
            if verdict == Verdict::Missed { "**missed**" } else { verdict.as_str() },
        )
        .expect("a string takes any text");
    }
    text.trim_end().to_owned()
}

fn results(section: Section, comparison: &Comparison) -> impl Iterator<Item = &WorkloadResult> {
    comparison.workloads.iter().filter(move |result| result.workload.section() == section)
}

fn tables(section: Section, comparison: &Comparison) -> String {
    let tables = results(section, comparison).map(|result| {
        let table = report::markdown_of(result, comparison);
        format!("### {}\n\n{}", result.workload.as_str(), table.trim_end())
    });
    tables.collect::<Vec<_>>().join("\n\n")
}

fn table(workload: Workload, comparison: &Comparison) -> String {
    match comparison.result(workload) {
        Some(result) => report::markdown_of(result, comparison).trim_end().to_owned(),
        None => "*Not measured.*".to_owned(),
    }
}

fn missed(section: Section, comparison: &Comparison) -> String {
    let missed = comparison
        .targets
        .iter()
        .filter(|t| t.verdict == Verdict::Missed && t.workload.section() == section);
    let lines = missed.map(|target| {
        let note = note(target.workload).unwrap_or("Why is not known yet.");
        format!(
            "* **`{}` {}: {}, aim {}.** {note}",
            target.workload.as_str(),
            against(target),
            measured(target.value, target.measure),
            bound(target.bound, target.measure, target.at_least),
        )
    });
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() { "Nothing.".to_owned() } else { lines.join("\n") }
}

/// The words of `notes.md` for this workload, or for all whose name begins as the head does.
fn note(workload: Workload) -> Option<&'static str> {
    let sections = NOTES.split("\n## ").skip(1);
    let heads = sections.filter_map(|section| section.split_once('\n'));
    let fitting = heads.filter(|(head, _)| {
        let head = head.trim();
        let name = workload.as_str();
        head == name || head.strip_suffix('*').is_some_and(|begin| name.starts_with(begin))
    });
    // The longest head is the most exact one.
    fitting.max_by_key(|(head, _)| head.len()).map(|(_, words)| words.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_note_is_of_a_workload() {
        for section in NOTES.split("\n## ").skip(1) {
            let (head, words) = section.split_once('\n').unwrap();
            let known = Workload::value_variants().iter().any(|w| note(*w) == Some(words.trim()));
            assert!(known, "{head}");
        }
    }

    #[test]
    fn a_factor_has_the_digits_that_tell() {
        assert_eq!(times(0.123), "0.12");
        assert_eq!(times(3.456), "3.46");
        assert_eq!(times(61.04), "61");
        assert_eq!(times(1234.5), "1 234");
    }
}
