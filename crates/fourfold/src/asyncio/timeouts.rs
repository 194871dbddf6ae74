//! A deadline for a stretch of code.
//!
//! Python has `async with timeout(…)`; here the stretch is a closure or a future. When the
//! deadline passes, the task is cancelled; where that cancellation leaves the stretch, and no
//! other was asked for meanwhile, it is turned into a timeout and the request is taken back.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::IntoFuture;
use std::rc::Rc;
use std::time::Duration;

use super::event_loop::get_running_loop;
use super::handles::{Handle, TimerHandle};
use super::tasks::{AnyTask, current_task};
use crate::{Error, Result};

/// A deadline for a stretch of code; [`Timeout::run`] enters it, once.
///
/// Clones refer to the same deadline. The original is
/// [`asyncio.Timeout`](https://docs.python.org/3/library/asyncio-task.html#asyncio.Timeout).
///
/// ```
/// use std::time::Duration;
/// use fourfold::asyncio::{self, Timeout};
///
/// asyncio::run(async {
///     let limit = Timeout::after(Duration::from_millis(1));
///     let outcome = limit
///         .run(async |limit| {
///             let later = asyncio::get_running_loop()?.time() + Duration::from_millis(2);
///             limit.reschedule(later)?;
///             asyncio::sleep(Duration::from_secs(10)).await
///         })
///         .await;
///     assert!(outcome.unwrap_err().is_timed_out());
///     assert!(limit.expired());
///     Ok(())
/// })
/// .unwrap();
/// ```
#[derive(Clone)]
pub struct Timeout {
    inner: Rc<Inner>,
}

struct Inner {
    state: Cell<State>,
    when: Cell<Option<Duration>>,
    task: RefCell<Option<AnyTask>>,
    /// How many cancellations of the task were asked for when it came in.
    cancelling: Cell<u32>,
    timer: RefCell<Option<Timer>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Created,
    Active,
    Expiring,
    Expired,
    Finished,
}

enum Timer {
    Soon(Handle),
    Later(TimerHandle),
}

impl Timer {
    fn cancel(mut self) {
        match &mut self {
            Timer::Soon(handle) => handle.cancel(),
            Timer::Later(handle) => handle.cancel(),
        }
    }
}

/// Gives `body` until `delay` has passed from now; with `None`, for ever.
///
/// # Errors
///
/// What `body` fails with. Timed out, caused by the `Cancelled` that ended `body`, where it did
/// not come to its end in time. `Cancelled`, when the task is cancelled by somebody else.
///
/// # Panics
///
/// Where no loop is running on this thread.
///
/// The original is
/// [`asyncio.timeout`](https://docs.python.org/3/library/asyncio-task.html#asyncio.timeout); for
/// its object, with `reschedule` and `expired`, see [`Timeout`].
///
/// ```
/// use std::time::Duration;
/// use fourfold::asyncio;
///
/// asyncio::run(async {
///     let nap = asyncio::sleep(Duration::from_secs(10));
///     let error = asyncio::timeout(Duration::from_millis(1), nap).await.unwrap_err();
///     assert!(error.is_timed_out());
///     assert!(error.cause().unwrap().is_cancelled());
///     Ok(())
/// })
/// .unwrap();
/// ```
#[track_caller]
pub fn timeout<T, F>(
    delay: impl Into<Option<Duration>>,
    body: F,
) -> impl std::future::Future<Output = Result<T>>
where
    F: IntoFuture<Output = Result<T>>,
{
    let timeout = Timeout::after(delay);
    async move { timeout.run(async move |_| body.await).await }
}

/// As [`timeout`], until the loop's [`time`](super::Loop::time) has reached `when`.
///
/// The original is
/// [`asyncio.timeout_at`](https://docs.python.org/3/library/asyncio-task.html#asyncio.timeout_at).
///
/// # Errors
///
/// As [`timeout`].
pub async fn timeout_at<T, F>(when: impl Into<Option<Duration>>, body: F) -> Result<T>
where
    F: IntoFuture<Output = Result<T>>,
{
    Timeout::at(when).run(async move |_| body.await).await
}

impl Timeout {
    /// A deadline `delay` from now, or none.
    ///
    /// # Panics
    ///
    /// Where a delay is given and no loop is running on this thread.
    #[track_caller]
    pub fn after(delay: impl Into<Option<Duration>>) -> Timeout {
        let when = delay.into().map(|delay| {
            let event_loop = get_running_loop().expect("a delay counts from a running loop's time");
            event_loop.time().saturating_add(delay)
        });
        Timeout::at(when)
    }

