//! The report of several dialects: a timeline of each over one axis, what went wrong, and what was
//! observed.

use comfy_table::{Cell, Color};

use crate::outcome::{DialectRun, Run};
use crate::plan::Plan;
use crate::report::{
    Look, MOST_ROWS, footer, interrupted, observed, reasons, summary, table, timeline, units,
};

/// The title of a dialect and a gap.
const TITLE: usize = 12;

pub(super) fn text(plan: &Plan, runs: &[DialectRun], look: &Look) -> String {
    let mut parts = vec![timeline::timelines(plan, runs, look)];
    let many = plan.sites() > MOST_ROWS;
    for DialectRun { dialect, run, .. } in runs {
        let table = match (many, plan.count) {
            _ if run.outcomes().next().is_none() => continue,
            (true, _) => summary::sites(plan, run, look),
            (false, 1) => continue,
            (false, _) => table::rounds(plan, run, look),
        };
        parts.push(format!("{}\n{table}", look.bold(dialect.title())));
    }
    if !many {
        parts.extend(failures(plan, runs, look));
    }
    parts.extend(observed::table(runs, look));
    if interrupted(runs) {
        let answered = |run: &DialectRun| run.run.outcomes().filter(|end| end.answered()).count();
        let made = runs.iter().map(answered).sum::<usize>() as u64;
        parts.push(footer::interruption(made, plan.probes() * runs.len() as u64, look));
    }
    parts.join("\n")
}

/// What stands over a dialect's timeline: its name and the three figures.
pub(super) fn heading(title: &str, run: &Run, look: &Look) -> String {
    let figures = match run.outcomes().next() {
        None => "not run".into(),
        Some(_) => {
            let (real, total) = (units::time(run.real), units::time(run.total()));
            let speed_up = footer::speed_up(run, look).unwrap_or_default();
            let all = format!("real {real}  total {total}  {speed_up}");
            match TITLE + all.len() > look.width {
                true => format!("real {real}"),
                false => all,
            }
        }
    };
    format!("{}{}", look.bold(&look.fit(title, TITLE)), look.dim(&figures))
}

/// What the figures of the headings are, where that fits on a line.
pub(super) fn note(look: &Look) -> Option<&'static str> {
    const NOTE: &str = "real: from the first start to the last end; total: one probe after another";
    (NOTE.len() <= look.width).then_some(NOTE)
}

/// Which sites did not answer, and why.
fn failures(plan: &Plan, runs: &[DialectRun], look: &Look) -> Option<String> {
    let mut table = table::new_table(&["Dialect", "Site", "Reason"], look);
    let begun = |run: &&DialectRun| run.run.outcomes().next().is_some();
    for DialectRun { dialect, run, .. } in runs.iter().filter(begun) {
        for site in run.sites(plan) {
            let Some(reason) = reasons(site) else { continue };
            let name = look.cut(&site.target.site, (look.width / 3).max(TITLE));
            table.add_row([
                Cell::new(dialect.title()),
                Cell::new(name),
                Cell::new(reason).fg(Color::Red),
            ]);
        }
    }
    (!table.is_empty()).then(|| table::finish(table, 0..0, &[]))
}
