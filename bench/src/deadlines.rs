//! The deadlines of `timers`: the same sequence in every runtime, whatever its language.

use std::time::Duration;

/// Any constant will do; all runtimes, and the programs in `peers`, use this one.
const SEED: u64 = 0x4f0a_2f01_d000_0001;

/// `count` delays spread evenly over `count` microseconds: one million fall within one second.
pub(crate) fn delays(count: u64) -> Vec<Duration> {
    let span_ns = count * 1000;
    let mut state = SEED;
    (0..count).map(|_| Duration::from_nanos(split_mix(&mut state) % span_ns)).collect()
}

/// The same delays as whole milliseconds, rounded up, at least one: what `setTimeout` takes.
pub(crate) fn whole_millis(count: u64) -> impl Iterator<Item = Duration> {
    let millis = |delay: Duration| delay.as_nanos().div_ceil(1_000_000).max(1);
    delays(count).into_iter().map(move |delay| Duration::from_millis(millis(delay) as u64))
}

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_stay_within_the_span() {
        assert!(delays(1000).iter().all(|delay| *delay < Duration::from_millis(1)));
    }

    #[test]
    fn whole_milliseconds_are_not_earlier_and_none_is_zero() {
        let millis: Vec<Duration> = whole_millis(5000).collect();
        for (delay, millis) in delays(5000).into_iter().zip(millis) {
            assert!(millis >= delay && millis < delay + Duration::from_millis(1));
            assert!(millis >= Duration::from_millis(1));
        }
    }

    #[test]
    fn split_mix_is_the_published_generator() {
        // The first outputs for seed 1234567, as in the reference implementation.
        let mut state = 1_234_567;
        assert_eq!(split_mix(&mut state), 6_457_827_717_110_365_317);
        assert_eq!(split_mix(&mut state), 3_203_168_211_198_807_973);
    }
}
