//! How long something took, awaits included.
//!
//! Time is that of the loop the measuring began on. So a stopwatch reads virtual time under a
//! virtual clock, and in any dialect; where no loop runs it reads the machine's monotonic clock.
//!
//! ```
//! use std::time::Duration;
//! use fourfold::asyncio::{self, Loop, Runner};
//! use fourfold::stopwatch::stopwatch;
//!
//! let mut runner = Runner::new().loop_factory(Loop::with_virtual_time);
//! let took = runner.run(async {
//!     let mut took = Duration::ZERO;
//!     {
//!         let _timing = stopwatch(&mut took);
//!         asyncio::sleep(Duration::from_secs(3)).await?;
//!     }
//!     Ok(took)
//! })?;
//! assert_eq!(took, Duration::from_secs(3));
//! # Ok::<(), fourfold::Error>(())
//! ```

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use fourfold_kernel::driver::{self, Driver};

/// Measures from here to the end of the scope and leaves the time in `elapsed`, also when the
/// scope is left by `?`, by a panic, or because the task was dropped.
///
/// Keep what it returns in a variable: `let _timing = stopwatch(&mut elapsed);`. With `let _ =` the
/// scope would be over at once.
pub fn stopwatch(elapsed: &mut Duration) -> Timing<'_> {
    Timing { watch: Stopwatch::start(), elapsed }
}

/// A measurement that ends with its scope; see [`stopwatch`].
#[derive(Debug)]
#[must_use = "what is measured ends where this is dropped"]
pub struct Timing<'a> {
    watch: Stopwatch,
    elapsed: &'a mut Duration,
}

impl Drop for Timing<'_> {
    fn drop(&mut self) {
        *self.elapsed = self.watch.elapsed();
    }
}

/// Reads the time since it was started, as often as it is asked.
///
/// The original is
/// [`Stopwatch`](https://learn.microsoft.com/dotnet/api/system.diagnostics.stopwatch) of .NET.
///
/// ```
/// use fourfold::stopwatch::Stopwatch;
///
/// let mut watch = Stopwatch::start();
/// let first_lap = watch.restart();
/// assert!(first_lap <= first_lap + watch.elapsed());
/// ```
#[derive(Clone)]
pub struct Stopwatch {
    clock: Clock,
    started: Duration,
}

impl Stopwatch {
    /// Starts one, on the clock of the loop that runs on this thread if one does.
    pub fn start() -> Stopwatch {
        let clock = driver::current().map_or_else(|| Clock::Machine(Instant::now()), Clock::Loop);
        let started = clock.now();
        Stopwatch { clock, started }
    }

    /// The time since the start. It may be read anywhere, also when the loop is gone.
    pub fn elapsed(&self) -> Duration {
        self.clock.now().saturating_sub(self.started)
    }

    /// Starts again from zero, on the same clock, and gives the time until now: a lap.
    pub fn restart(&mut self) -> Duration {
        let now = self.clock.now();
        now.saturating_sub(std::mem::replace(&mut self.started, now))
    }
}

impl fmt::Debug for Stopwatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stopwatch").field("elapsed", &self.elapsed()).finish_non_exhaustive()
    }
}

#[derive(Clone)]
enum Clock {
    Loop(Arc<dyn Driver>),
    Machine(Instant),
}

impl Clock {
    /// The time since some moment of this clock's own.
    fn now(&self) -> Duration {
        match self {
            Clock::Loop(driver) => Duration::from_nanos(driver.now()),
            Clock::Machine(start) => start.elapsed(),
        }
    }
}
