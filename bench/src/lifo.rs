//! What `lifo_stranded` and `lifo_wakes` share: two failures of a slot for the task woken last.

use crate::measure::{Measured, Stopwatch, voluntary_switches};
use std::io;
use std::time::Duration;

/// How long all is quiet before each long poll.
pub(crate) const QUIET: Duration = Duration::from_millis(10);
/// How long the task computes before it makes the other ready: whoever was woken with it and found
/// nothing sleeps again by then.
pub(crate) const BEFORE: Duration = Duration::from_millis(1);

/// The waits of the tasks that were made ready before a long poll.
#[derive(Debug)]
pub(crate) struct Waits {
    watch: Stopwatch,
    sum: Duration,
    count: u64,
}

impl Waits {
    /// Starts the stopwatch.
    pub(crate) fn start() -> io::Result<Self> {
        Ok(Self { watch: Stopwatch::start()?, sum: Duration::ZERO, count: 0 })
    }

    /// Adds one.
    pub(crate) fn add(&mut self, wait: Duration) {
        self.sum += wait;
        self.count += 1;
    }

    /// Their sum, as wall time.
    pub(crate) fn finish(self) -> io::Result<Measured> {
        let measured = self.watch.stop(self.count)?;
        let wall_ns = u64::try_from(self.sum.as_nanos()).expect("less than 584 years");
        Ok(Measured { wall_ns, ..measured })
    }
}

/// Counts how often the threads of this process went to sleep.
#[derive(Debug)]
pub(crate) struct Switches {
    before: u64,
    watch: Stopwatch,
}

impl Switches {
    /// Starts counting, and the stopwatch.
    pub(crate) fn start() -> io::Result<Self> {
        Ok(Self { before: voluntary_switches()?, watch: Stopwatch::start()? })
    }

    /// The count since.
    pub(crate) fn finish(self, operations: u64) -> io::Result<Measured> {
        let measured = self.watch.stop(operations)?;
        let switches = voluntary_switches()?.saturating_sub(self.before);
        Ok(Measured { switches: Some(switches), ..measured })
    }
}
