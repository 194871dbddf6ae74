//! How late others are while one worker is held: the shape that the `stall_` workloads share.
//!
//! ```text
//!   phase          quiet                 stalled               quiet      …
//!   held worker    ·····················  ██████·██████·██████  ·······
//!   100 waiters    │ │ │ │ │ │ │ │ │ │ │  │ │ │ │ │ │ │ │ │ │   │ │ │ │    a tick each ms
//! ```
//!
//! The ticks of a waiter are due at fixed times. One that comes late answers all it missed, each
//! with its own lateness: were the next tick counted from the late one, a waiter that is stuck
//! for 50 ms would report one bad tick and not fifty.

use crate::measure::{Measured, Stopwatch, Tails};
use crate::workload::Job;
use std::hint::black_box;
use std::io;
use std::iter::repeat_n;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Tasks that wait beside the one that holds a worker.
pub(crate) const WAITERS: u64 = 100;
/// Ticks of each waiter in one phase.
pub(crate) const TICKS: u64 = 200;
/// From one tick of a waiter to its next.
const PERIOD: Duration = Duration::from_millis(1);
/// The waiters of one group have their ticks at the same time; the groups are spread evenly.
const GROUPS: u64 = 4;
/// For how long the worker is held, each time.
const HOLD: Duration = Duration::from_millis(50);
/// How long the holder then waits as it should, at least.
const PAUSE: Duration = Duration::from_millis(10);
/// From the making of a phase to its first tick: time to start all waiters.
const LEAD: Duration = Duration::from_millis(10);

/// Who answers the ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waiters {
    /// Futures that sleep.
    Future,
    /// Stackful goroutines, one started for each tick.
    New,
    /// Stackful goroutines that sleep and may change their worker.
    All,
    /// Stackful goroutines that sleep and keep their worker.
    Started,
    /// Receivers at channels: half of them futures, half stackful and not of the held worker.
    Channel,
}

/// What holds the worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hold {
    /// A loop without a call.
    Loop,
    /// A call that blocks the thread, of which the runtime knows nothing.
    Block,
}

/// Holds the thread it is called on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder {
    hold: Hold,
    time: Duration,
    steps: u64,
}

impl Holder {
    /// One that holds it for as long as the `stall_` workloads do.
    pub(crate) fn new(hold: Hold) -> Self {
        Self::lasting(hold, HOLD)
    }

    /// Finds how many steps of the loop take so long.
    pub(crate) fn lasting(hold: Hold, time: Duration) -> Self {
        const STEPS: u64 = 1_000_000;
        let best = repeat_n((), 10).map(|()| {
            let begin = Instant::now();
            steps(STEPS);
            begin.elapsed()
        });
        let best = best.min().unwrap_or(PERIOD).max(Duration::from_nanos(1));
        let steps = STEPS as f64 * (time.as_secs_f64() / best.as_secs_f64());
        Self { hold, time, steps: steps as u64 }
    }

    /// Holds it once.
    pub(crate) fn hold(self) {
        match self.hold {
            Hold::Loop => steps(self.steps),
            Hold::Block => std::thread::sleep(self.time),
        }
    }
}

