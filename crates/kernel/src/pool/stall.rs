//! What is said of a poll that lasts too long.

use std::fmt;
use std::panic::Location;
use std::time::Duration;

/// A poll that keeps its worker for too long, as it was seen from outside.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stall {
    /// What a task of this pool is called.
    pub noun: &'static str,
    /// The task's number.
    pub task: u64,
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Where it was made.
    pub spawned_at: &'static Location<'static>,
    /// The worker, counted from 0.
    pub worker: usize,
    /// For how long at least.
    pub lasts: Duration,
    /// Where its thread is at this moment, innermost first: a function on each line, with file and
    /// line where the program has them.
    ///
    /// On Linux with x86-64 or arm64. Empty elsewhere, and where the thread did not answer in time,
    /// blocks SIGURG, or its program has taken that signal for something else.
    pub stack: Vec<String>,
}

impl fmt::Display for Stall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.noun, self.task)?;
        if let Some(name) = &self.name {
            write!(f, " {name:?}")?;
        }
        write!(
            f,
            ", made at {}, keeps worker {} for {:.0?} already",
            self.spawned_at,
            self.worker + 1,
            self.lasts
        )?;
        for frame in &self.stack {
            write!(f, "\n    {frame}")?;
        }
        Ok(())
    }
}
