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
    if !real.is_zero() && !total.is_zero() {
        let speed_up = total.as_secs_f64() / real.as_secs_f64();
        let times = look.pick("×", "x");
        let digits = if speed_up < 99.95 { 2 } else { 0 };
        lines.push(("Speed-up", format!("{speed_up:.digits$}{times}"), ""));
    }
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
        let text_of = format!(
            "Interrupted: {} of {} answered before Ctrl-C.",
            units::count(made),
            units::counted(plan.probes(), "probe")
        );
        text.push('\n');
        text.push_str(&look.red(&text_of));
        text.push('\n');
    }
    text
}
