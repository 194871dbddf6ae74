//! The plan, in one dialect after another; then what was different.

use std::sync::Arc;

use crate::args::DialectName;
use crate::dialect::{self, Interrupts};
use crate::observe::{self, Watch};
use crate::outcome::{DialectRun, Run};
use crate::plan::Plan;
use crate::progress::Progress;
use crate::report::Look;

/// Runs `plan` in each of `dialects`. Of several it is observed what they do differently, at the end,
/// so that no program runs between two that are compared.
///
/// After Ctrl-C nothing more is begun: a dialect that was not reached has a run without probes.
///
/// # Errors
///
/// If a dialect cannot run at all.
pub(crate) fn run(
    dialects: &[DialectName],
    plan: &Arc<Plan>,
    progress: bool,
) -> fourfold::Result<Vec<DialectRun>> {
    let interrupts = Interrupts::listen()?;
    let look = Look::of_stderr();
    let several = dialects.len() > 1;
    let mut runs = Vec::with_capacity(dialects.len());
    let mut watched = Vec::with_capacity(dialects.len());
    for &dialect in dialects {
        if interrupts.asked() {
            runs.push(DialectRun { dialect, run: Run::not_begun(plan), observed: None });
            continue;
        }
        let title = several.then(|| dialect.title());
        let progress = Box::new(Progress::new(plan, title, &look, progress));
        let watch = several.then(Watch::start);
        let run = dialect::run(dialect, Arc::clone(plan), progress)?;
        watched.extend(watch.map(Watch::finish));
        runs.push(DialectRun { dialect, run, observed: None });
    }
    for (run, watched) in runs.iter_mut().zip(&watched) {
        if interrupts.asked() {
            break;
        }
        run.observed = Some(observe::observe(run.dialect, watched)?);
    }
    Ok(runs)
}
