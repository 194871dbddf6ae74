//! Loops whose turns run at once.
//!
//! ```text
//!   for_each_async   source ──next──► worker ── body(item, token).await ─┐   each begins the next one
//!                      ▲                └────────────────────────────────┘   as long as the degree allows
//!                      └── one lock ──┐
//!   for_, for_each     source ──next──► this thread and workers of the pool ── body(item)
//! ```
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | [`ParallelOptions`] |
//! | `asynchronous.rs` | loops whose bodies are asynchronous methods; they are tasks |
//! | `blocking.rs` | loops whose bodies are functions; they block |

mod asynchronous;
mod blocking;

use std::fmt;
use std::sync::Arc;

use super::cancellation::CancellationToken;
use super::exceptions::ArgumentOutOfRangeException;
use super::scheduler::TaskScheduler;
use crate::Result;

/// Loops whose turns run at once, in no order.
///
/// When a turn fails no more are begun, those that run are waited for, and all failures are told. So it is
/// with the token of the options.
///
/// The original: [`Parallel`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.parallel). Its
/// `ParallelLoopState`, by which a turn ends a loop without a failure, is not here.
#[derive(Debug)]
pub struct Parallel;

/// How a loop of [`Parallel`] runs.
///
/// ```
/// use fourfold::csharp::{ArgumentOutOfRangeException, ParallelOptions};
///
/// let two = ParallelOptions::new().max_degree_of_parallelism(2)?;
/// let none = ParallelOptions::new().max_degree_of_parallelism(0);
/// assert!(ArgumentOutOfRangeException::of(&none.unwrap_err()).is_some());
/// # drop(two);
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The original: [`ParallelOptions`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.paralleloptions).
#[derive(Clone, Default)]
pub struct ParallelOptions {
    degree: Option<usize>,
    token: CancellationToken,
    scheduler: Option<Arc<dyn TaskScheduler>>,
}

impl ParallelOptions {
    /// Of the usual degree, without a token, on the pool.
    pub fn new() -> ParallelOptions {
        ParallelOptions::default()
    }

    /// How many turns may run at once. -1 is the usual: as many as there are processors for asynchronous
    /// bodies, as the pool or the scheduler gives for functions.
    ///
    /// # Errors
    ///
    /// [`ArgumentOutOfRangeException`] for zero, and for less than -1.
    pub fn max_degree_of_parallelism(self, degree: i32) -> Result<ParallelOptions> {
        let degree = match degree {
            -1 => None,
            degree if degree > 0 => Some(degree.unsigned_abs() as usize),
            _ => return Err(ArgumentOutOfRangeException::default().into()),
        };
        Ok(ParallelOptions { degree, ..self })
    }

    /// What ends the loop before its time.
    #[must_use]
    pub fn cancellation_token(self, token: CancellationToken) -> ParallelOptions {
        ParallelOptions { token, ..self }
    }

    /// Where the turns run.
    #[must_use]
    pub fn task_scheduler(self, scheduler: Arc<dyn TaskScheduler>) -> ParallelOptions {
        ParallelOptions { scheduler: Some(scheduler), ..self }
    }

    /// How many at once, where `usual` is how many if nothing is said.
    fn degree(&self, usual: usize) -> usize {
        let degree = self.degree.unwrap_or(usual);
        let level = self.scheduler.as_ref().map_or(usize::MAX, |s| s.maximum_concurrency_level());
        degree.min(level).max(1)
    }
}

impl fmt::Debug for ParallelOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ParallelOptions")
            .field("max_degree_of_parallelism", &self.degree)
            .field("cancellation_token", &self.token)
            .field("has_task_scheduler", &self.scheduler.is_some())
            .finish()
    }
}
