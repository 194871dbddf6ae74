//! The timeline: a bar for each site, grouped by lane, over one axis of time.
//!
//! ```text
//! lane 1  google.fr   █████████████████                 121.0 ms
//!         google.ch                    ███████████▌      81.0 ms
//! lane 2  google.es   ██████████████                    101.0 ms
//!         google.com                ████████▌            60.0 ms
//!                     └───────────┴───────────┴────
//!                     0          100         200 ms
//! ```
//!
//! A cell is sampled at its two halves, so a bar starts and ends where it should to half a column.

use std::time::Duration;

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use crate::outcome::{DialectRun, Outcome, Run, Site};
use crate::plan::Plan;
use crate::report::{Look, MOST_ROWS, comparison, units};

mod axis;
mod in_flight;

pub(super) use axis::round_step;

/// Below this a bar says nothing; the labels give way first.
const NARROWEST_PLOT: usize = 16;
/// The widest a site's name may be here.
const WIDEST_SITE: usize = 28;
/// Two spaces between columns.
const GAP: usize = 2;
/// `9999.9 ms`
const TIME_WIDTH: usize = 8;

/// What a bar shows at one place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Lookup,
    Connect,
    Tls,
    FirstByte,
    Rest,
    NoAnswer,
    Failed,
}

const MARKS: [Mark; 7] = [
    Mark::Lookup,
    Mark::Connect,
    Mark::Tls,
    Mark::FirstByte,
    Mark::Rest,
    Mark::NoAnswer,
    Mark::Failed,
];

impl Mark {
    fn glyph(self, look: &Look) -> char {
        match self {
            Mark::Lookup => look.pick('░', '.'),
            Mark::Connect => look.pick('▒', ':'),
            Mark::Tls => look.pick('▓', '%'),
            Mark::FirstByte => look.pick('█', '#'),
            Mark::Rest => look.pick('▄', '='),
            Mark::NoAnswer => look.pick('╌', '-'),
            Mark::Failed => look.pick('×', 'x'),
        }
    }

    fn meaning(self) -> &'static str {
        match self {
            Mark::Lookup => "lookup",
            Mark::Connect => "connect",
            Mark::Tls => "TLS",
            Mark::FirstByte => "first byte",
            Mark::Rest => "rest",
            Mark::NoAnswer => "no answer",
            Mark::Failed => "failed",
        }
    }

    fn style(self) -> Style {
        let colour = match self {
            Mark::Lookup => AnsiColor::Yellow,
            Mark::Connect => AnsiColor::Cyan,
            Mark::Tls => AnsiColor::Magenta,
            Mark::FirstByte => AnsiColor::Green,
            Mark::Rest => AnsiColor::Blue,
            Mark::NoAnswer | Mark::Failed => AnsiColor::Red,
        };
        colour.on_default()
    }
}

/// Where everything stands.
struct Layout {
    lane: usize,
    site: usize,
    plot: usize,
    times: bool,
    /// What the whole width of the plot stands for; above zero.
    span: Duration,
}

impl Layout {
    fn new(plan: &Plan, rows: &[Site<'_>], span: Duration, look: &Look) -> Layout {
        let lane = format!("lane {}", plan.lanes.len()).width() + GAP;
        let widest = rows.iter().map(|row| row.target.site.width()).max().unwrap_or(0);
        let site = widest.min(WIDEST_SITE).min(look.width / 3) + GAP;
        let times = GAP + TIME_WIDTH;
        let mut layout = Layout { lane, site, plot: 0, times: true, span };
        if look.width < lane + site + NARROWEST_PLOT + times {
            layout.times = false;
        }
        if look.width < lane + site + NARROWEST_PLOT {
            layout.lane = 0;
        }
        let taken = layout.lane + site + if layout.times { times } else { 0 };
        layout.plot = look.width.saturating_sub(taken).max(NARROWEST_PLOT);
        layout
    }

    /// What half a column stands for, in seconds.
    fn half(&self) -> f64 {
        self.span.as_secs_f64() / (self.plot * 2) as f64
    }

    /// How far the numbers of the axis may go: to the edge.
    fn room(&self) -> usize {
        self.plot + if self.times { GAP + TIME_WIDTH } else { 0 }
    }

    /// The spaces before the plot.
    fn margin(&self) -> String {
        " ".repeat(self.lane + self.site)
    }
}

/// The timeline of a run, if anything ran.
pub(super) fn timeline(plan: &Plan, run: &Run, look: &Look) -> Option<String> {
    run.outcomes().next()?;
    let mut drawing = Drawing::new(plan, &[run], look);
    drawing.rows(plan, run);
    Some(drawing.finish())
}

/// The timelines of several dialects over one axis, each under its heading.
pub(super) fn timelines(plan: &Plan, runs: &[DialectRun], look: &Look) -> String {
    let all: Vec<&Run> = runs.iter().map(|run| &run.run).collect();
    let mut drawing = Drawing::new(plan, &all, look);
    for DialectRun { dialect, run, .. } in runs {
        drawing.line(&comparison::heading(dialect.title(), run, look));
        if run.outcomes().next().is_some() {
            drawing.rows(plan, run);
        }
    }
    drawing.notes.extend(comparison::note(look).map(str::to_owned));
    drawing.finish()
}

/// One or several timelines over one axis.
struct Drawing<'a> {
    look: &'a Look,
    layout: Layout,
    used: Vec<Mark>,
    text: String,
    /// What stands below it all.
    notes: Vec<String>,
}

