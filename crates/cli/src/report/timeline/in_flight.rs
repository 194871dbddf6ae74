//! How many probes were in flight over time: the shape of a run too large for a row per site.

use std::time::Duration;

use anstyle::AnsiColor;

use crate::outcome::{Outcome, Run};
use crate::report::Look;
use crate::report::timeline::Layout;

/// A row of columns as high as there were probes in flight.
pub(super) fn line(run: &Run, layout: &Layout, look: &Look) -> String {
    let levels = levels(run.outcomes(), layout.plot, layout.span);
    let highest = levels.iter().copied().fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let steps: &[char] = match look.unicode {
        true => &['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
        false => &['.', ':', '-', '=', '+', '*', '#', '@'],
    };
    let column = |level: &f64| match *level {
        ..=0.0 => ' ',
        level => steps[((level / highest * 8.0).ceil() as usize).clamp(1, 8) - 1],
    };
    let columns: String = levels.iter().map(column).collect();
    let label = look.fit("in flight", layout.lane + layout.site);
    look.dim(&label) + &look.paint(AnsiColor::Green.on_default(), &columns)
}

/// How many were in flight in each column, on average over it.
fn levels<'a>(
    outcomes: impl Iterator<Item = &'a Outcome>,
    columns: usize,
    span: Duration,
) -> Vec<f64> {
    let column = span.as_secs_f64() / columns as f64;
    // Each probe raises the level where it starts and lowers it where it ends; the share of a
    // column before the start, or after the end, is taken off again.
    let mut change = vec![0.0; columns + 2];
    let mut step = |at: Duration, by: f64| {
        let place = (at.as_secs_f64() / column).min(columns as f64);
        let (whole, part) = (place.floor() as usize, place.fract());
        change[whole] += by * (1.0 - part);
        change[whole + 1] += by * part;
    };
    for outcome in outcomes {
        step(outcome.start, 1.0);
        step(outcome.end(), -1.0);
    }
    let mut level: f64 = 0.0;
    let sums = change.into_iter().take(columns).map(|by| {
        level += by;
        // What remains of rounding is no probe.
        if level < 1e-6 { 0.0 } else { level }
    });
    sums.collect()
}

/// The greatest number in flight at any moment.
pub(super) fn peak(run: &Run) -> usize {
    let mut steps: Vec<(Duration, i8)> =
        run.outcomes().flat_map(|outcome| [(outcome.start, 1), (outcome.end(), -1)]).collect();
    // At the same moment an end comes before a start.
    steps.sort_unstable();
    let (mut now, mut peak) = (0i64, 0);
    for (_, by) in steps {
        now += i64::from(by);
        peak = peak.max(now);
    }
    usize::try_from(peak).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Instant;

    use crate::outcome::{Ending, Phases};

    fn outcome(start_ms: u64, time_ms: u64) -> Outcome {
        Outcome {
            start: Duration::from_millis(start_ms),
            time: Duration::from_millis(time_ms),
            phases: Phases::default(),
            ending: Ending::Answered(200),
        }
    }

    #[test]
    fn a_level_is_the_average_over_its_column() {
        let outcomes = [outcome(0, 20), outcome(5, 10), outcome(30, 10)];
        let levels = levels(outcomes.iter(), 4, Duration::from_millis(40));
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found}");
        near(levels[0], 1.5);
        near(levels[1], 1.5);
        near(levels[2], 0.0);
        near(levels[3], 1.0);
    }

    #[test]
    fn the_peak_counts_what_overlaps() {
        let peak = |outcomes| {
            let lanes = vec![vec![outcomes]];
            peak(&Run { began: Instant::now(), lanes, real: Duration::ZERO, interrupted: false })
        };
        assert_eq!(peak(vec![outcome(0, 20), outcome(5, 10), outcome(20, 10)]), 2);
        assert_eq!(peak(vec![]), 0);
    }
}
