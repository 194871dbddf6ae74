//! The tables: one row per site.

use std::ops::Range;
use std::time::Duration;

use comfy_table::Table;
use comfy_table::presets::NOTHING;
use comfy_table::{Attribute, Cell, CellAlignment, Color, ColumnConstraint, ContentArrangement};
use unicode_width::UnicodeWidthStr;

use crate::outcome::{Outcome, Run, Site};
use crate::plan::Plan;
use crate::report::stats::Spread;
use crate::report::{Look, reasons, status, units};

/// The widest and the narrowest a site's name is cut to.
const WIDEST_SITE: usize = 40;
const NARROWEST_SITE: usize = 12;
/// Reasons stand in a column of the table if it can be this wide, else in a table of their own.
const NARROWEST_REASON: usize = 32;
/// The columns of figures, and of the status, with the spaces between them.
const FIGURES_WIDTH: usize = 65;

type Pick = fn(&Outcome) -> Option<Duration>;

/// Site, status, and how long each phase took; with several rounds the median of each. Then why a
/// site did not answer.
pub(super) fn sites(plan: &Plan, run: &Run, look: &Look) -> String {
    let times: [(&str, Pick); 5] = [
        ("Lookup", |outcome| outcome.phases.dns),
        ("Connect", |outcome| outcome.phases.connect),
        ("TLS", |outcome| outcome.phases.tls),
        ("First byte", |outcome| outcome.phases.first_byte),
        ("Total", |outcome| Some(outcome.time)),
    ];
    let site_width = site_width(plan, look, FIGURES_WIDTH);
    let any_reason = run.sites(plan).any(|site| reasons(site).is_some());
    let room = look.width.saturating_sub(FIGURES_WIDTH + site_width);
    let reason_column = any_reason && room >= NARROWEST_REASON;

    let mut header = vec!["Site", "Status"];
    header.extend(times.map(|(title, _)| title));
    header.extend(reason_column.then_some("Reason"));
    let mut table = new_table(&header, look);
    let mut why = new_table(&["Site", "Reason"], look);
    for site in run.sites(plan) {
        let name = look.cut(&site.target.site, site_width);
        let reason = reasons(site);
        let status = Cell::new(status(site));
        let mut row =
            vec![Cell::new(&name), if reason.is_some() { status.fg(Color::Red) } else { status }];
        row.extend(times.map(|(_, pick)| Cell::new(median(site.rounds, pick, look))));
        match reason {
            Some(reason) if reason_column => row.push(Cell::new(reason).fg(Color::Red)),
            Some(reason) => {
                why.add_row([Cell::new(name), Cell::new(reason).fg(Color::Red)]);
            }
            None if reason_column => row.push(Cell::new("")),
            None => {}
        }
        table.add_row(row);
    }
    // Lookup, TLS, Connect, First byte.
    let table = finish(table, 2..2 + times.len(), &[2, 4, 3, 5]);
    if why.is_empty() { table } else { table + "\n" + &finish(why, 0..0, &[]) }
}

/// How wide the column of the sites is, where the others take `others`.
fn site_width(plan: &Plan, look: &Look, others: usize) -> usize {
    let widest = plan.lanes.iter().flatten().map(|target| target.site.width()).max().unwrap_or(0);
    let room = look.width.saturating_sub(others).clamp(NARROWEST_SITE, WIDEST_SITE);
    widest.min(room)
}

/// How the rounds of each site spread.
pub(super) fn rounds(plan: &Plan, run: &Run, look: &Look) -> String {
    let header = ["Site", "Sent", "Answered", "Loss", "Min", "Median", "p99", "Max"];
    let site_width = site_width(plan, look, FIGURES_WIDTH);
    let mut table = new_table(&header, look);
    for site in run.sites(plan) {
        let spread = Spread::of(answered_times(site));
        let lost = site.rounds.len() as u64 - spread.count();
        let loss = match site.rounds.len() {
            0 => look.nothing().into(),
            sent => format!("{:.0} %", 100.0 * lost as f64 / sent as f64),
        };
        let mut row = vec![
            Cell::new(look.cut(&site.target.site, site_width)),
            Cell::new(units::count(site.rounds.len() as u64)),
            Cell::new(units::count(spread.count())),
            if lost > 0 { Cell::new(loss).fg(Color::Red) } else { Cell::new(loss) },
        ];
        let figures = [spread.min(), spread.median(), spread.p99(), spread.max()];
        row.extend(figures.map(|time| Cell::new(time_or_nothing(time, look))));
        table.add_row(row);
    }
    // Sent, Answered, p99, Min.
    finish(table, 1..header.len(), &[1, 2, 6, 4])
}

/// How long the answered rounds of a site took.
fn answered_times(site: Site<'_>) -> impl Iterator<Item = Duration> {
    site.rounds.iter().filter(|outcome| outcome.answered()).map(|outcome| outcome.time)
}

fn median(rounds: &[Outcome], pick: Pick, look: &Look) -> String {
    let median = match rounds {
        [] => None,
        [only] => pick(only),
        rounds => Spread::of(rounds.iter().filter_map(pick)).median(),
    };
    time_or_nothing(median, look)
}

pub(super) fn time_or_nothing(time: Option<Duration>, look: &Look) -> String {
    time.map_or_else(|| look.nothing().into(), units::time)
}

/// A table without lines, as wide as the terminal at most.
pub(super) fn new_table(header: &[&str], look: &Look) -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(look.width).unwrap_or(u16::MAX));
    table.set_truncation_indicator(look.pick("…", "~"));
    table.force_no_tty();
    if look.colour {
        table.enforce_styling();
        table.style_text_only();
    }
    table.set_header(header.iter().map(|title| Cell::new(title).add_attribute(Attribute::Bold)));
    table
}

/// Aligns the columns of figures to the right; of the others, only the last may be wrapped. Where
/// the terminal is too narrow the columns `spare` are left out, the first of them first.
pub(super) fn finish(mut table: Table, figures: Range<usize>, spare: &[usize]) -> String {
    let widths = table.column_max_content_widths();
    let last = table.column_count().saturating_sub(1);
    // A column that may be wrapped finds its own width.
    let rigid = |&index: &usize| figures.contains(&index) || index < last;
    let mut width: usize =
        (0..=last).filter(rigid).map(|index| usize::from(widths[index]) + 2).sum();
    let mut hidden = Vec::new();
    for &index in spare {
        if width > usize::from(table.width().unwrap_or(u16::MAX)) + 2 {
            hidden.push(index);
            width -= usize::from(widths[index]) + 2;
        }
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        column.set_padding(if index == 0 { (0, 1) } else { (1, 1) });
        if figures.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if hidden.contains(&index) {
            column.set_constraint(ColumnConstraint::Hidden);
        } else if rigid(&index) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let lines = table.lines().map(|line| line.trim_end().to_owned() + "\n");
    lines.collect()
}
