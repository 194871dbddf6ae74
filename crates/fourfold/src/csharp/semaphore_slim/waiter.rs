//! One that waits for a permit, and how its wait ends.

use super::super::alarm::Alarm;
use super::super::cancellation::{CancellationToken, CancellationTokenRegistration};
use super::super::exceptions::OperationCanceledException;
use super::super::outcome::{End, Outcome};
use super::super::task::Task;

/// One that waits, and what may end its wait before its turn.
pub(super) struct Waiter {
    pub(super) promise: Promise,
    pub(super) registration: Option<CancellationTokenRegistration>,
    pub(super) alarm: Option<Alarm>,
}

pub(super) enum Promise {
    /// Of a wait without limit.
    Unlimited(Task<()>),
    /// Of a wait that tells whether there was a permit.
    Limited(Task<bool>),
}

/// How a wait is told of its end.
pub(super) struct Kind<T: Send + Sync + 'static> {
    pub(super) promise: fn(Task<T>) -> Promise,
    /// The result for a permit, or for none in time.
    pub(super) value: fn(bool) -> T,
}

pub(super) enum Ending {
    Permit,
    TooLate,
    Canceled(CancellationToken),
}

impl Waiter {
    /// Ends the wait, outside of the lock. What follows it is queued.
    pub(super) fn end(self, ending: Ending) {
        let Waiter { promise, registration, alarm } = self;
        if let Some(registration) = registration {
            registration.unregister();
        }
        drop(alarm);
        // Nobody else finishes it (invariant 2).
        match promise {
            Promise::Unlimited(task) => drop(task.finish(Outcome::new(ending.with(|_| ())))),
            Promise::Limited(task) => drop(task.finish(Outcome::new(ending.with(|got| got)))),
        }
    }
}

impl Ending {
    fn with<T>(self, value: impl FnOnce(bool) -> T) -> End<T> {
        match self {
            Ending::Permit => End::RanToCompletion(value(true)),
            Ending::TooLate => End::RanToCompletion(value(false)),
            Ending::Canceled(token) => {
                let error = OperationCanceledException::with_token(token.clone()).into();
                End::Canceled(token, Some(error))
            }
        }
    }
}
