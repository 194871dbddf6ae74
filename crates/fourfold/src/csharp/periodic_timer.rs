//! Ticks that are awaited.

use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::cancellation::{CancellationToken, CancellationTokenRegistration};
use super::exceptions::{
    ArgumentOutOfRangeException, InvalidOperationException, OperationCanceledException,
};
use super::outcome::{End, Outcome};
use super::task::Task;
use super::timer::Timer;
use crate::Result;

/// Ticks each period, for one who waits.
///
/// Ticks that nobody waited for count as one.
///
/// ```
/// use std::time::Duration;
/// use fourfold::csharp::{Builder, PeriodicTimer};
///
/// let ticks = Builder::new().virtual_time().run(async {
///     let timer = PeriodicTimer::new(Duration::from_secs(60))?;
///     let mut ticks = 0;
///     while timer.wait_for_next_tick_async().await? {
///         ticks += 1;
///         if ticks == 3 {
///             timer.dispose();
///         }
///     }
///     Ok(ticks)
/// })?;
/// assert_eq!(ticks, 3);
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The original: [`PeriodicTimer`](https://learn.microsoft.com/dotnet/api/system.threading.periodictimer). There
/// also a tick between the end of a wait and its await is merged; here it is the next one's. A `ValueTask`
/// there is a [`Task`] here.
pub struct PeriodicTimer {
    timer: Timer,
    state: Arc<Mutex<State>>,
}

struct State {
    period: Duration,
    /// A tick that nobody waited for.
    ticked: bool,
    stopped: bool,
    waits: Option<Wait>,
    /// Which wait is the present one.
    number: u64,
}

struct Wait {
    task: Task<bool>,
    registration: Option<CancellationTokenRegistration>,
}

impl Wait {
    /// Ends it, outside of the lock: what follows runs here.
    fn end(self, end: End<bool>) {
        if let Some(registration) = self.registration {
            registration.unregister();
        }
        // Nobody else finishes it: it was taken out.
        drop(self.task.finish(Outcome::new(end)));
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn check(period: Duration) -> Result<()> {
    if period.is_zero() {
        return Err(ArgumentOutOfRangeException::default().into());
    }
    Ok(())
}

impl PeriodicTimer {
    /// One that ticks each `period`, from now on, on the pool that is current here.
    ///
    /// # Errors
    ///
    /// [`ArgumentOutOfRangeException`] for zero, and for more than 4 294 967 294 milliseconds.
    pub fn new(period: Duration) -> Result<PeriodicTimer> {
        check(period)?;
        let state = State { period, ticked: false, stopped: false, waits: None, number: 0 };
        let state = Arc::new(Mutex::new(state));
        let ticking = state.clone();
        let tick = move || {
            let waits = {
                let mut state = lock(&ticking);
                let waits = state.waits.take();
                state.ticked |= waits.is_none();
                waits
            };
            if let Some(wait) = waits {
                wait.end(End::RanToCompletion(true));
            }
        };
        let timer = Timer::new(tick, Some(period), Some(period))?;
        Ok(PeriodicTimer { timer, state })
    }

    /// The time from tick to tick.
    pub fn period(&self) -> Duration {
        lock(&self.state).period
    }

    /// Sets the time from tick to tick, and begins anew with it.
    ///
    /// # Errors
    ///
    /// As for [`new`](PeriodicTimer::new), and
    /// [`ObjectDisposedException`](super::ObjectDisposedException) after
    /// [`dispose`](PeriodicTimer::dispose).
    pub fn set_period(&self, period: Duration) -> Result<()> {
        check(period)?;
        self.timer.change(Some(period), Some(period))?;
        lock(&self.state).period = period;
        Ok(())
    }

    /// Waits for the next tick, or takes one that has come: true. False after
    /// [`dispose`](PeriodicTimer::dispose).
    ///
    /// One at a time: the task of a second fails with an [`InvalidOperationException`].
    #[track_caller]
    pub fn wait_for_next_tick_async(&self) -> Task<bool> {
        self.wait_for_next_tick_async_with(CancellationToken::none())
    }

    /// As [`wait_for_next_tick_async`](PeriodicTimer::wait_for_next_tick_async), with a token that
    /// cancels this wait. The timer ticks on.
    #[track_caller]
    pub fn wait_for_next_tick_async_with(&self, token: CancellationToken) -> Task<bool> {
        let mut state = lock(&self.state);
        if state.waits.is_some() {
            drop(state);
            return Task::from_exception(InvalidOperationException::default());
        }
        if token.is_cancellation_requested() {
            return Task::from_canceled(token);
        }
        if state.stopped {
            return Task::from_result(false);
        }
        if std::mem::take(&mut state.ticked) {
            return Task::from_result(true);
        }
        let task = Task::new_promise(Location::caller());
        state.waits = Some(Wait { task: task.clone(), registration: None });
        state.number += 1;
        let number = state.number;
        drop(state);
        if token.can_be_canceled() {
            self.cancel_by(&token, number);
        }
        task
    }

    /// Has the token cancel the wait with this number.
    fn cancel_by(&self, token: &CancellationToken, number: u64) {
        let (state, by) = (Arc::downgrade(&self.state), token.clone());
        let registration = token.unsafe_register(move || {
            let Some(state) = state.upgrade() else { return };
            let waits = {
                let mut state = lock(&state);
                if state.number == number { state.waits.take() } else { None }
            };
            if let Some(wait) = waits {
                let error = OperationCanceledException::with_token(by.clone()).into();
                wait.end(End::Canceled(by, Some(error)));
            }
        });
        let mut state = lock(&self.state);
        if state.number == number
            && let Some(wait) = &mut state.waits
        {
            wait.registration = Some(registration);
            return;
        }
        drop(state);
        // The wait has ended meanwhile.
        registration.unregister();
    }

    /// Ends it: who waits, and whoever will, gets false.
    pub fn dispose(&self) {
        self.timer.dispose();
        let waits = {
            let mut state = lock(&self.state);
            state.stopped = true;
            state.waits.take()
        };
        if let Some(wait) = waits {
            wait.end(End::RanToCompletion(false));
        }
    }
}

impl Drop for PeriodicTimer {
    fn drop(&mut self) {
        self.dispose();
    }
}

impl fmt::Debug for PeriodicTimer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = lock(&self.state);
        f.debug_struct("PeriodicTimer")
            .field("period", &state.period)
            .field("stopped", &state.stopped)
            .finish_non_exhaustive()
    }
}
