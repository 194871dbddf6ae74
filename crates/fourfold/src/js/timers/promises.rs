//! Timers that are promises.

use super::super::immediates::set_immediate;
use super::super::promise::Promise;
use super::{Delay, set_timeout};

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
    let (promise, resolvers) = Promise::with_resolvers();
    set_timeout(move || resolvers.resolve(value), delay);
    promise
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
    let (promise, resolvers) = Promise::with_resolvers();
    set_immediate(move || resolvers.resolve(()));
    promise
}
