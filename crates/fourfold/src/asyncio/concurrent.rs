//! Results that threads wait for: the futures of executors, and of coroutines sent from threads.
//!
//! Invariants, under the lock:
//!
//! 1. `Pending` → `Running` → `Done`, or `Pending` → `Done`; never back. Only what is pending can be
//!    cancelled.
//! 2. Callbacks are taken when it becomes done, and called outside the lock, in the order added.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::future::IntoFuture;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::errors::InvalidState;
use super::event_loop::Remote;
use super::extras::Part;
use super::futures::Future;
use super::tasks::{AnyTask, How, Task, running_core};
use super::turn::{self, Core};
use crate::{Error, Result};

/// A result that another thread produces, or waits for.
///
/// Executors give it, and [`run_coroutine_threadsafe`]. It can be used on any thread; clones refer
/// to the same result. Where a loop runs, await it through [`wrap_future`]: its own methods block.
///
/// The original is
/// [`concurrent.futures.Future`](https://docs.python.org/3/library/concurrent.futures.html#concurrent.futures.Future).
pub struct ConcurrentFuture<T: Send + 'static>(Arc<Shared<T>>);

struct Shared<T: Send + 'static> {
    state: Mutex<State<T>>,
    changed: Condvar,
}

struct State<T: Send + 'static> {
    phase: Phase<T>,
    callbacks: Vec<Callback<T>>,
}

type Callback<T> = Box<dyn FnOnce(&ConcurrentFuture<T>) + Send>;

enum Phase<T> {
    Pending,
    Running,
    Done(Result<T>),
    Taken,
}

impl<T: Send + 'static> ConcurrentFuture<T> {
    pub(crate) fn new() -> ConcurrentFuture<T> {
        let state = State { phase: Phase::Pending, callbacks: Vec::new() };
        ConcurrentFuture(Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() }))
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        // Nothing of the user's runs under the lock but `T::clone`, which changes nothing here.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The work begins. `false`: it was cancelled, so it must not.
    pub(crate) fn start(&self) -> bool {
        let mut state = self.lock();
        let pending = matches!(state.phase, Phase::Pending);
        if pending {
            state.phase = Phase::Running;
        }
        pending
    }

    /// Writes the outcome, unless there is one.
    pub(crate) fn finish(&self, outcome: Result<T>) {
        let callbacks = {
            let mut state = self.lock();
            match state.phase {
                Phase::Pending | Phase::Running => state.phase = Phase::Done(outcome),
                Phase::Done(_) | Phase::Taken => {
                    drop(state);
                    return drop(outcome);
                }
            }
            std::mem::take(&mut state.callbacks)
        };
        self.0.changed.notify_all();
        for callback in callbacks {
            self.call(callback);
        }
    }

    fn call(&self, callback: Callback<T>) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| callback(self))) {
            let panic = Error::from_panic(payload);
            eprintln!("a done callback of a ConcurrentFuture failed: {panic}");
        }
    }

    /// Cancels what has not begun. `false`: it is running or done.
    ///
    /// A coroutine sent by [`run_coroutine_threadsafe`] can be cancelled until it is done.
    pub fn cancel(&self) -> bool {
        {
            let state = self.lock();
            match &state.phase {
                Phase::Pending => {}
                Phase::Done(Err(error)) if error.is_cancelled() => return true,
                _ => return false,
            }
        }
        self.finish(Err(Error::cancelled()));
        self.cancelled()
    }

    /// Whether it was cancelled.
    pub fn cancelled(&self) -> bool {
        matches!(&self.lock().phase, Phase::Done(Err(error)) if error.is_cancelled())
    }

    /// Whether the work has begun and not ended.
    pub fn running(&self) -> bool {
        matches!(self.lock().phase, Phase::Running)
    }

    /// Whether there is an outcome.
    pub fn done(&self) -> bool {
        matches!(self.lock().phase, Phase::Done(_) | Phase::Taken)
    }

    /// Blocks until there is an outcome, for at most `timeout`.
    fn wait(&self, timeout: Option<Duration>) -> Result<MutexGuard<'_, State<T>>> {
        let mut state = self.lock();
        let until = timeout.and_then(|timeout| Instant::now().checked_add(timeout));
        while matches!(state.phase, Phase::Pending | Phase::Running) {
            state = match until {
                None => self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let left = until.saturating_duration_since(Instant::now());
                    if left.is_zero() {
                        return Err(Error::timed_out());
                    }
                    let waited = self.0.changed.wait_timeout(state, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
            };
        }
        Ok(state)
    }

    /// Blocks this thread until the outcome is there, for at most `timeout`, and moves it out.
    ///
    /// # Errors
    ///
    /// What the work failed with; `Cancelled`; a timeout, after which it may be asked again;
    /// [`InvalidState`] where the result was taken already.
    pub fn take_result(&self, timeout: Option<Duration>) -> Result<T> {
        let mut state = self.wait(timeout)?;
        match std::mem::replace(&mut state.phase, Phase::Taken) {
            Phase::Done(Ok(value)) => Ok(value),
            Phase::Done(Err(error)) => {
                state.phase = Phase::Done(Err(error.clone()));
                Err(error)
            }
            _ => Err(InvalidState::new("the result was taken already")),
        }
    }

    /// Blocks as [`take_result`](ConcurrentFuture::take_result) does, and gives the failure, if it
    /// ended with one.
    ///
    /// # Errors
    ///
    /// `Cancelled` where it was cancelled; a timeout.
    pub fn exception(&self, timeout: Option<Duration>) -> Result<Option<Error>> {
        match &self.wait(timeout)?.phase {
            Phase::Done(Err(error)) if error.is_cancelled() => Err(error.clone()),
            Phase::Done(Err(error)) => Ok(Some(error.clone())),
            _ => Ok(None),
        }
    }

    /// Calls `f` once it is done: on the thread that ends it, or at once where it is done. A panic
    /// in `f` is printed and goes no further.
    pub fn add_done_callback(&self, f: impl FnOnce(&ConcurrentFuture<T>) + Send + 'static) {
        let callback: Callback<T> = Box::new(f);
        let mut state = self.lock();
        if matches!(state.phase, Phase::Pending | Phase::Running) {
            return state.callbacks.push(callback);
        }
        drop(state);
        self.call(callback);
    }
}

