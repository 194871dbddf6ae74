//! The last lines: how long the run took, how long its probes took together, and how the two
//! compare.

use unicode_width::UnicodeWidthStr;

use crate::outcome::Run;
use crate::plan::Plan;
use crate::report::{Look, units};

pub(super) fn footer(plan: &Plan, run: &Run, look: &Look) -> String {
    let (real, total) = (run.real, run.total());
    let span = match plan.count > 1 && !plan.interval.is_zero() {
        true => "start to end, with the pauses between rounds",
        false => "from the first start to the last end",
    };
    let mut lines = vec![
        ("Real time", units::time(real), span),
        ("Total time", units::time(total), "all probes one after another"),
    ];
    lines.extend(speed_up(run, look).map(|speed_up| ("Speed-up", speed_up, "")));
    let mut text = String::new();
    for (label, figure, note) in lines {
        let gap = " ".repeat(9usize.saturating_sub(figure.width()));
        let (label, figure) = (look.fit(label, 10), look.bold(&figure));
        // Better no note than a broken line.
        let note = if 23 + note.width() > look.width { "" } else { note };
        let line = format!("{label}  {figure}{gap}  {}", look.dim(note));
        text.push_str(line.trim_end());
        text.push('\n');
    }
    if run.interrupted {
        let made = run.outcomes().filter(|outcome| outcome.answered()).count() as u64;
        text.push('\n');
        text.push_str(&interruption(made, plan.probes(), look));
    }
    text
}

/// How many times faster the probes were than one after another.
pub(super) fn speed_up(run: &Run, look: &Look) -> Option<String> {
    let (real, total) = (run.real, run.total());
    if real.is_zero() || total.is_zero() {
        return None;
    }
    let speed_up = total.as_secs_f64() / real.as_secs_f64();
    let digits = if speed_up < 99.95 { 2 } else { 0 };
    Some(format!("{speed_up:.digits$}{}", look.pick("×", "x")))
}

/// The last line of a run that Ctrl-C ended.
pub(super) fn interruption(answered: u64, planned: u64, look: &Look) -> String {
    let (answered, planned) = (units::count(answered), units::counted(planned, "probe"));
    look.red(&format!("Interrupted: {answered} of {planned} answered before Ctrl-C.")) + "\n"
}
