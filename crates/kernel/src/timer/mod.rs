//! Timers: what time it is, what is due next, and the future that waits.
//!
//! ```text
//!   sleep(1 ms).await                 one turn of a loop
//!        │                                  │
//!        ▼                                  ▼
//!   Driver::timer_insert ──► Wheel ──► next_deadline()  how long the reactor may wait
//!                              │
//!        Clock::now() ─────────┴─────► pop_due(now)     the wakers to wake, in order
//! ```
//!
//! * [`Clock`] – nanoseconds since the loop was made, real or virtual.
//! * [`Wheel`] – the pending timers of one loop. It owns no clock and wakes nobody: it is told the
//!   time and hands out what is due, so the same code runs under both clocks.
//! * [`Sleep`] – the future, which reaches its loop's wheel through
//!   [`driver::current`](crate::driver::current).
//!
//! Every time here is a `u64` of nanoseconds, which lasts for 584 years. Deadlines are exact: a
//! timer is never rounded to a tick.

mod clock;
mod due;
mod entries;
mod sleep;
mod slots;
mod spare;
mod wheel;

pub use clock::Clock;
pub use sleep::{Sleep, sleep, sleep_until};
pub use wheel::Wheel;

/// Names one timer; of no use once it fired or was cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    index: u32,
    generation: u32,
}
