//! The bounds of a pool, and what it reports when they are met.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// Called when a job had to wait; see [`Config::on_saturation`].
pub type SaturationHook = Arc<dyn Fn(&Saturation) + Send + Sync>;

/// How a [`Pool`](super::Pool) behaves. Start from the default and change what matters:
///
/// ```
/// use fourfold_kernel::blocking::{Config, Pool};
///
/// let config = Config { name: "files".into(), max_threads: 4, ..Config::default() };
/// let pool = Pool::new(config).expect("4 threads are a valid bound");
/// assert_eq!(pool.stats().threads, 0, "threads are made when there is work");
/// ```
#[derive(Clone)]
pub struct Config {
    /// Threads are called `name-1`, `name-2` and so on. Default: `blocking`.
    pub name: String,
    /// The most threads at one time.
    ///
    /// Default: 32 and the number of CPUs. A blocked thread uses no CPU, so the bound does not
    /// scale with them: 32 is as many requests as a SATA disk queues, and enough for a resolver.
    /// The CPUs come on top so that jobs which compute, one for each, leave those 32 to the jobs
    /// that wait. asyncio's executor ends at 32 in all; a bound of hundreds hides a stuck service
    /// for longer and takes as many stacks.
    pub max_threads: usize,
    /// How long a thread waits for a job before it retires. Default: 10 s, so that a thread
    /// outlives the pauses of steady work and a burst is forgotten soon.
    pub idle_timeout: Duration,
    /// A job that waited this long because all threads were busy is reported. Default: 100 ms,
    /// above what a healthy disk or resolver takes, below what users put up with.
    pub saturation_after: Duration,
    /// The least time between two reports. Default: 1 s.
    pub saturation_interval: Duration,
    /// Called with each report, on the thread that noticed: that which takes the late job, or
    /// that which adds another behind it. It must not block; a panic in it is swallowed.
    /// Default: none.
    pub on_saturation: Option<SaturationHook>,
}

impl Default for Config {
    fn default() -> Self {
        let cpus = std::thread::available_parallelism().map_or(1, usize::from);
        Config {
            name: "blocking".into(),
            max_threads: 32 + cpus,
            idle_timeout: Duration::from_secs(10),
            saturation_after: Duration::from_millis(100),
            saturation_interval: Duration::from_secs(1),
            on_saturation: None,
        }
    }
}

impl Config {
    pub(super) fn check(&self) -> Result<(), BadConfig> {
        if self.max_threads == 0 {
            return Err(BadConfig::NoThreads { name: self.name.clone() });
        }
        if self.name.contains('\0') {
            return Err(BadConfig::NameWithNul { name: self.name.clone() });
        }
        Ok(())
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("name", &self.name)
            .field("max_threads", &self.max_threads)
            .field("idle_timeout", &self.idle_timeout)
            .field("saturation_after", &self.saturation_after)
            .field("saturation_interval", &self.saturation_interval)
            .finish_non_exhaustive()
    }
}

/// Why a pool cannot be made.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadConfig {
    /// `max_threads` is 0: no job would ever run.
    NoThreads {
        /// The pool's name.
        name: String,
    },
    /// The name holds a NUL character, which the system allows in no thread's name.
    NameWithNul {
        /// The pool's name.
        name: String,
    },
}

impl fmt::Display for BadConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BadConfig::NoThreads { name } => write!(
                f,
                "blocking pool {name:?}: max_threads is 0, so no job would ever run; set it to at \
                 least 1"
            ),
            BadConfig::NameWithNul { name } => write!(
                f,
                "blocking pool {name:?}: a thread's name cannot hold a NUL character; remove it"
            ),
        }
    }
}

impl std::error::Error for BadConfig {}

/// A job waited because all threads were busy.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Saturation {
    /// The pool's name.
    pub name: String,
    /// How long the job has waited.
    pub waited: Duration,
    /// How many jobs still wait.
    pub queued: usize,
    /// The pool's bound, all of it busy.
    pub max_threads: usize,
}

impl fmt::Display for Saturation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Saturation { name, waited, queued, max_threads } = self;
        write!(
            f,
            "blocking pool {name:?}: a job waited {waited:?} because all {max_threads} threads \
             were busy, and {queued} more wait; raise Config::max_threads, give slow jobs a pool \
             of their own, or submit fewer at once"
        )
    }
}
