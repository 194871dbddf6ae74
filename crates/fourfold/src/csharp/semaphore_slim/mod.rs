//! A semaphore.
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | [`SemaphoreSlim`]: permits, and the line of who waits |
//! | `waiter.rs` | one that waits, and how its wait ends |
//!
//! # Invariants
//!
//! 1. While there are permits nobody waits, and who waits is served in the order they came.
//! 2. A waiter is in the line, or somebody has taken it out and is the only one to finish its task: a
//!    release, its token or its alarm.

mod waiter;

use std::collections::BTreeMap;
use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use fourfold_kernel::pool;

use super::alarm::Alarm;
use super::cancellation::CancellationToken;
use super::cell::{self, Node};
use super::exceptions::{
    ArgumentOutOfRangeException, ObjectDisposedException, SemaphoreFullException,
};
use super::task::{Task, TaskCreationOptions};
use super::thread_pool;
use super::wait_handle::{Signal, WaitHandle};
use crate::Result;
use waiter::{Ending, Kind, Promise, Waiter};

/// Lets so many in at once. Who waits is served in turn, threads and methods alike.
///
/// ```
/// use fourfold::csharp::{self, SemaphoreSlim};
///
/// csharp::run(async {
///     let permits = SemaphoreSlim::new(1)?;
///     permits.wait_async().await?;
///     let second = permits.wait_async();
///     assert!(!second.is_completed());
///     permits.release()?; // the permit goes to the second
///     second.await?;
///     assert_eq!(permits.current_count(), 0);
///     Ok(())
/// })?;
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// # Cancellation
///
/// A wait ends by its token or its time limit, and then takes no permit. Dropping the task of a wait
/// leaves it in the line: the permit it gets is lost.
///
/// # Threads
///
/// It may be used from any thread.
///
/// The original: [`SemaphoreSlim`](https://learn.microsoft.com/dotnet/api/system.threading.semaphoreslim).
/// There a thread that blocks may come before a method that waits; here nobody does.
pub struct SemaphoreSlim {
    shared: Arc<Shared>,
    max: usize,
}

struct Shared {
    state: Mutex<State>,
    /// Told when there are permits, for who only looks.
    available: Condvar,
}

struct State {
    count: usize,
    disposed: bool,
    /// Who waits, by a number that grows.
    line: BTreeMap<u64, Waiter>,
    next: u64,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a waiter out of the line, if it is still there, and ends its wait.
    fn give_up(&self, number: u64, ending: Ending) {
        let waiter = self.lock().line.remove(&number);
        if let Some(waiter) = waiter {
            waiter.end(ending);
        }
    }
}

impl Signal for Shared {
    fn wait(&self, limit: Option<Duration>) -> bool {
        let state = self.lock();
        if state.count > 0 {
            return true;
        }
        let none = |state: &mut State| state.count == 0;
        let state = pool::while_blocked(|| match limit {
            None => self.available.wait_while(state, none).unwrap_or_else(PoisonError::into_inner),
            Some(limit) => {
                let waited = self.available.wait_timeout_while(state, limit, none);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        });
        state.count > 0
    }
}

impl SemaphoreSlim {
    /// One with so many permits, which may grow without limit.
    ///
    /// # Errors
    ///
    /// [`ArgumentOutOfRangeException`] for more than [`i32::MAX`].
    pub fn new(initial_count: usize) -> Result<SemaphoreSlim> {
        SemaphoreSlim::with_max(initial_count, i32::MAX as usize)
    }

    /// One with so many permits, and the most there may be.
    ///
    /// # Errors
    ///
    /// [`ArgumentOutOfRangeException`] if `max_count` is zero or more than [`i32::MAX`], or less than
    /// `initial_count`.
    pub fn with_max(initial_count: usize, max_count: usize) -> Result<SemaphoreSlim> {
        if max_count == 0 || max_count > i32::MAX as usize {
            let text = "The maximumCount argument must be a positive number. If a maximum is not \
                        required, use the constructor without a maxCount parameter.";
            return Err(ArgumentOutOfRangeException::new(text).into());
        }
        if initial_count > max_count {
            let text = "The initialCount argument must be non-negative and less than or equal to the \
                        maximumCount.";
            return Err(ArgumentOutOfRangeException::new(text).into());
        }
        let state = State { count: initial_count, disposed: false, line: BTreeMap::new(), next: 0 };
        let shared = Shared { state: Mutex::new(state), available: Condvar::new() };
        Ok(SemaphoreSlim { shared: Arc::new(shared), max: max_count })
    }

