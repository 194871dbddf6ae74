//! A function that is called again and again.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use fourfold_kernel::pool::Pool;

use super::alarm::{Alarm, nanoseconds};
use super::cell::{Kind, Node};
use super::exceptions::{ArgumentOutOfRangeException, ObjectDisposedException};
use super::execution_context::Flow;
use super::outcome::Outcome;
use super::task::{Task, TaskCreationOptions};
use super::thread_pool;
use crate::Result;

/// The longest time that a timer of the original knows.
const MOST: Duration = Duration::from_millis(0xffff_fffe);

/// A call that comes a period too late is followed by the next one after this time.
const LATE: u64 = 1_000_000;

/// Calls a function on the pool, after a time and then each period, until it is disposed or dropped.
///
/// Where a call takes longer than the period the next one comes while it runs. Calls that the pool could
/// not make in time are left out. A panic of the function ends the process, as an unhandled exception
/// does.
///
/// ```
/// use std::sync::Arc;
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use std::time::Duration;
/// use fourfold::csharp::{Builder, Task, Timer};
///
/// Builder::new().virtual_time().run(async {
///     let calls = Arc::new(AtomicU32::new(0));
///     let count = calls.clone();
///     let call = move || {
///         count.fetch_add(1, Ordering::Relaxed);
///     };
///     let (due, period) = (Duration::from_secs(1), Duration::from_secs(10));
///     let timer = Timer::new(call, Some(due), Some(period))?;
///     Task::delay(Duration::from_secs(35)).await?;
///     assert_eq!(calls.load(Ordering::Relaxed), 4);
///     timer.dispose();
///     Ok(())
/// })?;
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The original: [`System.Threading.Timer`](https://learn.microsoft.com/dotnet/api/system.threading.timer). Its
/// state object is what the function captures; its time without end is `None`. Nanoseconds count.
pub struct Timer {
    shared: Arc<Shared>,
}

struct Shared {
    callback: Box<dyn Fn() + Send + Sync>,
    flow: Flow,
    pool: Pool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    alarm: Option<Alarm>,
    /// Which alarm counts: those that were queued before a change do not.
    generation: u64,
    deadline: u64,
    period: Option<u64>,
    disposed: bool,
    /// Calls that have not ended.
    running: usize,
    /// Ends when the last of them does.
    over: Option<Task<()>>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has the function called at the deadline.
    fn arm(self: &Arc<Self>, state: &mut State, deadline: u64) {
        state.deadline = deadline;
        let (shared, generation) = (Arc::downgrade(self), state.generation);
        let fire = move || Shared::fire(&shared, generation);
        state.alarm = Some(Alarm::at(self.pool, deadline, fire));
    }

    /// The time has come.
    fn fire(shared: &Weak<Shared>, generation: u64) {
        let Some(shared) = shared.upgrade() else { return };
        {
            let mut state = shared.lock();
            if state.disposed || state.generation != generation {
                return;
            }
            if let Some(period) = state.period {
                let now = shared.pool.driver().now();
                let next = state.deadline.saturating_add(period);
                let next = if next > now { next } else { now.saturating_add(LATE.min(period)) };
                shared.arm(&mut state, next);
            }
            state.running += 1;
        }
        {
            let _flow = shared.flow.clone().enter();
            (shared.callback)();
        }
        let over = {
            let mut state = shared.lock();
            state.running -= 1;
            if state.running == 0 { state.over.take() } else { None }
        };
        if let Some(over) = over {
            // Nobody else finishes it: it was taken out.
            drop(over.finish(Outcome::value(())));
        }
    }
}

impl Timer {
    /// One that calls `callback` after `due_time`, and then each `period`; with the values that are current
    /// here. `None` is never; a period of zero is none, too.
    ///
    /// # Errors
    ///
    /// [`ArgumentOutOfRangeException`] for a time of more than 4 294 967 294 milliseconds.
    pub fn new(
        callback: impl Fn() + Send + Sync + 'static,
        due_time: Option<Duration>,
        period: Option<Duration>,
    ) -> Result<Timer> {
        let timer = Timer {
            shared: Arc::new(Shared {
                callback: Box::new(callback),
                flow: Flow::capture(),
                pool: thread_pool::current(),
                state: Mutex::default(),
            }),
        };
        timer.change(due_time, period)?;
        Ok(timer)
    }

    /// Begins anew, with other times. True.
    ///
    /// # Errors
    ///
    /// As for [`new`](Timer::new), and [`ObjectDisposedException`] after [`dispose`](Timer::dispose).
    pub fn change(&self, due_time: Option<Duration>, period: Option<Duration>) -> Result<bool> {
        if [due_time, period].into_iter().flatten().any(|time| time > MOST) {
            return Err(ArgumentOutOfRangeException::default().into());
        }
        let mut state = self.shared.lock();
        if state.disposed {
            return Err(ObjectDisposedException::default().into());
        }
        state.generation += 1;
        state.alarm = None;
        state.period = period.filter(|period| !period.is_zero()).map(nanoseconds);
        if let Some(due) = due_time {
            let now = self.shared.pool.driver().now();
            self.shared.arm(&mut state, now.saturating_add(nanoseconds(due)));
        }
        Ok(true)
    }

    /// Ends it: no call begins any more. One that runs is not waited for.
    pub fn dispose(&self) {
        let mut state = self.shared.lock();
        state.disposed = true;
        state.alarm = None;
    }

    /// Ends it; the task ends when no call runs any more. Not to be awaited in the function itself.
    #[track_caller]
    pub fn dispose_async(&self) -> Task<()> {
        self.dispose();
        let mut state = self.shared.lock();
        if state.running == 0 {
            return Task::completed_task();
        }
        let over = state.over.get_or_insert_with(|| {
            let node = Node::new(Kind::Promise, self.shared.pool, Location::caller());
            let options = TaskCreationOptions::RUN_CONTINUATIONS_ASYNCHRONOUSLY;
            Task::promise(node.with_options(options))
        });
        over.clone()
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        self.dispose();
    }
}

impl fmt::Debug for Timer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.lock();
        f.debug_struct("Timer")
            .field("disposed", &state.disposed)
            .field("running", &state.running)
            .finish_non_exhaustive()
    }
}
