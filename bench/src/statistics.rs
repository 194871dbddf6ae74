//! Medians and ranges.

use serde::Serialize;

/// The middle and the ends of a few runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(crate) struct Spread {
    /// The middle run; between two, their mean.
    pub(crate) median: f64,
    /// The smallest.
    pub(crate) min: f64,
    /// The largest.
    pub(crate) max: f64,
}

impl Spread {
    /// Of at least one value.
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let [min, .., max] = sorted[..] else {
            let only = *sorted.first().expect("there is at least one run");
            return Self { median: only, min: only, max: only };
        };
        let middle = sorted.len() / 2;
        let median = if sorted.len() % 2 == 1 {
            sorted[middle]
        } else {
            f64::midpoint(sorted[middle - 1], sorted[middle])
        };
        Self { median, min, max }
    }

    /// Of the ratios of each pair of neighbouring runs, so that a drift of the machine over
    /// minutes, which moves both, cancels out.
    pub(crate) fn of_ratios(ours: &[f64], theirs: &[f64]) -> Self {
        assert_eq!(ours.len(), theirs.len(), "rounds are complete");
        Self::of(ours.iter().zip(theirs).map(|(our, their)| our / their))
    }

    /// Of the differences of each pair.
    pub(crate) fn of_differences(ours: &[f64], theirs: &[f64]) -> Self {
        assert_eq!(ours.len(), theirs.len(), "rounds are complete");
        Self::of(ours.iter().zip(theirs).map(|(our, their)| our - their))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_the_middle_or_the_mean_of_the_two() {
        assert_eq!(Spread::of([3.0, 1.0, 2.0]), Spread { median: 2.0, min: 1.0, max: 3.0 });
        assert_eq!(Spread::of([4.0, 1.0, 2.0, 3.0]).median, 2.5);
        assert_eq!(Spread::of([7.0]), Spread { median: 7.0, min: 7.0, max: 7.0 });
    }

    #[test]
    fn drift_cancels_in_the_ratios() {
        let ratios = Spread::of_ratios(&[10.0, 20.0, 40.0], &[20.0, 40.0, 80.0]);
        assert_eq!(ratios, Spread { median: 0.5, min: 0.5, max: 0.5 });
    }
}