impl<T: Clone + Send + 'static> ConcurrentFuture<T> {
    /// Blocks this thread until the outcome is there, for at most `timeout`, and gives a clone.
    ///
    /// Do not block a loop's own thread with it, least of all for work of that same loop.
    ///
    /// # Errors
    ///
    /// As for [`take_result`](ConcurrentFuture::take_result).
    pub fn result(&self, timeout: Option<Duration>) -> Result<T> {
        match &self.wait(timeout)?.phase {
            Phase::Done(outcome) => outcome.clone(),
            _ => Err(InvalidState::new("the result was taken already")),
        }
    }
}

impl<T: Send + 'static> Clone for ConcurrentFuture<T> {
    fn clone(&self) -> Self {
        ConcurrentFuture(self.0.clone())
    }
}

impl<T: Send + 'static> fmt::Debug for ConcurrentFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match &self.lock().phase {
            Phase::Pending => "pending",
            Phase::Running => "running",
            Phase::Done(Ok(_)) => "finished result",
            Phase::Done(Err(error)) if error.is_cancelled() => "cancelled",
            Phase::Done(Err(_)) => "finished exception",
            Phase::Taken => "finished result taken",
        };
        write!(f, "<ConcurrentFuture {phase}>")
    }
}

/// A future of the running loop that ends as `future` does. Cancelling it cancels `future`, where
/// that has not begun.
///
/// While it waits, virtual time stands still: somebody outside works for the loop.
///
/// # Panics
///
/// Where no loop is running on this thread.
///
/// The original is
/// [`asyncio.wrap_future`](https://docs.python.org/3/library/asyncio-future.html#asyncio.wrap_future).
#[track_caller]
pub fn wrap_future<T: Clone + Send + 'static>(future: &ConcurrentFuture<T>) -> Future<T> {
    chain(&running_core(), future, |done| done.result(None))
}

/// As [`wrap_future`], of a result that nobody else asks for.
#[track_caller]
pub(crate) fn wrap_taken<T: Send + 'static>(
    core: &Core,
    future: &ConcurrentFuture<T>,
) -> Future<T> {
    chain(core, future, |done| done.take_result(None))
}

#[track_caller]
fn chain<T: Send + 'static>(
    core: &Core,
    source: &ConcurrentFuture<T>,
    outcome: impl FnOnce(&ConcurrentFuture<T>) -> Result<T> + Send + 'static,
) -> Future<T> {
    let future = Future::<T>::new(core);
    // Cancelling this end cancels the other.
    let other = source.clone();
    future.add_done_callback(move |future| {
        if future.cancelled() {
            other.cancel();
        }
    });
    // The outcome of the other end becomes this one's, on the loop's thread.
    let core = core.this();
    let parcel = Parcel::leave(&core, future.clone());
    let outside = core.outside_work();
    source.add_done_callback(move |source| {
        let outcome = outcome(source);
        let sent = core.send_call(Box::new(move || {
            if let Some(future) = parcel.pick_up::<Future<T>>() {
                // Where it was cancelled here meanwhile, that stands.
                let _ = match outcome {
                    Ok(value) => future.set_result(value),
                    Err(error) if error.is_cancelled() => {
                        future.cancel();
                        Ok(())
                    }
                    Err(error) => future.set_exception(error),
                };
            }
            drop(outside);
        }));
        // Refused by a closed loop, which waits for nothing.
        drop(sent);
    });
    future
}

