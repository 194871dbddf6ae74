//! What stands in for the table where there are too many sites for a row each.

use std::collections::BTreeMap;
use std::time::Duration;

use comfy_table::{Cell, Color};

use crate::outcome::{Ending, NOT_RUN, Outcome, Run};
use crate::plan::Plan;
use crate::report::stats::Spread;
use crate::report::table::{finish, new_table, time_or_nothing};
use crate::report::{Look, MOST_ROWS, printable, units, with_meaning};

/// How many reasons are told apart.
const MOST_REASONS: usize = MOST_ROWS / 2;
/// How many of the slowest sites are named.
const SLOWEST: usize = 5;
/// How many sites are named for each reason.
const EXAMPLES: usize = 3;

/// How many answered and how, the spread of each phase over all probes, the slowest, the reasons
/// of those that failed.
pub(super) fn sites(plan: &Plan, run: &Run, look: &Look) -> String {
    let parts = [
        Some(headline(plan, run, look)),
        Some(phases(run, look)),
        slowest(plan, run, look),
        failures(plan, run, look),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

fn headline(plan: &Plan, run: &Run, look: &Look) -> String {
    let mut codes: BTreeMap<u16, u64> = BTreeMap::new();
    let (mut failed, mut cancelled) = (0, 0);
    for outcome in run.outcomes() {
        match outcome.ending {
            Ending::Answered(code) => *codes.entry(code).or_default() += 1,
            Ending::Failed(_) => failed += 1,
            Ending::Cancelled => cancelled += 1,
        }
    }
    let answered: u64 = codes.values().sum();
    let not_run = plan.probes() - answered - failed - cancelled;
    let what = format!(
        "{} of {} in {}",
        units::counted(plan.probes(), "probe"),
        units::counted(plan.sites() as u64, "site"),
        units::counted(plan.lanes.len() as u64, "lane")
    );
    let mut text = format!("{}: {} answered\n", look.bold(&what), units::count(answered));
    let line = |times, what: &str| format!("{:>9}  {what}\n", units::count(times));
    for (code, times) in codes {
        text += &line(times, &with_meaning(&code.to_string()));
    }
    for (times, what) in [(failed, "failed"), (cancelled, "cancelled"), (not_run, "not run")] {
        if times > 0 {
            text += &line(times, &look.red(what));
        }
    }
    text
}

type Pick = fn(&Outcome) -> Option<Duration>;

fn phases(run: &Run, look: &Look) -> String {
    let picks: [(&str, Pick); 5] = [
        ("Lookup", |outcome| outcome.phases.dns),
        ("Connect", |outcome| outcome.phases.connect),
        ("TLS", |outcome| outcome.phases.tls),
        ("First byte", |outcome| outcome.phases.first_byte),
        ("Total", |outcome| outcome.answered().then_some(outcome.time)),
    ];
    let header = ["Phase", "Probes", "Min", "Median", "p99", "Max"];
    let mut table = new_table(&header, look);
    for (name, pick) in picks {
        let spread = Spread::of(run.outcomes().filter_map(pick));
        let mut row = vec![Cell::new(name), Cell::new(units::count(spread.count()))];
        let figures = [spread.min(), spread.median(), spread.p99(), spread.max()];
        row.extend(figures.map(|time| Cell::new(time_or_nothing(time, look))));
        table.add_row(row);
    }
    finish(table, 1..header.len(), &[1, 4, 2])
}

fn slowest(plan: &Plan, run: &Run, look: &Look) -> Option<String> {
    let mut sites: Vec<_> = run
        .sites(plan)
        .filter_map(|site| {
            let answered = site.rounds.iter().filter(|outcome| outcome.answered());
            Some((answered.map(|outcome| outcome.time).max()?, site.lane, site))
        })
        .collect();
    if sites.is_empty() {
        return None;
    }
    sites.sort_by_key(|&(time, lane, _)| (std::cmp::Reverse(time), lane));
    let mut table = new_table(&["Slowest", "Total", "Lane"], look);
    for (time, lane, site) in sites.into_iter().take(SLOWEST) {
        let lane = units::count(lane as u64 + 1);
        table.add_row([
            Cell::new(&site.target.site),
            Cell::new(units::time(time)),
            Cell::new(lane),
        ]);
    }
    Some(finish(table, 1..3, &[]))
}

fn failures(plan: &Plan, run: &Run, look: &Look) -> Option<String> {
    // Each reason with how often, and with the first sites it was met at.
    let mut reasons: BTreeMap<&str, (u64, Vec<&str>)> = BTreeMap::new();
    for site in run.sites(plan) {
        let failed = site.rounds.iter().filter_map(|outcome| outcome.ending.reason());
        let not_run = site.rounds.is_empty().then_some(NOT_RUN);
        for reason in failed.chain(not_run) {
            let (times, examples) = reasons.entry(reason).or_default();
            *times += 1;
            let name = &*site.target.site;
            if examples.len() <= EXAMPLES && !examples.contains(&name) {
                examples.push(name);
            }
        }
    }
    if reasons.is_empty() {
        return None;
    }
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|&(reason, (times, _))| (std::cmp::Reverse(times), reason));
    let mut table = new_table(&["Failed", "Reason", "Sites"], look);
    for (reason, (times, examples)) in reasons.iter().take(MOST_REASONS) {
        let more = if examples.len() > EXAMPLES { look.pick(", …", ", ...") } else { "" };
        let named = examples[..examples.len().min(EXAMPLES)].join(", ");
        table.add_row([
            Cell::new(units::count(*times)).fg(Color::Red),
            Cell::new(printable(reason)),
            Cell::new(named + more),
        ]);
    }
    let mut text = finish(table, 0..1, &[]);
    if reasons.len() > MOST_REASONS {
        let more = units::counted((reasons.len() - MOST_REASONS) as u64, "other reason");
        text += &look.dim(&format!("and {more}; --json has them all\n"));
    }
    Some(text)
}
