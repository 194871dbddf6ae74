//! Waiting and giving way, in the words of the web's scheduler.

use super::super::promise::Promise;
use super::{Delay, TimerOptions, set_immediate_promise, set_timeout_promise_with_options};

/// A promise that is fulfilled after `delay`, unless a signal is aborted before.
///
/// The original is
/// [`scheduler.wait`](https://nodejs.org/api/timers.html#timerspromisesschedulerwaitdelay-options).
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
///
/// ```
/// use fourfold::js::{self, TimerOptions, scheduler};
///
/// js::run(async {
///     scheduler::wait(1, TimerOptions::new()).await?;
///     scheduler::yield_().await
/// })
/// # ?; Ok::<(), fourfold::Error>(())
/// ```
#[track_caller]
pub fn wait(delay: impl Delay, options: TimerOptions) -> Promise<()> {
    set_timeout_promise_with_options(delay, (), options)
}

/// A promise that is fulfilled in the check phase: lets I/O have its turn.
///
/// The original is
/// [`scheduler.yield`](https://nodejs.org/api/timers.html#timerspromisesscheduleryield).
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
#[track_caller]
pub fn yield_() -> Promise<()> {
    set_immediate_promise()
}
