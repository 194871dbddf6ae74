//! What a run is shown as: tables, a timeline and three figures for a reader, as text or as a page;
//! one JSON object for a program; a trace for a viewer. Of several dialects the timelines stand under
//! each other, and under them what was observed.

mod comparison;
mod footer;
mod html;
mod json;
mod look;
mod observed;
mod stats;
mod summary;
mod table;
mod timeline;
mod trace;
pub(crate) mod units;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod sample;

use crate::outcome::{DialectRun, Ending, NOT_RUN, Outcome, Run, Site};
use crate::plan::Plan;

pub(crate) use html::html;
pub(crate) use json::{json, seconds};
pub(crate) use look::Look;
pub(crate) use trace::{Recorded, Recording};

/// With more sites than this, tables give way to summaries and the timeline shows a sample.
const MOST_ROWS: usize = 40;

/// The whole report for a reader.
pub(crate) fn text(plan: &Plan, runs: &[DialectRun], look: &Look) -> String {
    match runs {
        [only] => one(plan, &only.run, look),
        runs => comparison::text(plan, runs, look),
    }
}

/// Whether Ctrl-C ended a run, or came before all was observed.
pub(crate) fn interrupted(runs: &[DialectRun]) -> bool {
    let unobserved = runs.len() > 1 && runs.iter().any(|run| run.observed.is_none());
    unobserved || runs.iter().any(|run| run.run.interrupted)
}

/// The report of one dialect.
fn one(plan: &Plan, run: &Run, look: &Look) -> String {
    let mut parts = Vec::new();
    if plan.sites() > MOST_ROWS {
        parts.push(summary::sites(plan, run, look));
    } else {
        parts.push(table::sites(plan, run, look));
        if plan.count > 1 {
            parts.push(table::rounds(plan, run, look));
        }
    }
    parts.extend(timeline::timeline(plan, run, look));
    parts.push(footer::footer(plan, run, look));
    parts.join("\n")
}

/// Why a site is not wholly answered: each reason once, with how often, in order of appearance.
fn reasons(site: Site<'_>) -> Option<String> {
    let mut reasons: Vec<(&str, usize)> = Vec::new();
    for reason in site.rounds.iter().filter_map(|outcome| outcome.ending.reason()) {
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, times)) => *times += 1,
            None => reasons.push((reason, 1)),
        }
    }
    if site.rounds.is_empty() {
        reasons.push((NOT_RUN, 1));
    }
    let texts = reasons.iter().map(|&(reason, times)| match times {
        1 => printable(reason),
        times => format!("{} ({} times)", printable(reason), units::count(times as u64)),
    });
    let text = texts.collect::<Vec<_>>().join("; ");
    (!text.is_empty()).then_some(text)
}

/// Reasons quote what hosts sent; nothing of that may steer the terminal.
fn printable(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { '\u{fffd}' } else { char }).collect()
}

/// What a site's row says under "Status".
fn status(site: Site<'_>) -> String {
    let mut codes: Vec<String> = Vec::new();
    for code in site.rounds.iter().map(code) {
        if !codes.contains(&code) {
            codes.push(code);
        }
    }
    codes.sort_unstable();
    match &*codes {
        [] => "not run".into(),
        [code] => with_meaning(code),
        codes => codes.join(", "),
    }
}

/// How a probe ended, in one word.
fn code(outcome: &Outcome) -> String {
    match &outcome.ending {
        Ending::Answered(code) => code.to_string(),
        Ending::Failed(_) => "failed".into(),
        Ending::Cancelled => "cancelled".into(),
    }
}

/// What is said of one probe under "Status".
fn outcome_status(outcome: &Outcome) -> String {
    with_meaning(&code(outcome))
}

/// The widest a status with its meaning may be.
const WIDEST_STATUS: usize = 13;

/// `200 OK` for `200`, where the code has a meaning and that is short.
fn with_meaning(code: &str) -> String {
    let known = http::StatusCode::from_bytes(code.as_bytes()).ok();
    match known.and_then(|status| status.canonical_reason()) {
        Some(meaning) if code.len() + 1 + meaning.len() <= WIDEST_STATUS => {
            format!("{code} {meaning}")
        }
        _ => code.to_owned(),
    }
}
