//! Markdown tables.

use super::{allocations, cells, heads, preamble, tails, versions};
use crate::results::{Comparison, WorkloadResult};

/// All of it.
pub(super) fn render(comparison: &Comparison) -> String {
    let mut text = String::new();
    for line in preamble(comparison).into_iter().chain(versions(comparison)) {
        text.push_str(&format!("* {line}\n"));
    }
    for result in &comparison.workloads {
        text.push_str(&format!("\n### {}\n\n", result.workload.as_str()));
        text.push_str(&workload(result, comparison));
    }
    text
}

/// The definition of one workload and its table, without a head. Columns that are empty in every
/// row are left out.
pub(crate) fn workload(result: &WorkloadResult, comparison: &Comparison) -> String {
    let mut text = format!("{}.\n\n", capitalised(result.summary));
    let heads = heads(result, comparison);
    let rows: Vec<[String; 9]> =
        result.runtimes.iter().map(|runtime| cells(result, runtime, comparison)).collect();
    let filled: Vec<usize> =
        (0..heads.len()).filter(|&index| rows.iter().any(|row| !row[index].is_empty())).collect();
    let line = |cells: &[String; 9]| {
        let cells: Vec<&str> = filled.iter().map(|&index| cells[index].as_str()).collect();
        format!("| {} |\n", cells.join(" | "))
    };
    text.push_str(&line(&heads));
    let words = [0, heads.len() - 1];
    let rule = filled.iter().map(|index| if words.contains(index) { ":--" } else { "--:" });
    text.push_str(&format!("|{}|\n", rule.collect::<Vec<_>>().join("|")));
    rows.iter().for_each(|row| text.push_str(&line(row)));
    for more in [tails(result), allocations(result)].into_iter().flatten() {
        text.push_str(&format!("\n{more}\n"));
    }
    text
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
