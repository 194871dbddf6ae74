//! `then`, `catch`, `finally`: what is to happen with a promise's outcome, and a promise of that.

use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};

use fourfold_kernel::task::{self, Body, Exit};

use super::super::async_local_storage;
use super::super::cell::PromiseData;
use super::super::listener::{Due, Listener};
use super::super::microtasks::Microtask;
use super::{Promise, Resolution, Resolve, Settling, ended};
use crate::{Error, Result};

impl<T: Clone + 'static> Promise<T> {
    /// Has `on_fulfilled` called with the value, in a microtask. The promise this gives is resolved with
    /// what it returns and rejected with what it throws; a rejection passes by it.
    ///
    /// `on_fulfilled` may return a value, a promise or a thenable. Dropping the promise this gives
    /// does not undo the call.
    ///
    /// The original is
    /// [`promise.then(onFulfilled)`](https://tc39.es/ecma262/#sec-promise.prototype.then).
    ///
    /// ```
    /// use fourfold::js::{self, Promise};
    ///
    /// let text = js::run(async {
    ///     Promise::resolve(20)
    ///         .then(|n: i32| Ok(n + 1))
    ///         .then(|n: i32| Ok(Promise::resolve(2 * n)))
    ///         .then(|n: i32| Ok(format!("{n}")))
    ///         .await
    /// })?;
    /// assert_eq!(text, "42");
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    #[track_caller]
    pub fn then<U, R>(&self, on_fulfilled: impl FnOnce(T) -> Result<R> + 'static) -> Promise<U>
    where
        U: Clone + 'static,
        R: Resolve<U>,
    {
        self.react(Location::caller(), |outcome| match outcome {
            Ok(value) => on_fulfilled(value).map(Resolve::into_resolution),
            Err(error) => Err(error),
        })
    }

    /// As [`then`](Promise::then), and `on_rejected` is called with the error where the promise is
    /// rejected. It is not called for what `on_fulfilled` throws.
    ///
    /// The original is
    /// [`promise.then(onFulfilled, onRejected)`](https://tc39.es/ecma262/#sec-promise.prototype.then).
    #[track_caller]
    pub fn then_else<U, R, S>(
        &self,
        on_fulfilled: impl FnOnce(T) -> Result<R> + 'static,
        on_rejected: impl FnOnce(Error) -> Result<S> + 'static,
    ) -> Promise<U>
    where
        U: Clone + 'static,
        R: Resolve<U>,
        S: Resolve<U>,
    {
        self.react(Location::caller(), |outcome| match outcome {
            Ok(value) => on_fulfilled(value).map(Resolve::into_resolution),
            Err(error) => on_rejected(error).map(Resolve::into_resolution),
        })
    }

    /// Has `on_rejected` called with the error of a rejection; a value passes by it.
    ///
    /// The original is
    /// [`promise.catch`](https://tc39.es/ecma262/#sec-promise.prototype.catch).
    #[track_caller]
    pub fn catch<R: Resolve<T>>(
        &self,
        on_rejected: impl FnOnce(Error) -> Result<R> + 'static,
    ) -> Promise<T> {
        self.react(Location::caller(), |outcome| match outcome {
            Ok(value) => Ok(Resolution::Value(value)),
            Err(error) => on_rejected(error).map(Resolve::into_resolution),
        })
    }

    /// Has `on_finally` called either way, and then goes on with the outcome there was, unless
    /// `on_finally` throws or returns a promise that is rejected.
    ///
    /// The original is
    /// [`promise.finally`](https://tc39.es/ecma262/#sec-promise.prototype.finally).
    #[track_caller]
    pub fn finally<R: Resolve<()>>(
        &self,
        on_finally: impl FnOnce() -> Result<R> + 'static,
    ) -> Promise<T> {
        let made_at = Location::caller();
        self.react(made_at, move |outcome| {
            let waited: Promise<()> = Promise::resolve(on_finally()?);
            let gone_on = waited.react(made_at, move |waited| {
                waited?;
                outcome.map(Resolution::Value)
            });
            Ok(Resolution::Promise(gone_on))
        })
    }

    /// The promise of what `handler` makes of the outcome.
    pub(crate) fn react<U: Clone + 'static>(
        &self,
        made_at: &'static Location<'static>,
        handler: impl FnOnce(Result<T>) -> Result<Resolution<U>> + 'static,
    ) -> Promise<U> {
        self.handle();
        let data = PromiseData::new(self.core(), made_at, async_local_storage::capture());
        let body = Reacting::Waiting(PhantomData, Some(handler));
        let (runnable, handle) = task::local(body, data);
        if self.cell().is_done() {
            let settled = Microtask::Settled(runnable, self.cell().erase());
            self.core().queue_microtask(settled);
        } else {
            let listening = self.cell().listen(Listener::Then(Due::new(runnable)));
            debug_assert!(listening.is_ok(), "it is pending");
        }
        Promise::from_handle(handle)
    }
}

/// The body of a derived promise.
enum Reacting<T: 'static, U: 'static, F> {
    Waiting(PhantomData<fn() -> T>, Option<F>),
    Settling(Settling<U>),
}

impl<T, U, F> Body<PromiseData> for Reacting<T, U, F>
where
    T: Clone + 'static,
    U: Clone + 'static,
    F: FnOnce(Result<T>) -> Result<Resolution<U>> + 'static,
{
    type Output = Result<U>;

    fn poll(
        self: Pin<&mut Self>,
        data: &PromiseData,
        context: &mut Context<'_>,
    ) -> Poll<Result<U>> {
        // SAFETY: nothing in here is ever pinned.
        let this = unsafe { self.get_unchecked_mut() };
        let outcome = match this {
            Reacting::Settling(settling) => return settling.poll(data, context),
            Reacting::Waiting(_, handler) => {
                let Some(source) = data.core().take_source() else { return Poll::Pending };
                // SAFETY: it is the promise of `T` that `then` was called of.
                let source: Promise<T> = Promise::from_handle(unsafe { source.into_handle() });
                let Some(handler) = handler.take() else { return Poll::Pending };
                let outcome = source.outcome();
                let _frame = async_local_storage::enter(data.local().frame.take());
                let outcome = match catch_unwind(AssertUnwindSafe(|| handler(outcome))) {
                    Ok(outcome) => outcome,
                    Err(panic) => Err(Error::from_panic(panic)),
                };
                if !matches!(outcome, Ok(Resolution::Value(_))) {
                    // For a thenable's `then`, and for who is told that nobody handles the rejection.
                    data.local().frame.set(async_local_storage::capture());
                }
                outcome
            }
        };
        let outcome = match outcome {
            Ok(Resolution::Value(value)) => Ok(value),
            Err(error) => Err(error),
            Ok(other) => {
                let mut settling = Settling::new(other);
                let polled = settling.begin(data, context);
                *this = Reacting::Settling(settling);
                return polled;
            }
        };
        if let Err(error) = &outcome {
            data.core().rejected(context.waker(), data, error);
        }
        Poll::Ready(outcome)
    }

    fn exit(data: &PromiseData, exit: Exit) -> Result<U> {
        Err(ended(data, exit))
    }
}
