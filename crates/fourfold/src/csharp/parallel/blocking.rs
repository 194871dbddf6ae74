//! Loops whose bodies are functions.
//!
//! The body may borrow from its caller, and the workers that help run on threads of the pool. So:
//!
//! # Invariants
//!
//! 1. A helper touches the body only between `enter` and `leave`; nobody enters when the loop is closed.
//! 2. The call that owns the body closes the loop and waits for all who are inside before it returns or
//!    unwinds. Helpers that come later find it closed.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use fourfold_kernel::pool;

use super::super::cancellation::CancellationToken;
use super::super::exceptions::{AggregateException, OperationCanceledException};
use super::super::execution_context::Flow;
use super::super::task::{TaskCreationOptions, TaskFactory};
use super::super::thread_pool;
use super::{Parallel, ParallelOptions};
use crate::{Error, Result};

/// Does a turn, or a few; `None` if there are no more.
type Turn<'a> = dyn Fn(&Loop) -> Option<Result<()>> + Sync + 'a;

/// A loop that runs.
struct Loop {
    turn: NonNull<Turn<'static>>,
    /// No more turns.
    stopped: AtomicBool,
    /// Whether a failure stops it.
    stops: bool,
    token: CancellationToken,
    state: Mutex<State>,
    left: Condvar,
}

#[derive(Default)]
struct State {
    inside: usize,
    closed: bool,
    failures: Vec<Error>,
}

// SAFETY: the turn is `Sync`, and is touched as invariant 1 says; all else is `Send` and `Sync`.
unsafe impl Send for Loop {}
// SAFETY: as above.
unsafe impl Sync for Loop {}

impl Loop {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does turns as long as there are some, unless the loop is closed.
    fn help(&self) {
        {
            let mut state = self.lock();
            if state.closed {
                return;
            }
            state.inside += 1;
        }
        while !self.is_stopped() {
            // SAFETY: inside of an open loop, whose owner waits for us (invariants 1 and 2).
            let turn = unsafe { self.turn.as_ref() };
            let done = catch_unwind(AssertUnwindSafe(|| turn(self)))
                .unwrap_or_else(|payload| Some(Err(Error::from_panic(payload))));
            match done {
                None => break,
                Some(Ok(())) => {}
                Some(Err(error)) => {
                    if self.stops {
                        self.stopped.store(true, Ordering::Relaxed);
                    }
                    self.lock().failures.push(error);
                }
            }
        }
        let mut state = self.lock();
        state.inside -= 1;
        // Under the lock: the owner may go as soon as it is free.
        self.left.notify_all();
    }

    fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed) || self.token.is_cancellation_requested()
    }

    /// Closes it, waits for all who are inside, and says what they failed with.
    fn close(&self) -> Vec<Error> {
        let mut state = self.lock();
        state.closed = true;
        if state.inside > 0 {
            let pool = thread_pool::about_to_block();
            state = pool::while_blocked(|| {
                let waited = self.left.wait_while(state, |state| state.inside > 0);
                waited.unwrap_or_else(PoisonError::into_inner)
            });
            if let Some(pool) = pool {
                thread_pool::goes_on(pool, None);
            }
        }
        std::mem::take(&mut state.failures)
    }
}

/// Runs a loop of this turn; `most` is how many turns there are, at most.
fn run(options: &ParallelOptions, most: usize, stops: bool, turn: &Turn<'_>) -> Result<()> {
    let token = options.token.clone();
    token.throw_if_cancellation_requested()?;
    let pool = thread_pool::current();
    let degree = options.degree(pool.workers()).min(most);
    // SAFETY: only the lifetime changes; it is not used beyond its own (invariant 2).
    let turn = unsafe {
        std::mem::transmute::<NonNull<Turn<'_>>, NonNull<Turn<'static>>>(NonNull::from(turn))
    };
    let running = Arc::new(Loop {
        turn,
        stopped: AtomicBool::new(false),
        stops,
        token,
        state: Mutex::default(),
        left: Condvar::new(),
    });
    // From here to `close` nothing unwinds but by a bug of a scheduler, and then it closes as well.
    let closing = Closing(&running);
    let mut refused = Vec::new();
    match &options.scheduler {
        None => {
            for _ in 1..degree {
                let helper = running.clone();
                thread_pool::queue_behind(pool, Flow::capture(), move || helper.help());
            }
            running.help();
        }
        Some(scheduler) => {
            let on = TaskFactory::new()
                .options(TaskCreationOptions::DENY_CHILD_ATTACH)
                .scheduler(scheduler.clone());
            let helpers: Vec<_> = (0..degree)
                .map(|_| {
                    let helper = running.clone();
                    on.start_new(move || {
                        helper.help();
                        Ok(())
                    })
                })
                .collect();
            refused.extend(helpers.iter().filter_map(|helper| helper.wait().err()));
        }
    }
    let mut failures = closing.end();
    // A scheduler that took none of the helpers: nothing was done.
    if refused.len() == degree {
        failures.append(&mut refused);
    }
    ended(&running.token, failures)
}

