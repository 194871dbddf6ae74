//! The progress bar on standard error, and its absence.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle, TermLike};

use crate::dialect::{Observer, ProbeId};
use crate::outcome::Outcome;
use crate::plan::Plan;
use crate::report::{Look, units};

/// How often the bar is drawn at most, per second.
const DRAWS: u8 = 15;

/// Shows how far a run is: a bar on a terminal, nothing anywhere else. The bar is gone once this
/// is dropped.
pub(crate) struct Progress {
    bar: ProgressBar,
    title: Option<&'static str>,
    in_flight: AtomicUsize,
    failed: AtomicUsize,
}

impl Progress {
    /// A bar for `plan`, hidden if `wanted` is not set or standard error is no terminal. A `title`
    /// tells it from those of other runs.
    pub(crate) fn new(
        plan: &Plan,
        title: Option<&'static str>,
        look: &Look,
        wanted: bool,
    ) -> Progress {
        let bar = match wanted && io::stderr().is_terminal() {
            true => {
                let place = Box::new(RoomForCtrlC(Term::buffered_stderr()));
                let target = ProgressDrawTarget::term_like_with_hz(place, DRAWS);
                ProgressBar::with_draw_target(Some(plan.probes()), target)
            }
            false => ProgressBar::hidden(),
        };
        let (template, chars) = match (look.unicode, look.colour) {
            (true, true) => ("{bar:32.green/8}  {prefix}  {msg:.dim}", "━━─"),
            (true, false) => ("{bar:32}  {prefix}  {msg}", "━━─"),
            (false, _) => ("[{bar:32}]  {prefix}  {msg}", "==-"),
        };
        // A template that does not parse is a mistake of ours; the plain bar will do.
        let style = ProgressStyle::with_template(template).unwrap_or(ProgressStyle::default_bar());
        bar.set_style(style.progress_chars(chars));
        bar.enable_steady_tick(Duration::from_millis(100));
        Progress { bar, title, in_flight: AtomicUsize::new(0), failed: AtomicUsize::new(0) }
    }

    fn say(&self) {
        if self.bar.is_hidden() {
            return;
        }
        let (done, all) = (self.bar.position(), self.bar.length().unwrap_or_default());
        let title = self.title.map(|title| format!("{title}  ")).unwrap_or_default();
        self.bar.set_prefix(format!("{title}{} of {}", units::count(done), units::count(all)));
        let in_flight = self.in_flight.load(Ordering::Relaxed);
        self.bar.set_message(match self.failed.load(Ordering::Relaxed) {
            0 => format!("{in_flight} in flight"),
            failed => format!("{in_flight} in flight, {failed} failed"),
        });
    }
}

impl Observer for Progress {
    fn started(&self, _: ProbeId) {
        self.in_flight.fetch_add(1, Ordering::Relaxed);
        self.say();
    }

    fn finished(&self, _: ProbeId, outcome: &Outcome) {
        self.in_flight.fetch_sub(1, Ordering::Relaxed);
        if !outcome.answered() {
            self.failed.fetch_add(1, Ordering::Relaxed);
        }
        self.bar.inc(1);
        self.say();
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// A terminal that is said to be a little narrower than it is.
///
/// A bar is filled up with spaces to the last column. The `^C` that a terminal shows for Ctrl-C
/// would land on the next line, and the bar above it would stay behind.
#[derive(Debug)]
struct RoomForCtrlC(Term);

impl TermLike for RoomForCtrlC {
    fn width(&self) -> u16 {
        self.0.size().1.saturating_sub(4)
    }

    fn move_cursor_up(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_up(lines)
    }

    fn move_cursor_down(&self, lines: usize) -> io::Result<()> {
        self.0.move_cursor_down(lines)
    }

    fn move_cursor_right(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_right(columns)
    }

    fn move_cursor_left(&self, columns: usize) -> io::Result<()> {
        self.0.move_cursor_left(columns)
    }

    fn write_line(&self, line: &str) -> io::Result<()> {
        self.0.write_line(line)
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        self.0.write_str(text)
    }

    fn clear_line(&self) -> io::Result<()> {
        self.0.clear_line()
    }

    fn flush(&self) -> io::Result<()> {
        self.0.flush()
    }
}