    /// A deadline on the clock of [`Loop::time`](super::Loop::time), or none.
    pub fn at(when: impl Into<Option<Duration>>) -> Timeout {
        Timeout {
            inner: Rc::new(Inner {
                state: Cell::new(State::Created),
                when: Cell::new(when.into()),
                task: RefCell::new(None),
                cancelling: Cell::new(0),
                timer: RefCell::new(None),
            }),
        }
    }

    /// The deadline.
    pub fn when(&self) -> Option<Duration> {
        self.inner.when.get()
    }

    /// Whether the deadline passed while the body ran.
    pub fn expired(&self) -> bool {
        matches!(self.inner.state.get(), State::Expiring | State::Expired)
    }

    /// Moves the deadline; `None` takes it away. One that has passed already fires on the loop's
    /// next turn.
    ///
    /// # Errors
    ///
    /// Before the body was entered, and once the deadline has fired or the body is left.
    pub fn reschedule(&self, when: impl Into<Option<Duration>>) -> Result<()> {
        match self.inner.state.get() {
            State::Active => {}
            State::Created => return Err(Error::msg("Timeout has not been entered")),
            other => {
                return Err(Error::msg(format!("Cannot change state of {} Timeout", other.name())));
            }
        }
        let when = when.into();
        self.inner.when.set(when);
        self.stop_timer();
        if let Some(when) = when {
            let event_loop = get_running_loop()?;
            let inner = self.inner.clone();
            let fire = move || inner.fire();
            let timer = if when <= event_loop.time() {
                Timer::Soon(event_loop.call_soon(fire))
            } else {
                Timer::Later(event_loop.call_at(when, fire))
            };
            self.inner.timer.replace(Some(timer));
        }
        Ok(())
    }

    fn stop_timer(&self) {
        let timer = self.inner.timer.take();
        if let Some(timer) = timer {
            timer.cancel();
        }
    }

    /// Runs `body` under this deadline.
    ///
    /// Dropped before its end, it takes back what it asked of the task.
    ///
    /// # Errors
    ///
    /// As [`timeout`]; and where it was entered before, or outside of a task.
    pub async fn run<T, B>(&self, body: B) -> Result<T>
    where
        B: AsyncFnOnce(&Timeout) -> Result<T>,
    {
        if self.inner.state.get() != State::Created {
            return Err(Error::msg("Timeout has already been entered"));
        }
        let Some(task) = current_task() else {
            return Err(Error::msg("Timeout should be used inside a task"));
        };
        self.inner.state.set(State::Active);
        self.inner.cancelling.set(task.cancelling());
        self.inner.task.replace(Some(task));
        let entered = Entered(self);
        self.reschedule(self.when())?;
        let outcome = body(self).await;
        entered.exit(outcome)
    }

    /// Leaves the body. Whether the cancellation that may be under way is this deadline's alone.
    fn leave(&self) -> bool {
        self.stop_timer();
        let task = self.inner.task.take();
        match self.inner.state.get() {
            State::Expiring => {
                self.inner.state.set(State::Expired);
                task.is_some_and(|task| task.uncancel() <= self.inner.cancelling.get())
            }
            State::Active => {
                self.inner.state.set(State::Finished);
                false
            }
            State::Created | State::Expired | State::Finished => false,
        }
    }
}

/// A body that was entered; left when it is dropped.
struct Entered<'a>(&'a Timeout);

impl Entered<'_> {
    fn exit<T>(self, outcome: Result<T>) -> Result<T> {
        let ours = self.0.leave();
        match outcome {
            Err(error) if ours && error.is_cancelled() => Err(Error::timed_out().caused_by(error)),
            other => other,
        }
    }
}

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

impl Inner {
    fn fire(&self) {
        debug_assert_eq!(self.state.get(), State::Active);
        let task = self.task.borrow().clone();
        if let Some(task) = task {
            task.cancel();
        }
        self.state.set(State::Expiring);
        drop(self.timer.take());
    }
}

impl State {
    fn name(self) -> &'static str {
        match self {
            State::Created => "created",
            State::Active => "active",
            State::Expiring => "expiring",
            State::Expired => "expired",
            State::Finished => "finished",
        }
    }
}

impl fmt::Debug for Timeout {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.inner.state.get();
        write!(f, "<Timeout [{}]", state.name())?;
        if state == State::Active {
            match self.when() {
                Some(when) => write!(f, " when={:.3}", when.as_secs_f64())?,
                None => f.write_str(" when=None")?,
            }
        }
        f.write_str(">")
    }
}
