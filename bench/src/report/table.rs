//! Aligned columns for people.

use super::{allocations, cells, heads, preamble, tails, versions};
use crate::results::Comparison;
use std::fmt::Write;

/// All of it.
pub(super) fn render(comparison: &Comparison) -> String {
    let lines = preamble(comparison).into_iter().chain(versions(comparison));
    let mut text = lines.collect::<Vec<_>>().join("\n") + "\n";
    for result in &comparison.workloads {
        let mut rows = vec![heads(result, comparison)];
        rows.extend(result.runtimes.iter().map(|row| cells(result, row, comparison)));
        let name = result.workload.as_str();
        writeln!(text, "\n{name} – {}", result.summary).expect("a string takes any text");
        for row in &rows {
            text.push_str(line(row, &rows).trim_end());
            text.push('\n');
        }
        for more in [tails(result), allocations(result)].into_iter().flatten() {
            writeln!(text, "  {more}").expect("a string takes any text");
        }
    }
    text
}

/// The first and the last column read from the left, figures from the right.
fn line(row: &[String; 9], rows: &[[String; 9]]) -> String {
    let mut line = String::new();
    for (index, cell) in row.iter().enumerate() {
        let width = rows.iter().map(|row| row[index].chars().count()).max().unwrap_or(0);
        let gap = " ".repeat(width - cell.chars().count());
        line.push_str("  ");
        if index == 0 || index == row.len() - 1 {
            line.push_str(cell);
            line.push_str(&gap);
        } else {
            line.push_str(&gap);
            line.push_str(cell);
        }
    }
    line
}
