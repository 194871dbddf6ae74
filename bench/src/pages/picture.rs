//! One picture for each dialect: what Fourfold costs, beside what the peer costs.
//!
//! ```text
//!   go_gosched      ÷ go   ██████▏                0.27
//!   go_echo         ÷ go   ███████████████|▏      0.91
//!                                     target   the peer
//! ```
//!
//! A bar is Fourfold's cost divided by the peer's, so that shorter is always better: where more is
//! better the ratio is turned over. Colours are set for light and for dark pages.

use crate::report::against;
use crate::results::{Comparison, TargetResult, Verdict};
use crate::workload::{Measure, Section};
use clap::ValueEnum;
use std::fmt::Write;

const WIDTH: f64 = 720.0;
/// Where bars begin, and where the peer's cost is.
const LEFT: f64 = 250.0;
const ONE: f64 = 560.0;
/// So much room a figure takes.
const FIGURE: f64 = 40.0;
/// The longest bar; what is longer is cut off and says so by its figure.
const LONGEST: f64 = 1.25;
const ROW: f64 = 20.0;
const TOP: f64 = 56.0;

const STYLE: &str = "\
text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;fill:#1f2328}\
.t{font:600 14px system-ui,sans-serif}.s{font:12px system-ui,sans-serif;fill:#59636e}\
.g{fill:#59636e}.k{fill:#2f81f7}.m{fill:#d1680f}.p{stroke:#59636e}.a{stroke:#1f2328;stroke-width:2}\
@media (prefers-color-scheme:dark){text{fill:#e6edf3}.s,.g{fill:#9198a1}.k{fill:#4493f8}\
.m{fill:#e3893b}.p{stroke:#9198a1}.a{stroke:#e6edf3}}";

/// The name of its file.
pub(super) fn name(section: Section) -> String {
    let value = section.to_possible_value().expect("none is skipped");
    format!("bench-{}.svg", value.get_name())
}

/// The line of a page that shows it.
pub(super) fn link(section: Section) -> String {
    format!(
        "![{} beside its peers: cost relative to the peer](images/{})",
        section.title(),
        name(section)
    )
}

/// The picture, as SVG.
pub(super) fn draw(comparison: &Comparison, section: Section) -> String {
    let rows: Vec<Bar> = comparison
        .targets
        .iter()
        .filter(|target| target.workload.section() == section)
        .filter_map(Bar::of)
        .collect();
    let height = TOP + ROW * rows.len() as f64 + 12.0;
    let title = format!("{}: Fourfold’s cost relative to the peer’s", section.title());
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" width=\"{WIDTH}\" \
         height=\"{height}\" role=\"img\" aria-label=\"{title}\"><style>{STYLE}</style>\n\
         <text class=\"t\" x=\"8\" y=\"20\">{title}</text>\
         <text class=\"s\" x=\"8\" y=\"40\">Shorter is better; the thin line is the peer, the short one the target.</text>\n"
    );
    for (index, row) in rows.iter().enumerate() {
        row.draw(&mut svg, TOP + ROW * index as f64);
    }
    let (top, bottom) = (TOP - 6.0, height - 8.0);
    write!(svg, "<path class=\"p\" d=\"M{ONE} {top}V{bottom}\"/>\n</svg>\n")
        .expect("a string takes any text");
    svg
}

/// One target.
#[derive(Debug, PartialEq)]
struct Bar {
    workload: &'static str,
    against: String,
    cost: f64,
    aim: f64,
    missed: bool,
}

impl Bar {
    /// Only ratios are relative to somebody.
    fn of(target: &TargetResult) -> Option<Self> {
        if target.measure != Measure::Ratio {
            return None;
        }
        let cost = |ratio: f64| if target.at_least { 1.0 / ratio } else { ratio };
        Some(Self {
            workload: target.workload.as_str(),
            against: against(target),
            cost: cost(target.value.median),
            aim: cost(target.bound),
            missed: target.verdict == Verdict::Missed,
        })
    }

    fn draw(&self, svg: &mut String, top: f64) {
        let Self { workload, against, cost, aim, missed } = self;
        let along = |cost: f64| (cost.min(LONGEST) * (ONE - LEFT)).max(1.0);
        let (base, width, aim) = (top + 12.0, along(*cost), LEFT + along(*aim));
        let class = if *missed { 'm' } else { 'k' };
        // The figure stands behind the bar, and behind the target where that would go through it.
        let end = LEFT + width;
        let after = if (end..end + FIGURE).contains(&aim) { aim } else { end } + 6.0;
        let (up, down, side) = (top - 1.0, top + 15.0, LEFT - 10.0);
        writeln!(
            svg,
            "<text x=\"8\" y=\"{base}\">{workload}</text>\
             <text class=\"g\" x=\"{side}\" y=\"{base}\" text-anchor=\"end\">{against}</text>\
             <rect class=\"{class}\" x=\"{LEFT}\" y=\"{top}\" width=\"{width:.1}\" height=\"14\" rx=\"2\"/>\
             <path class=\"a\" d=\"M{aim:.1} {up}V{down}\"/>\
             <text x=\"{after:.1}\" y=\"{base}\">{cost:.2}</text>"
        )
        .expect("a string takes any text");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::RuntimeName;
    use crate::statistics::Spread;
    use crate::workload::Workload;

    #[test]
    fn a_bar_is_a_cost_even_where_more_is_better() {
        let value = Spread { median: 1.25, min: 1.0, max: 2.0 };
        let target = TargetResult {
            workload: Workload::GoEcho,
            peer: Some(RuntimeName::Go),
            measure: Measure::Ratio,
            value,
            bound: 2.0,
            at_least: true,
            verdict: Verdict::Missed,
        };
        let bar = Bar::of(&target).unwrap();
        assert_eq!((bar.cost, bar.aim, bar.missed), (0.8, 0.5, true));
        let own = TargetResult { measure: Measure::Own, ..target };
        assert_eq!(Bar::of(&own), None);
    }
}
