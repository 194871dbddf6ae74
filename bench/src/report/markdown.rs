//! Markdown tables for `docs/benchmarks.md`.

use super::{cells, heads, preamble, tails};
use crate::driver::Comparison;

/// All of it.
pub(super) fn render(comparison: &Comparison) -> String {
    let mut text = String::new();
    for line in preamble(comparison) {
        text.push_str(&format!("* {line}\n"));
    }
    for result in &comparison.workloads {
        text.push_str(&format!("\n### {}\n\n", result.workload.as_str()));
        text.push_str(&format!("{}.\n\n", capitalised(result.summary)));
        text.push_str(&row(&heads(result, comparison)));
        text.push_str("|:--|--:|--:|--:|--:|--:|--:|--:|:--|\n");
        for runtime in &result.runtimes {
            text.push_str(&row(&cells(result, runtime, comparison)));
        }
        if let Some(tails) = tails(result) {
            text.push_str(&format!("\n{tails}\n"));
        }
    }
    text
}

fn row(cells: &[String; 9]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