/// Closes a loop, be it by a panic.
struct Closing<'a>(&'a Loop);

impl Closing<'_> {
    fn end(self) -> Vec<Error> {
        let failures = self.0.close();
        std::mem::forget(self);
        failures
    }
}

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// The end of a loop with these failures.
fn ended(token: &CancellationToken, failures: Vec<Error>) -> Result<()> {
    let by_token = |error: &Error| {
        OperationCanceledException::of(error)
            .is_some_and(|error| error.cancellation_token() == token)
    };
    if token.is_cancellation_requested() && failures.iter().all(by_token) {
        return token.throw_if_cancellation_requested();
    }
    if failures.is_empty() {
        return Ok(());
    }
    Err(AggregateException::new(failures).into())
}

impl Parallel {
    /// Calls `body` for each item of `source`, on this thread and on those of the pool, and returns when all
    /// have ended. The body may borrow.
    ///
    /// ```
    /// use fourfold::csharp::{Parallel, ParallelOptions};
    /// use std::sync::atomic::{AtomicUsize, Ordering};
    ///
    /// let words = ["on", "one", "only"];
    /// let letters = AtomicUsize::new(0);
    /// Parallel::for_each(&words, &ParallelOptions::new(), |word| {
    ///     letters.fetch_add(word.len(), Ordering::Relaxed);
    ///     Ok(())
    /// })?;
    /// assert_eq!(letters.into_inner(), 9);
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`AggregateException`] of what the bodies failed with, panics among them. Where the token of the
    /// options is cancelled, and nothing else failed, [`OperationCanceledException`].
    ///
    /// The original: [`ForEach`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.parallel.foreach).
    pub fn for_each<S, B>(source: S, options: &ParallelOptions, body: B) -> Result<()>
    where
        S: IntoIterator,
        S::IntoIter: Send,
        B: Fn(S::Item) -> Result<()> + Sync,
    {
        let source = source.into_iter();
        let most = source.size_hint().1.unwrap_or(usize::MAX);
        let source = Mutex::new(source);
        run(options, most, true, &|_| {
            let next = source.lock().unwrap_or_else(PoisonError::into_inner).next();
            next.map(&body)
        })
    }

    /// As [`for_each`](Parallel::for_each), for each number from `from` to `to`, without `to`.
    ///
    /// # Errors
    ///
    /// As for [`for_each`](Parallel::for_each).
    ///
    /// The original: [`For`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.parallel.for).
    pub fn for_<B>(from: i64, to: i64, options: &ParallelOptions, body: B) -> Result<()>
    where
        B: Fn(i64) -> Result<()> + Sync,
    {
        let count = to.saturating_sub(from).max(0);
        // Some at a time, so that short bodies do not meet at the counter; few enough for an even end.
        let some = (count / 256).clamp(1, 1024);
        let taken = AtomicI64::new(0);
        let most = usize::try_from(count).unwrap_or(usize::MAX);
        let take = || -> Option<Range<i64>> {
            let first = taken
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |taken| {
                    (taken < count).then(|| taken.saturating_add(some))
                })
                .ok()?;
            Some(from + first..from + first.saturating_add(some).min(count))
        };
        run(options, most, true, &|running| {
            for number in take()? {
                if let Err(error) = body(number) {
                    return Some(Err(error));
                }
                if running.is_stopped() {
                    break;
                }
            }
            Some(Ok(()))
        })
    }

    /// Calls all of these functions, at once as far as threads are free. All are called, whichever fails.
    ///
    /// ```
    /// use fourfold::csharp::{AggregateException, Parallel, ParallelOptions};
    /// use fourfold::{Error, Result};
    ///
    /// let actions: [fn() -> Result<()>; 3] =
    ///     [|| Ok(()), || Err(Error::msg("one")), || Err(Error::msg("two"))];
    /// let error = Parallel::invoke(actions, &ParallelOptions::new()).unwrap_err();
    /// assert_eq!(AggregateException::of(&error).unwrap().inner_exceptions().len(), 2);
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`for_each`](Parallel::for_each).
    ///
    /// The original: [`Invoke`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.parallel.invoke).
    pub fn invoke<F>(actions: impl IntoIterator<Item = F>, options: &ParallelOptions) -> Result<()>
    where
        F: FnOnce() -> Result<()> + Send,
    {
        let actions: Vec<F> = actions.into_iter().collect();
        let most = actions.len();
        let actions = Mutex::new(actions.into_iter());
        run(options, most, false, &|_| {
            let next = actions.lock().unwrap_or_else(PoisonError::into_inner).next();
            next.map(|action| action())
        })
    }
}
