//! The axis of time: a ruler, and round numbers under it.

use crate::report::Look;
use crate::report::timeline::Layout;

/// How far apart ticks are at least, in columns.
const APART: f64 = 10.0;

/// The ruler and its numbers.
pub(super) fn lines(layout: &Layout, look: &Look) -> [String; 2] {
    let span = layout.span.as_secs_f64();
    let (unit, scale) = if span < 2.0 { ("ms", 1e3) } else { ("s", 1.0) };
    let step = round_step(span * scale * APART / layout.plot as f64);
    let decimals = if step < 1.0 { (-step.log10()).ceil() as usize } else { 0 };

    let mut ruler = vec![look.pick('─', '-'); layout.plot];
    let mut numbers = String::new();
    let ticks = (span * scale / step).floor() as usize;
    for tick in 0..=ticks {
        let value = tick as f64 * step;
        let column = (value / (span * scale) * layout.plot as f64).round() as usize;
        let column = column.min(layout.plot - 1);
        ruler[column] = match tick {
            0 => look.pick('└', '+'),
            _ => look.pick('┴', '+'),
        };
        let mut number = if tick == 0 { "0".into() } else { format!("{value:.decimals$}") };
        // Digits centred under the tick, as far as the edges let them.
        let at = column.saturating_sub((number.len() - 1) / 2);
        if tick == ticks {
            number = number + " " + unit;
        }
        let at = at.min(layout.room().saturating_sub(number.len()));
        if at >= numbers.len() {
            numbers.push_str(&" ".repeat(at - numbers.len()));
            numbers.push_str(&number);
        } else if tick == ticks {
            numbers = numbers + " " + unit;
        }
    }
    let ruler: String = ruler.into_iter().collect();
    [ruler, numbers].map(|line| layout.margin() + &look.dim(&line))
}

/// The least of 1, 2, 5, 10, 20, 50, … and of their tenths that is not below `least`.
pub(in crate::report) fn round_step(least: f64) -> f64 {
    let power = 10f64.powf(least.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= least * 0.999);
    factor.unwrap_or(10.0) * power
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn numbers(plot: usize, span_ms: f64) -> String {
        let span = Duration::from_secs_f64(span_ms / 1e3);
        let layout = Layout { lane: 0, site: 0, plot, times: false, span };
        let [ruler, numbers] = lines(&layout, &Look { width: 80, unicode: true, colour: false });
        assert_eq!(ruler.chars().count(), plot);
        assert!(numbers.len() <= layout.room() + layout.margin().len(), "{numbers}");
        numbers
    }

    #[test]
    fn steps_are_round() {
        let close = |least: f64, step: f64| assert!((round_step(least) / step - 1.0).abs() < 1e-9);
        close(0.7, 1.0);
        close(1.0, 1.0);
        close(13.0, 20.0);
        close(21.0, 50.0);
        close(51.0, 100.0);
        close(0.03, 0.05);
    }

    #[test]
    fn the_numbers_fit_under_the_ruler() {
        assert_eq!(numbers(44, 202.0), "0          50        100        150   200 ms");
        assert_eq!(numbers(16, 202.0), "0         200 ms");
        for plot in [16, 17, 23, 40, 77, 150] {
            for span in [0.001, 0.3, 1.0, 9.99, 10.0, 202.0, 1999.0, 2000.0, 86_400_000.0] {
                assert!(numbers(plot, span).starts_with('0'), "{plot} {span}");
            }
        }
    }
}
