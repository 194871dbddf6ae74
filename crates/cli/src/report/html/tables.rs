//! The tables of the page: the sums, what was observed, every probe.

use std::fmt::Write;

use crate::outcome::{DialectRun, Site};
use crate::plan::Plan;
use crate::report::html::escape::Escaped;
use crate::report::html::timelines::{LOOK, PHASES, sample};
use crate::report::observed::ROWS;
use crate::report::{footer, outcome_status, units};

/// Real time, total time and speed-up of each dialect.
pub(super) fn sums(runs: &[DialectRun]) -> String {
    let mut text = String::from(
        "<table class=\"sums figures\">\n<thead><tr><th>Dialect</th><th>Real time</th>\
         <th>Total time</th><th>Speed-up</th></tr></thead>\n<tbody>\n",
    );
    for DialectRun { dialect, run, .. } in runs {
        let figures = match run.outcomes().next() {
            None => ["not run".into(), LOOK.nothing().into(), LOOK.nothing().into()],
            Some(_) => {
                let speed_up = footer::speed_up(run, &LOOK);
                let speed_up = speed_up.unwrap_or_else(|| LOOK.nothing().into());
                [units::time(run.real), units::time(run.total()), speed_up]
            }
        };
        let _ = write!(text, "<tr><th scope=\"row\">{}</th>", Escaped(dialect.title()));
        for figure in figures {
            let _ = write!(text, "<td>{figure}</td>");
        }
        text += "</tr>\n";
    }
    text + "</tbody>\n</table>\n<p class=\"note\">Real time: from the first start to the last end. Total \
            time: all probes one after another.</p>\n"
}

/// What was observed, if anything was.
pub(super) fn observed(runs: &[DialectRun]) -> String {
    if runs.iter().all(|run| run.observed.is_none()) {
        return String::new();
    }
    let mut text = String::from(
        "<section aria-labelledby=\"observed\">\n<h2 id=\"observed\">Observed in this run</h2>\n\
         <table class=\"observed\">\n<thead><tr><td></td>",
    );
    for run in runs {
        let _ = write!(text, "<th scope=\"col\">{}</th>", Escaped(run.dialect.title()));
    }
    text += "</tr></thead>\n<tbody>\n";
    for row in &ROWS {
        let _ = write!(text, "<tr><th scope=\"row\">{}</th>", row.title);
        for run in runs {
            let title = Escaped(run.dialect.title());
            let _ = match run.observed.as_ref().map(row.cell) {
                None => write!(text, "<td data-dialect=\"{title}\">{}</td>", LOOK.nothing()),
                Some(cell) => write!(
                    text,
                    "<td data-dialect=\"{title}\"><span>{}</span><small>{}</small></td>",
                    Escaped(&cell.text),
                    Escaped(&cell.detail)
                ),
            };
        }
        text += "</tr>\n";
    }
    text + "</tbody>\n</table>\n</section>\n"
}

/// A row for every probe that is shown.
pub(super) fn probes(plan: &Plan, runs: &[DialectRun]) -> String {
    let mut text = String::from(
        "<div class=\"wide\"><table class=\"figures\">\n<thead><tr><th>Dialect</th><th>Lane</th>\
         <th>Site</th><th>Status</th><th>Start</th>",
    );
    for (_, phase, _) in PHASES {
        let _ = write!(text, "<th>{phase}</th>");
    }
    text += "<th>In all</th><th>Reason</th></tr></thead>\n<tbody>\n";
    for DialectRun { dialect, run, .. } in runs {
        let all: Vec<Site<'_>> = run.sites(plan).collect();
        for site in sample(&all) {
            for outcome in site.rounds {
                let _ = write!(
                    text,
                    "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td>",
                    Escaped(dialect.title()),
                    site.lane + 1,
                    Escaped(&site.target.site),
                    Escaped(outcome_status(outcome)),
                    units::time(outcome.start)
                );
                for (_, _, pick) in PHASES {
                    let time = pick(outcome).map_or_else(|| LOOK.nothing().into(), units::time);
                    let _ = write!(text, "<td>{time}</td>");
                }
                let reason = Escaped(outcome.ending.reason().unwrap_or_default());
                let took = units::time(outcome.time);
                let _ = writeln!(text, "<td>{took}</td><td class=\"reason\">{reason}</td></tr>");
            }
        }
    }
    text + "</tbody>\n</table></div>\n"
}
