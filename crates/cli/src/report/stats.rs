//! How durations spread: least, median, 99th percentile, greatest.

use std::time::Duration;

use hdrhistogram::Histogram;

/// The spread of some durations. Quantiles are exact to three digits; memory does not grow with
/// the number of durations.
pub(super) struct Spread {
    /// In microseconds. `None` while nothing was counted.
    histogram: Option<Histogram<u64>>,
    min: Duration,
    max: Duration,
}

impl Spread {
    /// The spread of `times`.
    pub(super) fn of(times: impl IntoIterator<Item = Duration>) -> Spread {
        let mut spread = Spread { histogram: None, min: Duration::MAX, max: Duration::ZERO };
        for time in times {
            let histogram = spread.histogram.get_or_insert_with(|| {
                Histogram::new(3).expect("three digits are within what a histogram accepts")
            });
            let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
            // Resizes itself; what it has no room for would be half a million years.
            let _ = histogram.record(micros.min(u64::MAX / 2));
            spread.min = spread.min.min(time);
            spread.max = spread.max.max(time);
        }
        spread
    }

    /// How many durations there were.
    pub(super) fn count(&self) -> u64 {
        self.histogram.as_ref().map_or(0, Histogram::len)
    }

    pub(super) fn min(&self) -> Option<Duration> {
        self.histogram.as_ref().map(|_| self.min)
    }

    pub(super) fn median(&self) -> Option<Duration> {
        self.quantile(0.5)
    }

    pub(super) fn p99(&self) -> Option<Duration> {
        self.quantile(0.99)
    }

    pub(super) fn max(&self) -> Option<Duration> {
        self.histogram.as_ref().map(|_| self.max)
    }

    /// A bucket stands for its upper end, which can lie beyond what was measured.
    fn quantile(&self, quantile: f64) -> Option<Duration> {
        let histogram = self.histogram.as_ref()?;
        let time = Duration::from_micros(histogram.value_at_quantile(quantile));
        Some(time.clamp(self.min, self.max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spread_of_nothing_has_no_figures() {
        let spread = Spread::of([]);
        assert_eq!(spread.count(), 0);
        assert_eq!((spread.min(), spread.median(), spread.max()), (None, None, None));
    }

    #[test]
    fn a_spread_of_one_is_that_one() {
        let only = Duration::from_nanos(120_849_123);
        let spread = Spread::of([only]);
        assert_eq!([spread.min(), spread.median(), spread.p99(), spread.max()], [Some(only); 4]);
    }

    #[test]
    fn quantiles_are_exact_to_three_digits() {
        let spread = Spread::of((1..=1000).map(Duration::from_millis));
        let near = |found: Option<Duration>, expected: f64| {
            let found = found.unwrap().as_secs_f64();
            assert!((found / expected - 1.0).abs() < 0.001, "{found} is not near {expected}");
        };
        assert_eq!(spread.count(), 1000);
        assert_eq!(spread.min(), Some(Duration::from_millis(1)));
        assert_eq!(spread.max(), Some(Duration::from_millis(1000)));
        near(spread.median(), 0.5);
        near(spread.p99(), 0.99);
    }
}
