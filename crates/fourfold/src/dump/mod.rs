//! One report of every live task of every dialect, and of who waits for whom.
//!
//! ```text
//!   observe() ──► the kernel's registry ◄── hooks of all dialects
//!                        │
//!   dump(), SIGQUIT ─────┴──► Dump ──► text · JSON · DOT
//! ```
//!
//! | file | tells |
//! |---|---|
//! | `task.rs` | what is told of one task |
//! | `text.rs`, `json.rs`, `dot.rs` | the three forms |
//! | `signal.rs` | the dump of a process that is asked from outside |

mod dot;
mod json;
#[cfg(unix)]
mod signal;
mod task;
mod text;

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use fourfold_kernel::trace;

#[cfg(unix)]
pub(crate) use signal::THREAD;
#[cfg(unix)]
pub use signal::{DumpFormat, dump_on_signal};
pub use task::{Dialect, DumpedTask};

/// How long a dump waits for loops that have to tell of tasks that are older than the observation.
const PATIENCE: Duration = Duration::from_millis(100);

/// Keeps account of all tasks of this process, of all dialects, until what it returns is dropped.
///
/// Without it a [`dump`] knows what is kept anyway: goroutines, and the tasks of loops that answer when
/// they are asked. With it every task is known with its state, for how long, and whom it awaits. It costs
/// about 100 ns at each spawn, poll and wake, and next to nothing while nobody observes.
///
/// Of what was there before, goroutines, asyncio's tasks and async functions of JavaScript are found at
/// once or, on other threads' loops, at their next turn; a task of the C# dialect when it runs next.
///
/// The variable `FOURFOLD_DUMP` does this for a whole process; see [`dump_on_signal`].
///
/// ```
/// use std::time::Duration;
/// use fourfold::asyncio;
///
/// let _observation = fourfold::observe();
/// let text = asyncio::run(async {
///     let sleeper = asyncio::Task::builder()
///         .name("sleeper")
///         .spawn(asyncio::sleep(Duration::from_secs(3600)));
///     asyncio::sleep(Duration::ZERO).await?;
///     let text = fourfold::dump().to_string();
///     sleeper.cancel();
///     Ok(text)
/// })?;
/// let line = text.lines().find(|line| line.contains("sleeper")).unwrap();
/// assert!(line.contains("waiting") && line.contains("sleep"));
/// # Ok::<(), fourfold::Error>(())
/// ```
pub fn observe() -> Observation {
    Observation { _observer: trace::observe() }
}

/// Keeps account of all tasks while it lives; from [`observe`].
#[derive(Clone, Debug)]
#[must_use = "tasks are observed only while it lives"]
pub struct Observation {
    _observer: trace::Observer,
}

impl Observation {
    /// As [`dump`](dump()).
    pub fn dump(&self) -> Dump {
        dump()
    }
}

/// Every live task of this process: name, state, what it waits for and since when, where it was spawned,
/// whom it awaits and who awaits it, across dialects. Tasks that wait for each other in a circle are
/// [marked](Dump::deadlocks).
///
/// Any thread may ask. It takes a moment for a million tasks, in which whatever is observed stands still.
/// While nobody [observes](observe) it asks all that keep lists of tasks, and waits for up to 100 ms until
/// the loops of other threads have answered; what it cannot know then, it says.
///
/// `Display` is a table for people; [`to_json`](Dump::to_json) and [`to_dot`](Dump::to_dot) are for
/// programs and Graphviz.
///
/// Go's [`SIGQUIT`](https://pkg.go.dev/os/signal#hdr-Default_behavior_of_signals_in_Go_programs), the JVM's
/// thread dump, `asyncio`'s [call graphs](https://docs.python.org/3.14/library/asyncio-graph.html) and
/// .NET's `dumpasync` are its models.
pub fn dump() -> Dump {
    let observed = trace::is_observed();
    // A look of the moment, where nobody observes: it asks those that keep lists.
    let _moment = (!observed).then(trace::observe);
    let complete = trace::wait_for_lists(PATIENCE);
    Dump::new(&trace::snapshot(), observed, complete)
}

/// All live tasks at one moment; from [`dump`](dump()).
#[derive(Clone, Debug)]
pub struct Dump {
    tasks: Vec<DumpedTask>,
    deadlocks: Vec<Vec<u64>>,
    observed: bool,
    complete: bool,
}

impl Dump {
    fn new(snapshot: &trace::Snapshot, observed: bool, complete: bool) -> Dump {
        let deadlocks: Vec<Vec<u64>> = snapshot
            .cycles()
            .into_iter()
            .map(|ring| ring.into_iter().map(trace::TaskId::get).collect())
            .collect();
        let mut tasks: Vec<DumpedTask> = snapshot.iter().map(DumpedTask::new).collect();
        for task in &mut tasks {
            task.deadlocked = deadlocks.iter().any(|ring| ring.contains(&task.id));
        }
        tasks.sort_by_key(|task| (task.dialect, task.id));
        Dump { tasks, deadlocks, observed, complete }
    }

    /// The tasks, by dialect and then by number.
    pub fn tasks(&self) -> &[DumpedTask] {
        &self.tasks
    }

    /// The task of this number.
    pub fn task(&self, id: u64) -> Option<&DumpedTask> {
        self.tasks.iter().find(|task| task.id == id)
    }

    /// The circles of tasks that await each other, each from its lowest number in the order of waiting. Such
    /// a circle never ends by itself: it is a deadlock, unless somebody outside cancels one of them.
    ///
    /// What is followed is who awaits which task, of whatever dialect. Waits for locks and channels are
    /// shown, but who could end them is not known.
    pub fn deadlocks(&self) -> &[Vec<u64>] {
        &self.deadlocks
    }

    /// Whether somebody [observed](observe) when it was asked for.
    pub fn is_observed(&self) -> bool {
        self.observed
    }

    /// What is missing in it and how to get that, if something may be.
    pub fn note(&self) -> Option<String> {
        let mut notes = Vec::new();
        if !self.observed {
            notes.push(
                "Nobody observed: tasks of C# are missing, and whom the others await. Set FOURFOLD_DUMP=1, \
                 or keep what fourfold::observe() returns.",
            );
        }
        if !self.complete {
            notes.push(
                "A loop did not answer in time; of its tasks only those are shown that were seen since.",
            );
        }
        (!notes.is_empty()).then(|| notes.join(" "))
    }

    fn by_dialect(&self) -> BTreeMap<Dialect, Vec<&DumpedTask>> {
        let mut groups: BTreeMap<Dialect, Vec<&DumpedTask>> = BTreeMap::new();
        for task in &self.tasks {
            groups.entry(task.dialect).or_default().push(task);
        }
        groups
    }
}

/// Called by whatever starts a runtime: does what the variable `FOURFOLD_DUMP` asks for, once.
pub(crate) fn at_start() {
    static DONE: OnceLock<()> = OnceLock::new();
    #[cfg(unix)]
    DONE.get_or_init(signal::from_environment);
    #[cfg(not(unix))]
    let _ = &DONE;
}
