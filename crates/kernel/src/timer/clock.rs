//! The time of a loop, real or virtual.
//!
//! A loop reads one clock for everything, so a test or a simulation swaps the clock and nothing
//! else. Rejected: a trait. It would make every loop generic, or put a virtual call before each
//! reading, for a choice of two.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Nanoseconds since the clock was made. Clones show the same time.
///
/// ```
/// use fourfold_kernel::timer::Clock;
///
/// let clock = Clock::virtual_at_zero();
/// let seen_elsewhere = clock.clone();
/// clock.advance_to(1_000_000);
/// assert_eq!(seen_elsewhere.now(), 1_000_000);
/// ```
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    Real(Instant),
    Virtual(Arc<AtomicU64>),
}

impl Clock {
    /// A clock that starts at 0 and runs by itself; monotonic, as [`Instant`] is.
    pub fn real() -> Self {
        Clock(Source::Real(Instant::now()))
    }

    /// A clock that stands at 0 until it is advanced.
    pub fn virtual_at_zero() -> Self {
        Clock(Source::Virtual(Arc::new(AtomicU64::new(0))))
    }

    /// The time in nanoseconds. A real clock costs one `Instant::now`, a virtual one a load.
    pub fn now(&self) -> u64 {
        match &self.0 {
            Source::Real(start) => {
                let elapsed = start.elapsed();
                // Not `as_nanos`: its `u128` says nothing that 584 years in a `u64` do not.
                elapsed.as_secs() * 1_000_000_000 + u64::from(elapsed.subsec_nanos())
            }
            // Acquire and release: who sees the new time sees what was done before it was set.
            Source::Virtual(now) => now.load(Ordering::Acquire),
        }
    }

    /// Whether the time is set by [`advance_to`](Clock::advance_to).
    pub fn is_virtual(&self) -> bool {
        matches!(self.0, Source::Virtual(_))
    }

    /// Sets a virtual clock forward to `now`, in nanoseconds. A time already passed changes
    /// nothing: no clone ever sees time go backwards. Any thread.
    ///
    /// # Panics
    ///
    /// On a real clock, which nobody can set; ask [`is_virtual`](Clock::is_virtual) first.
    pub fn advance_to(&self, now: u64) {
        match &self.0 {
            Source::Real(_) => panic!(
                "a real clock cannot be advanced to {now} ns; make the loop with \
                 Clock::virtual_at_zero() to set its time"
            ),
            Source::Virtual(time) => {
                time.fetch_max(now, Ordering::AcqRel);
            }
        }
    }
}