    /// How many permits there are.
    pub fn current_count(&self) -> usize {
        self.shared.lock().count
    }

    fn open(&self) -> Result<MutexGuard<'_, State>> {
        let state = self.shared.lock();
        if state.disposed {
            let text = "The semaphore has been disposed.";
            return Err(ObjectDisposedException::new(text).into());
        }
        Ok(state)
    }

    /// Takes a permit, or a place in the line.
    fn enter<T: Send + Sync + 'static>(
        &self,
        limit: Option<Duration>,
        token: CancellationToken,
        kind: Kind<T>,
        location: &'static Location<'static>,
    ) -> Task<T> {
        if token.is_cancellation_requested() {
            return Task::from_canceled(token);
        }
        let mut state = match self.open() {
            Ok(state) => state,
            Err(error) => return Task::from_exception(error),
        };
        if state.count > 0 {
            state.count -= 1;
            drop(state);
            return Task::from_result((kind.value)(true));
        }
        if limit.is_some_and(|limit| limit.is_zero()) {
            drop(state);
            return Task::from_result((kind.value)(false));
        }
        let node = Node::new(cell::Kind::Semaphore, thread_pool::current(), location);
        // A release is over before anything that follows it.
        let options = TaskCreationOptions::RUN_CONTINUATIONS_ASYNCHRONOUSLY;
        let task = Task::promise(node.with_options(options));
        let number = state.next;
        state.next += 1;
        let waiter =
            Waiter { promise: (kind.promise)(task.clone()), registration: None, alarm: None };
        state.line.insert(number, waiter);
        drop(state);
        if limit.is_some() || token.can_be_canceled() {
            self.limit(number, limit, token);
        }
        task
    }

    /// Has the waiter with this number wait no longer than this.
    fn limit(&self, number: u64, limit: Option<Duration>, token: CancellationToken) {
        let shared = Arc::downgrade(&self.shared);
        let alarm = limit.map(|limit| {
            let shared = shared.clone();
            Alarm::after(limit, move || {
                if let Some(shared) = shared.upgrade() {
                    shared.give_up(number, Ending::TooLate);
                }
            })
        });
        let registration = token.can_be_canceled().then(|| {
            let by = token.clone();
            token.unsafe_register(move || {
                if let Some(shared) = shared.upgrade() {
                    shared.give_up(number, Ending::Canceled(by));
                }
            })
        });
        let mut state = self.shared.lock();
        if let Some(waiter) = state.line.get_mut(&number) {
            (waiter.alarm, waiter.registration) = (alarm, registration);
            return;
        }
        drop(state);
        // Its wait has ended meanwhile.
        if let Some(registration) = registration {
            registration.unregister();
        }
    }

    /// Waits for a permit.
    ///
    /// The task fails with [`ObjectDisposedException`] after [`dispose`](SemaphoreSlim::dispose). What
    /// awaits it goes on on its context or on the pool, never inside of the release.
    ///
    /// The original: [`WaitAsync`](https://learn.microsoft.com/dotnet/api/system.threading.semaphoreslim.waitasync).
    #[track_caller]
    pub fn wait_async(&self) -> Task<()> {
        let kind = Kind { promise: Promise::Unlimited, value: |_| () };
        self.enter(None, CancellationToken::none(), kind, Location::caller())
    }

    /// As [`wait_async`](SemaphoreSlim::wait_async), no longer than this. Whether there was a permit in
    /// time.
    #[track_caller]
    pub fn wait_async_for(&self, timeout: Duration) -> Task<bool> {
        self.wait_async_with(Some(timeout), CancellationToken::none())
    }

    /// As [`wait_async`](SemaphoreSlim::wait_async), no longer than this, and until the token is cancelled.
    /// Whether there was a permit in time.
    #[track_caller]
    pub fn wait_async_with(
        &self,
        timeout: Option<Duration>,
        token: CancellationToken,
    ) -> Task<bool> {
        let kind = Kind { promise: Promise::Limited, value: |got| got };
        self.enter(timeout, token, kind, Location::caller())
    }

    /// Blocks this thread until there is a permit.
    ///
    /// # Errors
    ///
    /// [`ObjectDisposedException`] after [`dispose`](SemaphoreSlim::dispose).
    #[track_caller]
    pub fn wait(&self) -> Result<()> {
        self.wait_async().into_result()
    }

    /// As [`wait`](SemaphoreSlim::wait), no longer than this. Whether there was a permit in time.
    ///
    /// # Errors
    ///
    /// As for [`wait`](SemaphoreSlim::wait).
    #[track_caller]
    pub fn wait_for(&self, timeout: Duration) -> Result<bool> {
        self.wait_async_for(timeout).into_result()
    }

    /// As [`wait`](SemaphoreSlim::wait), no longer than this, and until the token is cancelled. Whether
    /// there was a permit in time.
    ///
    /// # Errors
    ///
    /// As for [`wait`](SemaphoreSlim::wait), and
    /// [`OperationCanceledException`](super::OperationCanceledException) by the token.
    #[track_caller]
    pub fn wait_with(&self, timeout: Option<Duration>, token: &CancellationToken) -> Result<bool> {
        token.throw_if_cancellation_requested()?;
        self.wait_async_with(timeout, token.clone()).into_result()
    }

    /// Gives a permit back. Returns how many there were before.
    ///
    /// # Errors
    ///
    /// As for [`release_many`](SemaphoreSlim::release_many).
    pub fn release(&self) -> Result<usize> {
        self.release_many(1)
    }

    /// Gives so many permits back, to those who wait first. Returns how many there were before.
    ///
    /// # Errors
    ///
    /// [`SemaphoreFullException`] if there would be more than the maximum;
    /// [`ArgumentOutOfRangeException`] for none; [`ObjectDisposedException`] after
    /// [`dispose`](SemaphoreSlim::dispose). Then nothing is given back.
    pub fn release_many(&self, count: usize) -> Result<usize> {
        let mut state = self.open()?;
        if count == 0 {
            let text = "The releaseCount argument must be greater than zero.";
            return Err(ArgumentOutOfRangeException::new(text).into());
        }
        if self.max - state.count < count {
            return Err(SemaphoreFullException::default().into());
        }
        let before = state.count;
        let served: Vec<_> =
            (0..count).map_while(|_| state.line.pop_first()).map(|(_, waiter)| waiter).collect();
        state.count += count - served.len();
        if state.count > 0 {
            self.shared.available.notify_all();
        }
        drop(state);
        for waiter in served {
            waiter.end(Ending::Permit);
        }
        Ok(before)
    }

    /// Something to block on while there are no permits. Whoever waits for it takes none.
    ///
    /// # Errors
    ///
    /// [`ObjectDisposedException`] after [`dispose`](SemaphoreSlim::dispose).
    ///
    /// The original: `AvailableWaitHandle`.
    pub fn available_wait_handle(&self) -> Result<WaitHandle> {
        drop(self.open()?);
        Ok(WaitHandle::new(self.shared.clone()))
    }

    /// Ends its use. Who waits now waits for ever.
    pub fn dispose(&self) {
        let mut state = self.shared.lock();
        state.disposed = true;
        let line = std::mem::take(&mut state.line);
        drop(state);
        forget(line);
    }
}

/// Nobody will end these waits.
fn forget(line: BTreeMap<u64, Waiter>) {
    for registration in line.into_values().filter_map(|waiter| waiter.registration) {
        // Not by dropping it, which would wait for a callback that runs.
        registration.unregister();
    }
}

impl Drop for SemaphoreSlim {
    fn drop(&mut self) {
        self.dispose();
    }
}

impl fmt::Debug for SemaphoreSlim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = self.shared.lock();
        f.debug_struct("SemaphoreSlim")
            .field("current_count", &state.count)
            .field("waiting", &state.line.len())
            .finish()
    }
}
