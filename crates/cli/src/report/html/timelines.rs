//! The timelines: a section for each dialect over the same scale, a row for each site, a bar for each
//! probe, with its phases in it.

use std::fmt::Write;
use std::time::Duration;

use crate::outcome::{DialectRun, Outcome, Run, Site};
use crate::plan::Plan;
use crate::report::html::escape::Escaped;
use crate::report::timeline::round_step;
use crate::report::{Look, footer, outcome_status, units};

/// With more sites than this, a page would be slow: it shows so many, evenly spaced.
const MOST_ROWS: usize = 200;
/// How many steps the axis has at most.
const STEPS: f64 = 10.0;

/// A phase's class and name, and how to find it.
type Phase = (&'static str, &'static str, fn(&Outcome) -> Option<Duration>);

pub(super) const PHASES: [Phase; 4] = [
    ("lookup", "Lookup", |outcome| outcome.phases.dns),
    ("connect", "Connect", |outcome| outcome.phases.connect),
    ("tls", "TLS", |outcome| outcome.phases.tls),
    ("first", "First byte", |outcome| outcome.phases.first_byte),
];

/// Figures are as they are in the text, where characters come out right.
pub(super) const LOOK: Look = Look { width: usize::MAX, unicode: true, colour: false };

pub(super) fn timelines(plan: &Plan, runs: &[DialectRun]) -> String {
    let ends = runs.iter().flat_map(|run| run.run.outcomes()).map(Outcome::end);
    let span = ends.max().unwrap_or_default().max(Duration::from_micros(1)).as_secs_f64();
    let (unit, scale) = if span < 2.0 { ("ms", 1e3) } else { ("s", 1.0) };
    let step = round_step(span * scale / STEPS);
    let step_share = step / (span * scale) * 100.0;

    let mut axis =
        format!("<div class=\"axis\"><span class=\"label\">{unit}</span><div class=\"ticks\">");
    let ticks = (span * scale / step).floor() as usize;
    let decimals = if step < 1.0 { (-step.log10()).ceil() as usize } else { 0 };
    for tick in 0..=ticks {
        let (at, value) = (tick as f64 * step_share, tick as f64 * step);
        let _ = write!(axis, "<span style=\"left:{at:.3}%\">{value:.decimals$}</span>");
    }
    axis += "</div></div>\n";

    let mut text = axis.clone();
    for run in runs {
        text += &timeline(plan, run, span, step_share);
    }
    text + &axis
}

fn timeline(
    plan: &Plan,
    DialectRun { dialect, run, .. }: &DialectRun,
    span: f64,
    step: f64,
) -> String {
    let title = Escaped(dialect.title());
    let mut text = format!(
        "<section class=\"timeline\" aria-label=\"{title}\" style=\"--step:{step:.3}%\">\n\
         <h3>{title}<small>{}</small></h3>\n",
        figures(run)
    );
    let all: Vec<Site<'_>> = run.sites(plan).collect();
    let mut lane_before = None;
    for site in sample(&all) {
        let begins = lane_before != Some(site.lane);
        lane_before = Some(site.lane);
        let (class, lane) = match begins {
            true => (" begins", format!("lane {}", site.lane + 1)),
            false => ("", String::new()),
        };
        let name = Escaped(&site.target.site);
        let _ = write!(
            text,
            "<div class=\"row{class}\"><div class=\"label\" title=\"{name}\"><b>{lane}</b>\
             <span>{name}</span></div><div class=\"track\">"
        );
        for (round, outcome) in site.rounds.iter().enumerate() {
            let round = (plan.count > 1).then_some(round + 1);
            text += &bar(dialect.title(), site, round, outcome, span);
        }
        if let Some(last) = site.rounds.last() {
            let total = units::time(site.rounds.iter().map(|outcome| outcome.time).sum());
            let end = share(last.end(), span);
            let _ = write!(text, "<span class=\"time\" style=\"left:{end:.3}%\">{total}</span>");
        }
        text += "</div></div>\n";
    }
    text + "</section>\n"
}