impl<'a> Drawing<'a> {
    fn new(plan: &Plan, runs: &[&Run], look: &'a Look) -> Drawing<'a> {
        let ends = runs.iter().flat_map(|run| run.outcomes()).map(Outcome::end);
        let span = ends.max().unwrap_or_default().max(Duration::from_micros(1));
        let all: Vec<Site<'_>> = runs.iter().take(1).flat_map(|run| run.sites(plan)).collect();
        let layout = Layout::new(plan, &sample(&all), span, look);
        Drawing { look, layout, used: Vec::new(), text: String::new(), notes: Vec::new() }
    }

    fn line(&mut self, line: &str) {
        push(&mut self.text, line);
    }

    /// The bars of a run.
    fn rows(&mut self, plan: &Plan, run: &Run) {
        let (look, layout) = (self.look, &self.layout);
        let all: Vec<Site<'_>> = run.sites(plan).collect();
        let rows = sample(&all);
        let mut lane_before = None;
        for row in &rows {
            let lane = match lane_before == Some(row.lane) || layout.lane == 0 {
                true => String::new(),
                false => format!("lane {}", row.lane + 1),
            };
            lane_before = Some(row.lane);
            let halves = halves(row.rounds, layout);
            self.used.extend(halves.iter().flatten());
            let mut line = look.dim(&look.fit(&lane, layout.lane));
            line += &look.fit(&look.cut(&row.target.site, layout.site - GAP), layout.site);
            line += &bar(&halves, look);
            if layout.times {
                line += &" ".repeat(GAP);
                line += &look.dim(&time(row, look));
            }
            push(&mut self.text, &line);
        }
        if rows.len() < all.len() {
            push(&mut self.text, &in_flight::line(run, layout, look));
            let (shown, of) =
                (units::count(rows.len() as u64), units::counted(all.len() as u64, "site"));
            let peak = units::count(in_flight::peak(run) as u64);
            self.notes.push(format!("{shown} of {of}, at most {peak} in flight at once"));
        }
    }

    /// The axis and what the marks mean.
    fn finish(mut self) -> String {
        for line in axis::lines(&self.layout, self.look) {
            push(&mut self.text, &line);
        }
        for line in legend(self.used, self.look) {
            push(&mut self.text, &line);
        }
        self.notes.dedup();
        for note in self.notes {
            push(&mut self.text, &self.look.dim(&note));
        }
        self.text
    }
}

fn push(text: &mut String, line: &str) {
    text.push_str(line.trim_end());
    text.push('\n');
}

/// All sites, or so many of them, evenly spaced, as can be looked at.
fn sample<'a>(all: &[Site<'a>]) -> Vec<Site<'a>> {
    if all.len() <= MOST_ROWS {
        return all.to_vec();
    }
    let rows = MOST_ROWS / 2;
    (0..rows).map(|row| all[row * (all.len() - 1) / (rows - 1)]).collect()
}

/// How long a site took, all rounds together.
fn time(row: &Site<'_>, look: &Look) -> String {
    let text = match row.rounds {
        [] => look.nothing().into(),
        rounds => units::time(rounds.iter().map(|outcome| outcome.time).sum()),
    };
    format!("{text:>TIME_WIDTH$}")
}

/// What each half of each column shows.
fn halves(rounds: &[Outcome], layout: &Layout) -> Vec<Option<Mark>> {
    let mut halves = vec![None; layout.plot * 2];
    let half = layout.half();
    let at = |time: Duration| ((time.as_secs_f64() / half).round() as usize).min(layout.plot * 2);
    for outcome in rounds {
        let first = at(outcome.start).min(layout.plot * 2 - 1);
        let end = at(outcome.end()).max(first + 1);
        for (index, place) in halves[first..end].iter_mut().enumerate() {
            let from = (first + index) as f64 * half - outcome.start.as_secs_f64();
            *place = Some(mark(outcome, from, from + half));
        }
        if !outcome.answered() {
            // The mark of a failure takes a whole column, the last of its bar.
            let column = (end - 1) / 2 * 2;
            halves[column..column + 2].fill(Some(Mark::Failed));
        }
    }
    halves
}

