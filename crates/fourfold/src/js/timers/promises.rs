//! Timers that are promises.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::super::abort::{AbortListener, AbortSignal};
use super::super::async_generators::{AsyncGenerator, AsyncYielder, async_generator};
use super::super::immediates::{clear_immediate, set_immediate};
use super::super::promise::{Promise, Resolvers};
use super::{Delay, Timeout, set_interval, set_timeout};
use crate::{Error, Result};

/// A signal that ends a timer's promise, and whether the loop goes on for the timer.
///
/// The original is the parameter `options` of
/// [`timersPromises.setTimeout`](https://nodejs.org/api/timers.html#timerspromisessettimeoutdelay-value-options).
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct TimerOptions {
    pub(super) signal: Option<AbortSignal>,
    pub(super) unref: bool,
}

impl TimerOptions {
    /// No signal, and the loop goes on for the timer.
    pub fn new() -> TimerOptions {
        TimerOptions::default()
    }

    /// Where `signal` is aborted the timer ends, and the promise is rejected with an
    /// [`AbortError`](super::super::AbortError) that its reason caused.
    pub fn signal(self, signal: &AbortSignal) -> TimerOptions {
        TimerOptions { signal: Some(signal.clone()), ..self }
    }

    /// The loop does not go on for the timer: `{ ref: false }`.
    pub fn unref(self) -> TimerOptions {
        TimerOptions { unref: true, ..self }
    }

    /// What a promise is rejected with that is asked for too late.
    pub(super) fn aborted(&self) -> Option<Error> {
        let reason = self.signal.as_ref()?.reason()?;
        Some(AbortSignal::abort_error(&reason))
    }
}

/// A promise that is fulfilled after `delay`.
///
/// The original is
/// [`timersPromises.setTimeout`](https://nodejs.org/api/timers.html#timerspromisessettimeoutdelay-value-options).
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
#[track_caller]
pub fn set_timeout_promise(delay: impl Delay) -> Promise<()> {
    set_timeout_promise_with(delay, ())
}

/// A promise that is fulfilled with `value` after `delay`.
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
#[track_caller]
pub fn set_timeout_promise_with<T: Clone + 'static>(delay: impl Delay, value: T) -> Promise<T> {
    set_timeout_promise_with_options(delay, value, TimerOptions::new())
}

/// A promise that is fulfilled with `value` after `delay`, unless a signal is aborted before.
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
///
/// ```
/// use fourfold::js::{self, AbortError, AbortController, TimerOptions};
///
/// let error = js::run(async {
///     let controller = AbortController::new();
///     let options = TimerOptions::new().signal(&controller.signal());
///     let slow = js::set_timeout_promise_with_options(60_000, "slow", options);
///     controller.abort();
///     slow.await
/// })
/// .unwrap_err();
/// assert!(error.is::<AbortError>());
/// assert!(error.cause().is_some());
/// ```
#[track_caller]
pub fn set_timeout_promise_with_options<T: Clone + 'static>(
    delay: impl Delay,
    value: T,
    options: TimerOptions,
) -> Promise<T> {
    if let Some(error) = options.aborted() {
        return Promise::reject(error);
    }
    let (promise, resolvers) = Promise::with_resolvers();
    promise.is_of_timer();
    let resolve = resolvers.clone();
    let timeout = set_timeout(move || resolve.resolve(value), delay);
    if options.unref {
        timeout.unref();
    }
    abortable(promise, resolvers, &options, move || {
        timeout.close();
    })
}

/// A promise that is fulfilled in the check phase.
///
/// The original is
/// [`timersPromises.setImmediate`](https://nodejs.org/api/timers.html#timerspromisessetimmediatevalue-options).
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
#[track_caller]
pub fn set_immediate_promise() -> Promise<()> {
    set_immediate_promise_with_options((), TimerOptions::new())
}

/// A promise that is fulfilled with `value` in the check phase, unless a signal is aborted before.
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
#[track_caller]
pub fn set_immediate_promise_with_options<T: Clone + 'static>(
    value: T,
    options: TimerOptions,
) -> Promise<T> {
    if let Some(error) = options.aborted() {
        return Promise::reject(error);
    }
    let (promise, resolvers) = Promise::with_resolvers();
    let resolve = resolvers.clone();
    let immediate = set_immediate(move || resolve.resolve(value));
    if options.unref {
        immediate.unref();
    }
    abortable(promise, resolvers, &options, move || clear_immediate(&immediate))
}