/// Nothing is called in here, so no runtime can slip in.
fn steps(count: u64) {
    let mut value = 1_u64;
    for _ in 0..count {
        value = black_box(value.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
    }
}

/// The ticks of one phase: when each is due, and how late it was answered.
#[derive(Debug)]
pub(crate) struct Beats {
    begin: Instant,
    late: Vec<AtomicU64>,
}

/// Stands for a tick that was not answered.
const MISSED: u64 = u64::MAX;

impl Beats {
    /// Those of a phase that begins soon.
    pub(crate) fn new() -> Arc<Self> {
        let late = (0..WAITERS * TICKS).map(|_| AtomicU64::new(MISSED)).collect();
        Arc::new(Self { begin: Instant::now() + LEAD, late })
    }

    /// How long it is to the first tick.
    pub(crate) fn until_begin(&self) -> Duration {
        self.begin.saturating_duration_since(Instant::now())
    }

    /// How long it is to this tick; `None` if it is past.
    pub(crate) fn until(&self, waiter: u64, tick: u64) -> Option<Duration> {
        self.due(waiter, tick).checked_duration_since(Instant::now()).filter(|d| !d.is_zero())
    }

    /// The waiters come in groups, so that there is a queue when the holder, which comes with the
    /// first, takes its worker.
    fn due(&self, waiter: u64, tick: u64) -> Instant {
        let group = waiter * GROUPS / WAITERS;
        let nanos = PERIOD.as_nanos() as u64 * (tick * GROUPS + group) / GROUPS;
        self.begin + Duration::from_nanos(nanos)
    }

    /// How long the holder is to wait now: some time, and then until the next first group.
    pub(crate) fn pause(&self) -> Duration {
        self.pause_from(Instant::now())
    }

    fn pause_from(&self, now: Instant) -> Duration {
        let since = now.saturating_duration_since(self.begin) + PAUSE;
        let ticks = since.as_nanos().div_ceil(PERIOD.as_nanos()) as u64;
        self.due(0, ticks).saturating_duration_since(now)
    }

    /// Answers it now.
    pub(crate) fn answer(&self, waiter: u64, tick: u64) {
        let late = Instant::now().saturating_duration_since(self.due(waiter, tick));
        let cell = &self.late[(waiter * TICKS + tick) as usize];
        cell.store(late.as_nanos() as u64, Ordering::Relaxed);
    }
}

/// The lateness of all phases so far.
#[derive(Debug)]
pub(crate) struct Record {
    watch: Stopwatch,
    quiet: Vec<u64>,
    stalled: Vec<u64>,
}

impl Record {
    /// Starts the stopwatch.
    pub(crate) fn start() -> io::Result<Self> {
        Ok(Self { watch: Stopwatch::start()?, quiet: Vec::new(), stalled: Vec::new() })
    }

    /// Whether a worker is held, phase by phase. They alternate, so that a drift of the machine
    /// is in both.
    pub(crate) fn phases(job: Job) -> impl Iterator<Item = bool> {
        [false, true].into_iter().cycle().take((job.operations / job.batch * 2) as usize)
    }

    /// Adds a phase that is over.
    pub(crate) fn add(&mut self, beats: &Beats, held: bool) {
        let all = if held { &mut self.stalled } else { &mut self.quiet };
        let late = beats.late.iter().map(|late| late.load(Ordering::Relaxed));
        all.extend(late.filter(|late| *late != MISSED));
    }

    /// The two percentiles, and how many answers there were.
    pub(crate) fn finish(mut self) -> io::Result<Measured> {
        let tails = Tails {
            quiet_p99_ns: percentile_99(&mut self.quiet)?,
            stalled_p99_ns: percentile_99(&mut self.stalled)?,
        };
        let measured = self.watch.stop((self.quiet.len() + self.stalled.len()) as u64)?;
        Ok(Measured { tails: Some(tails), ..measured })
    }
}

fn percentile_99(late: &mut [u64]) -> io::Result<u64> {
    late.sort_unstable();
    let rank = (late.len() * 99).div_ceil(100);
    let value = rank.checked_sub(1).and_then(|index| late.get(index));
    value.copied().ok_or_else(|| io::Error::other("no tick was answered"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_percentile_is_the_one_of_the_nearest_rank() {
        let mut late: Vec<u64> = (1..=200).rev().collect();
        assert_eq!(percentile_99(&mut late).unwrap(), 198);
        assert_eq!(percentile_99(&mut [7]).unwrap(), 7);
        assert!(percentile_99(&mut []).is_err());
    }

    #[test]
    fn a_tick_that_was_not_answered_is_not_counted() {
        let (beats, mut record) = (Beats::new(), Record::start().unwrap());
        beats.answer(0, 0);
        beats.answer(WAITERS - 1, TICKS - 1);
        record.add(&beats, false);
        beats.answer(1, 1);
        record.add(&beats, true);
        assert_eq!((record.quiet.len(), record.stalled.len()), (2, 3));
    }

    #[test]
    fn the_holder_comes_with_the_first_group() {
        let beats = Beats::new();
        let now = beats.begin + HOLD + PERIOD / 3;
        assert_eq!(now + beats.pause_from(now), beats.due(0, 61));
        assert_eq!(beats.due(WAITERS - 1, 0) - beats.due(0, 0), PERIOD * 3 / 4);
    }

    #[test]
    fn phases_alternate_and_fill_the_job() {
        let job =
            Job { operations: 2 * 2 * WAITERS * TICKS, batch: 2 * WAITERS * TICKS, server: None };
        assert!(Record::phases(job).eq([false, true, false, true]));
    }
}