/// What waits on the loop's thread for a call from another one, by a number that is not used twice.
#[derive(Default)]
struct Parcels {
    waiting: RefCell<HashMap<u64, Box<dyn Any>>>,
    last: Cell<u64>,
}

impl Part for Parcels {
    fn close(&self) {
        let waiting = self.waiting.take();
        drop(waiting);
    }
}

/// Names a thing that waits on the loop's thread. Any thread may carry it.
#[derive(Clone, Copy)]
struct Parcel(u64);

impl Parcel {
    fn leave<A: 'static>(core: &Core, thing: A) -> Parcel {
        let parcels = core.extras().get::<Parcels>();
        let number = parcels.last.get() + 1;
        parcels.last.set(number);
        parcels.waiting.borrow_mut().insert(number, Box::new(thing));
        Parcel(number)
    }

    /// The thing, once, while its loop runs on this thread.
    fn pick_up<A: 'static>(self) -> Option<A> {
        let thing = turn::with_running_loop(|core| {
            let parcels = core.extras().find::<Parcels>()?;
            let thing = parcels.waiting.borrow_mut().remove(&self.0);
            thing
        })
        .flatten()?;
        thing.downcast::<A>().ok().map(|thing| *thing)
    }
}

/// Runs a coroutine on the loop of `remote`, from any other thread. `coroutine` is called on the
/// loop's thread, so that what it makes need not be `Send`; its result must be.
///
/// The task runs in a copy of the context that is current here. Cancelling the result cancels the
/// task.
///
/// # Errors
///
/// Where the loop is closed already. Where it closes before the coroutine is done, the result is
/// `Cancelled`.
///
/// The original is
/// [`asyncio.run_coroutine_threadsafe`](https://docs.python.org/3/library/asyncio-task.html#asyncio.run_coroutine_threadsafe).
///
/// ```
/// use fourfold::asyncio::{Loop, run_coroutine_threadsafe, sleep};
/// use std::time::Duration;
///
/// let event_loop = Loop::new()?;
/// let remote = event_loop.remote();
/// let thread = std::thread::spawn(move || {
///     let sum = run_coroutine_threadsafe(
///         || async {
///             sleep(Duration::from_millis(1)).await?;
///             Ok(1 + 2)
///         },
///         &remote,
///     )?;
///     sum.result(None)
/// });
/// let sum = event_loop.run_until_complete(async move {
///     while !thread.is_finished() {
///         sleep(Duration::from_millis(1)).await?;
///     }
///     thread.join().unwrap()
/// })?;
/// assert_eq!(sum, 3);
/// # Ok::<(), fourfold::Error>(())
/// ```
#[track_caller]
pub fn run_coroutine_threadsafe<T, C>(
    coroutine: impl FnOnce() -> C + Send + 'static,
    remote: &Remote,
) -> Result<ConcurrentFuture<T>>
where
    T: Send + 'static,
    C: IntoFuture<Output = Result<T>>,
    C::IntoFuture: 'static,
{
    let result = ConcurrentFuture::new();
    let settle = Settle(result.clone());
    let location = Location::caller();
    remote.call_soon_threadsafe(move || {
        let made = catch_unwind(AssertUnwindSafe(|| coroutine().into_future()));
        match made {
            Ok(future) => turn::with_running_loop(|core| start(core, future, settle, location)),
            Err(payload) => Some(settle.0.finish(Err(Error::from_panic(payload)))),
        };
    })?;
    Ok(result)
}

/// On the loop's thread: the task, tied to the result in both directions.
fn start<T: Send + 'static>(
    core: &Core,
    future: impl std::future::Future<Output = Result<T>> + 'static,
    settle: Settle<T>,
    location: &'static Location<'static>,
) {
    let task = Task::start(core, future, How::default(), location);
    let parcel = Parcel::leave(core, task.erased());
    let (sender, result) = (core.this(), settle.0.clone());
    task.add_done_callback(move |task| {
        let _done: Option<AnyTask> = parcel.pick_up();
        settle.0.finish(task.take_result());
    });
    result.add_done_callback(move |result| {
        if result.cancelled() {
            let cancel = move || {
                parcel.pick_up::<AnyTask>().map(|task| task.cancel());
            };
            // A closed loop has dropped the task already.
            drop(sender.send_call(Box::new(cancel)));
        }
    });
}

/// A result that is cancelled where nobody gets to set it, because the loop closes.
struct Settle<T: Send + 'static>(ConcurrentFuture<T>);

impl<T: Send + 'static> Drop for Settle<T> {
    fn drop(&mut self) {
        self.0.finish(Err(Error::cancelled()));
    }
}