/// Real time, total time and speed-up of a run.
fn figures(run: &Run) -> String {
    if run.outcomes().next().is_none() {
        return "not run".into();
    }
    let speed_up = footer::speed_up(run, &LOOK).unwrap_or_default();
    format!("real {} · total {} · {speed_up}", units::time(run.real), units::time(run.total()))
}

/// The bar of a probe, and what a tooltip shows of it.
fn bar(
    dialect: &str,
    site: Site<'_>,
    round: Option<usize>,
    outcome: &Outcome,
    span: f64,
) -> String {
    let (left, width) = (share(outcome.start, span), share(outcome.time, span));
    let status = outcome_status(outcome);
    let took = units::time(outcome.time);
    let (name, status) = (Escaped(&site.target.site), Escaped(&status));
    let failed = if outcome.answered() { "" } else { " failed" };
    let mut text = format!(
        "<button type=\"button\" class=\"probe\" style=\"left:{left:.3}%;width:{width:.3}%\" \
         aria-label=\"{name}, {dialect}: {status}, {took}\">",
        dialect = Escaped(dialect),
    );
    let whole = outcome.time.as_secs_f64().max(1e-9);
    let mut rest = 100.0;
    for (class, _, pick) in PHASES {
        let Some(time) = pick(outcome) else { continue };
        let part = (time.as_secs_f64() / whole * 100.0).min(rest);
        rest -= part;
        let _ = write!(text, "<i class=\"{class}\" style=\"width:{part:.3}%\"></i>");
    }
    if !failed.is_empty() {
        let _ = write!(text, "<i class=\"failed\" style=\"width:{rest:.3}%\"></i>");
    }
    let round = round.map(|round| format!(", round {round}")).unwrap_or_default();
    let _ = write!(
        text,
        "<template><strong>{name}</strong><em>{}, lane {}{round}</em><em>{status}</em>",
        Escaped(dialect),
        site.lane + 1
    );
    if let Some(reason) = outcome.ending.reason() {
        let _ = write!(text, "<em class=\"reason\">{}</em>", Escaped(reason));
    }
    let _ = write!(text, "<dl><dt>Start</dt><dd>{}</dd>", units::time(outcome.start));
    for (_, phase, pick) in PHASES {
        if let Some(time) = pick(outcome) {
            let _ = write!(text, "<dt>{phase}</dt><dd>{}</dd>", units::time(time));
        }
    }
    text + &format!("<dt>In all</dt><dd>{took}</dd></dl></template></button>")
}

/// The phases that occur.
pub(super) fn legend(runs: &[DialectRun]) -> String {
    let mut text = String::new();
    let outcomes = || runs.iter().flat_map(|run| run.run.outcomes());
    let mut entry = |class: &str, name: &str, occurs: bool| {
        if occurs {
            let _ = write!(text, "<span><i class=\"{class}\"></i>{name}</span>");
        }
    };
    for (class, name, pick) in PHASES {
        entry(
            class,
            &name.to_lowercase().replace("tls", "TLS"),
            outcomes().any(|one| pick(one).is_some()),
        );
    }
    entry("rest", "rest", outcomes().any(Outcome::answered));
    entry("failed", "no answer", outcomes().any(|one| !one.answered()));
    text
}

/// Says how much of it is shown, if not all.
pub(super) fn sampled(plan: &Plan) -> String {
    if plan.sites() <= MOST_ROWS {
        return String::new();
    }
    let (shown, of) = (units::count(MOST_ROWS as u64), units::counted(plan.sites() as u64, "site"));
    format!("<p class=\"note\">{shown} of {of} are shown.</p>\n")
}

/// All sites, or so many of them, evenly spaced, as a page can show.
pub(super) fn sample<'a>(all: &[Site<'a>]) -> Vec<Site<'a>> {
    if all.len() <= MOST_ROWS {
        return all.to_vec();
    }
    (0..MOST_ROWS).map(|row| all[row * (all.len() - 1) / (MOST_ROWS - 1)]).collect()
}

/// Which part of the span a time is, in percent.
fn share(time: Duration, span: f64) -> f64 {
    time.as_secs_f64() / span * 100.0
}
