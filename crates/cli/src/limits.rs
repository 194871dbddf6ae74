//! How many probes may run at once, derived from the limit on open files.
//!
//! Every probe holds a socket. Beyond the limit the system answers "too many open files" and a
//! host would be reported as failed that was never asked, so the run stays below it by itself.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// How much room there is for probes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    /// How many probes may be in flight at once.
    pub(crate) at_once: usize,
    /// The limit on open files that decided it, `None` if there is none.
    pub(crate) limit: Option<u64>,
}

/// Makes room for `wanted` probes at once: raises the soft limit on open files as far as it is
/// needed and the hard limit allows, and says how many fit.
pub(crate) fn make_room(wanted: usize) -> Room {
    let now = getrlimit(Resource::Nofile);
    let aim = raised(now, wanted);
    let limit = match aim == now.current {
        true => now.current,
        // Where raising is not allowed the old limit still stands; that is no reason to stop.
        false => match setrlimit(Resource::Nofile, Rlimit { current: aim, maximum: now.maximum }) {
            Ok(()) => aim,
            Err(_) => now.current,
        },
    };
    Room { at_once: at_once(limit), limit }
}

/// The soft limit to ask for.
fn raised(now: Rlimit, wanted: usize) -> Option<u64> {
    let current = now.current?;
    let needed = smallest_limit(wanted as u64);
    if needed <= current {
        return Some(current);
    }
    Some(now.maximum.map_or(needed, |hard| needed.min(hard)).max(current))
}

/// What is left for probes under `limit`. The rest is for standard streams, the loop's own
/// descriptors, name lookups on threads of their own, and second attempts at other addresses.
fn at_once(limit: Option<u64>) -> usize {
    match limit {
        None => usize::MAX,
        Some(limit) => {
            let headroom = (limit / 8).max(64).min(limit / 2);
            usize::try_from(limit - headroom).unwrap_or(usize::MAX).max(1)
        }
    }
}

/// A limit under which `wanted` probes fit.
fn smallest_limit(wanted: u64) -> u64 {
    wanted.saturating_add(64).max(wanted.saturating_add(wanted / 7).saturating_add(1)).max(128)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_descriptors_are_left_for_everything_else() {
        assert_eq!(at_once(Some(1024)), 896);
        assert_eq!(at_once(Some(256)), 192);
        assert_eq!(at_once(Some(16)), 8);
        assert_eq!(at_once(Some(0)), 1);
        assert_eq!(at_once(None), usize::MAX);
    }

    #[test]
    fn the_limit_is_raised_only_as_far_as_needed_and_allowed() {
        let limits = |current, maximum| Rlimit { current: Some(current), maximum };
        assert_eq!(raised(limits(1024, Some(4096)), 4), Some(1024));
        assert_eq!(raised(limits(1024, Some(1024)), 10_000), Some(1024));
        assert_eq!(raised(limits(1024, Some(4096)), 10_000), Some(4096));
        assert_eq!(raised(limits(1024, None), 10_000), Some(smallest_limit(10_000)));
        assert_eq!(raised(Rlimit { current: None, maximum: None }, 10_000), None);
    }

    #[test]
    fn what_is_asked_for_is_enough() {
        for wanted in [1, 10, 64, 65, 447, 448, 449, 1000, 9999, 10_000, 123_456] {
            assert!(at_once(Some(smallest_limit(wanted))) >= wanted as usize, "{wanted}");
        }
    }
}