/// Has the signal reject `promise`. One that has a signal is fulfilled some ticks later, as in Node: its
/// listener is removed in between.
#[track_caller]
fn abortable<T: Clone + 'static>(
    promise: Promise<T>,
    resolvers: Resolvers<T>,
    options: &TimerOptions,
    clear: impl FnOnce() + 'static,
) -> Promise<T> {
    let Some(signal) = &options.signal else { return promise };
    let listener: AbortListener = signal.add_event_listener(move |reason| {
        clear();
        resolvers.reject(AbortSignal::abort_error(reason));
    });
    let finally = copy(&promise).finally(move || {
        listener.remove();
        Ok(())
    });
    copy(&finally)
}

/// A promise of the same outcome: Node keeps what programs do to `Promise.prototype` away from its own.
#[track_caller]
fn copy<T: Clone + 'static>(promise: &Promise<T>) -> Promise<T> {
    let (copy, resolvers) = Promise::with_resolvers();
    let rejected = resolvers.clone();
    let _: Promise<()> = promise.then_else(
        move |value| {
            resolvers.resolve(value);
            Ok(())
        },
        move |error| {
            rejected.reject(error);
            Ok(())
        },
    );
    copy
}

/// An async generator of `value`, every `delay`, until it is left or a signal is aborted: then it fails
/// with an [`AbortError`](super::super::AbortError).
///
/// The interval begins with the first `next`. What nobody asked for in time comes at once, each of them.
///
/// The original is
/// [`timersPromises.setInterval`](https://nodejs.org/api/timers.html#timerspromisessetintervaldelay-value-options).
///
/// # Panics
///
/// Where its `next` is called while no loop of this dialect is running on this thread.
///
/// ```
/// use std::ops::ControlFlow;
/// use fourfold::js::{self, TimerOptions, for_await};
///
/// let third = js::run(async {
///     let mut count = 0;
///     let ticks = js::set_interval_promise(1, "tick", TimerOptions::new());
///     for_await(ticks, async |_| {
///         count += 1;
///         Ok(if count == 3 { ControlFlow::Break(count) } else { ControlFlow::Continue(()) })
///     })
///     .await
/// })?;
/// assert_eq!(third, Some(3));
/// # Ok::<(), fourfold::Error>(())
/// ```
#[track_caller]
pub fn set_interval_promise<T: Clone + 'static>(
    delay: impl Delay + 'static,
    value: T,
    options: TimerOptions,
) -> AsyncGenerator<T> {
    async_generator(async move |y: AsyncYielder<T>| -> Result<()> {
        if let Some(error) = options.aborted() {
            return Err(error);
        }
        let ticks = Ticks::begin(delay, &options);
        loop {
            if ticks.left.get() == 0 {
                let (promise, resolvers) = Promise::with_resolvers();
                ticks.waiting.replace(Some(resolvers));
                promise.await?;
            }
            while ticks.left.get() > 0 {
                y.yield_(value.clone()).await?;
                ticks.left.set(ticks.left.get() - 1);
            }
            if let Some(error) = options.aborted() {
                return Err(error);
            }
        }
    })
}

/// The interval of a generator, and how often it came that was not given out yet. Dropped, it ends.
struct Ticks {
    left: Rc<Cell<usize>>,
    waiting: Rc<RefCell<Option<Resolvers<()>>>>,
    interval: Timeout,
    listener: Option<AbortListener>,
}

impl Ticks {
    fn begin(delay: impl Delay, options: &TimerOptions) -> Ticks {
        let left = Rc::new(Cell::new(0));
        let waiting: Rc<RefCell<Option<Resolvers<()>>>> = Rc::default();
        let (count, waits) = (left.clone(), waiting.clone());
        let come = move || {
            count.set(count.get() + 1);
            if let Some(resolvers) = waits.take() {
                resolvers.resolve(());
            }
        };
        let interval = set_interval(come, delay);
        if options.unref {
            interval.unref();
        }
        let listener = options.signal.as_ref().map(|signal| {
            let (interval, waits) = (interval.clone(), waiting.clone());
            signal.add_event_listener(move |reason| {
                interval.close();
                if let Some(resolvers) = waits.take() {
                    resolvers.resolve(Promise::reject(AbortSignal::abort_error(reason)));
                }
            })
        });
        Ticks { left, waiting, interval, listener }
    }
}

impl Drop for Ticks {
    fn drop(&mut self) {
        self.interval.close();
        if let Some(listener) = &self.listener {
            listener.remove();
        }
    }
}