/// What a probe did for most of the time between `from` and `to`, in seconds after its start.
fn mark(outcome: &Outcome, from: f64, to: f64) -> Mark {
    let phases = outcome.phases;
    let known = [
        (Mark::Lookup, phases.dns),
        (Mark::Connect, phases.connect),
        (Mark::Tls, phases.tls),
        (Mark::FirstByte, phases.first_byte),
    ];
    let rest = match (outcome.answered(), phases.first_byte) {
        (true, Some(_)) => Mark::Rest,
        (true, None) => Mark::FirstByte,
        (false, _) => Mark::NoAnswer,
    };
    let (mut most, mut longest) = (rest, 0.0);
    let mut start = 0.0;
    for (mark, time) in known.into_iter().filter_map(|(mark, time)| Some((mark, time?))) {
        let end = start + time.as_secs_f64();
        let overlap = end.min(to) - start.max(from);
        if overlap > longest {
            (most, longest) = (mark, overlap);
        }
        start = end;
    }
    let overlap = outcome.time.as_secs_f64().min(to) - start.max(from);
    if overlap > longest { rest } else { most }
}

fn bar(halves: &[Option<Mark>], look: &Look) -> String {
    let mut bar = String::new();
    let mut run: (Option<Mark>, String) = (None, String::new());
    for pair in halves.chunks_exact(2) {
        let mark = pair[1].or(pair[0]);
        let glyph = match (pair[0], pair[1]) {
            (None, None) => ' ',
            (None, Some(Mark::FirstByte)) if look.unicode => '▐',
            (Some(Mark::FirstByte), None) if look.unicode => '▌',
            (_, Some(mark)) | (Some(mark), None) => mark.glyph(look),
        };
        if mark != run.0 {
            bar += &painted(&run, look);
            run = (mark, String::new());
        }
        run.1.push(glyph);
    }
    bar + &painted(&run, look)
}

fn painted((mark, text): &(Option<Mark>, String), look: &Look) -> String {
    match mark {
        None => text.clone(),
        Some(mark) => look.paint(mark.style(), text),
    }
}

/// The marks that occur, each with its meaning, in as many lines as it takes.
fn legend(used: Vec<Mark>, look: &Look) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut width = 0;
    for mark in MARKS.into_iter().filter(|mark| used.contains(mark)) {
        let entry = mark.meaning().width() + 2 + GAP;
        if width + entry > look.width + GAP {
            lines.push(String::new());
            width = 0;
        }
        width += entry;
        let glyph = look.paint(mark.style(), &mark.glyph(look).to_string());
        let line = lines.last_mut().expect("there is a first line from the start");
        *line += &format!("{glyph} {}{}", look.dim(mark.meaning()), " ".repeat(GAP));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    const LOOK: Look = Look { width: 80, unicode: true, colour: false };

    fn layout(plot: usize, span_ms: u64) -> Layout {
        Layout { lane: 0, site: 0, plot, times: false, span: Duration::from_millis(span_ms) }
    }

    #[test]
    fn a_bar_starts_and_ends_on_half_columns() {
        let rounds = [sample::answered(50, 100)];
        // Four columns of 100 ms: from the second half of the first to the first of the second.
        assert_eq!(bar(&halves(&rounds, &layout(4, 400)), &LOOK), "▐▌  ");
    }

    #[test]
    fn what_is_too_short_for_a_column_is_still_seen() {
        let rounds = [sample::answered(400, 1)];
        let halves = halves(&rounds, &layout(4, 400));
        assert_eq!(halves.iter().flatten().count(), 1);
        assert!(halves[7].is_some());
    }

    #[test]
    fn phases_follow_one_another() {
        let rounds = [sample::in_phases(0, [100, 100, 200, 300], 100)];
        assert_eq!(bar(&halves(&rounds, &layout(8, 800)), &LOOK), "░▒▓▓███▄");
        let ascii = Look { unicode: false, ..LOOK };
        assert_eq!(bar(&halves(&rounds, &layout(8, 800)), &ascii), ".:%%###=");
    }

    #[test]
    fn a_failure_ends_with_its_mark() {
        let rounds = [sample::failed(0, 300, crate::outcome::Ending::Cancelled)];
        assert_eq!(bar(&halves(&rounds, &layout(4, 400)), &LOOK), "╌╌× ");
    }

    #[test]
    fn a_sample_is_spread_from_the_first_to_the_last() {
        let (plan, run) = sample::many(1000);
        let all: Vec<_> = run.sites(&plan).collect();
        let lanes: Vec<_> = sample(&all).iter().map(|site| site.lane).collect();
        assert_eq!((lanes[0], lanes[lanes.len() - 1]), (0, 999));
        assert!(lanes.len() <= MOST_ROWS && lanes.is_sorted());
    }

    #[test]
    fn every_line_fits_whatever_the_width() {
        for (plan, run) in [sample::demo(), sample::troubled(), sample::rounds(), sample::many(500)]
        {
            for width in 50..140 {
                let look = Look { width, ..LOOK };
                for line in timeline(&plan, &run, &look).unwrap().lines() {
                    assert!(line.width() <= width, "{width}: {line}");
                }
            }
        }
    }

    #[test]
    fn nothing_ran_nothing_shown() {
        let (plan, mut run) = sample::demo();
        run.lanes.iter_mut().flatten().for_each(Vec::clear);
        assert!(timeline(&plan, &run, &LOOK).is_none());
    }
}
