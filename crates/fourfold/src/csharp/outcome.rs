//! How a task ended.

use std::sync::atomic::{AtomicBool, Ordering};

use super::cancellation::CancellationToken;
use super::exceptions::{self, AggregateException, OperationCanceledException};
use super::task::TaskStatus;
use crate::{Error, Result};

/// An outcome, and whether somebody looked at its failure.
pub(crate) struct Outcome<T> {
    end: End<T>,
    observed: AtomicBool,
}

pub(crate) enum End<T> {
    RanToCompletion(T),
    /// By which token, and the exception that said so, if one did.
    Canceled(CancellationToken, Option<Error>),
    /// At least one.
    Faulted(Vec<Error>),
}

impl<T> Outcome<T> {
    pub(crate) fn new(end: End<T>) -> Outcome<T> {
        Outcome { end, observed: AtomicBool::new(false) }
    }

    pub(crate) fn value(value: T) -> Outcome<T> {
        Outcome::new(End::RanToCompletion(value))
    }

    pub(crate) fn faulted(error: Error) -> Outcome<T> {
        Outcome::new(End::Faulted(vec![error]))
    }

    pub(crate) fn canceled(token: CancellationToken) -> Outcome<T> {
        Outcome::new(End::Canceled(token, None))
    }

    /// Of an asynchronous method, which any cancellation cancels.
    pub(crate) fn of_method(result: Result<T>) -> Outcome<T> {
        match result {
            Ok(value) => Outcome::value(value),
            Err(error) if error.is_cancelled() => {
                let token = OperationCanceledException::of(&error)
                    .map_or_else(CancellationToken::none, |error| {
                        error.cancellation_token().clone()
                    });
                Outcome::new(End::Canceled(token, Some(error)))
            }
            Err(error) => Outcome::faulted(error),
        }
    }

    /// Of a function, which only a cancellation by its own token cancels.
    pub(crate) fn of_delegate(
        result: Result<T>,
        token: CancellationToken,
        mut faults: Vec<Error>,
    ) -> Outcome<T> {
        match result {
            Ok(value) if faults.is_empty() => Outcome::value(value),
            Ok(_) => Outcome::new(End::Faulted(faults)),
            Err(error) => {
                let by_its_token = token.is_cancellation_requested()
                    && OperationCanceledException::of(&error)
                        .is_some_and(|error| *error.cancellation_token() == token);
                if by_its_token && faults.is_empty() {
                    return Outcome::new(End::Canceled(token, Some(error)));
                }
                if !by_its_token {
                    faults.insert(0, error);
                }
                Outcome::new(End::Faulted(faults))
            }
        }
    }

    pub(crate) fn end(&self) -> &End<T> {
        &self.end
    }

    pub(crate) fn status(&self) -> TaskStatus {
        match self.end {
            End::RanToCompletion(_) => TaskStatus::RanToCompletion,
            End::Canceled(..) => TaskStatus::Canceled,
            End::Faulted(_) => TaskStatus::Faulted,
        }
    }

    /// Its failure is known now.
    #[inline]
    pub(crate) fn observe(&self) {
        self.observed.store(true, Ordering::Relaxed);
    }

    /// All failures, which count as observed.
    pub(crate) fn exception(&self) -> Option<AggregateException> {
        let End::Faulted(faults) = &self.end else { return None };
        self.observe();
        Some(AggregateException::new(faults.clone()))
    }

    /// What an await gets: the value, or the first failure.
    #[inline]
    pub(crate) fn get_result(&self) -> Result<&T> {
        match &self.end {
            End::RanToCompletion(value) => Ok(value),
            _ => Err(self.error()),
        }
    }

    #[cold]
    fn error(&self) -> Error {
        self.observe();
        match &self.end {
            End::RanToCompletion(_) => unreachable!("asked of what failed"),
            End::Canceled(_, Some(error)) => error.clone(),
            End::Canceled(token, None) => OperationCanceledException::of_task(token.clone()).into(),
            End::Faulted(faults) => faults[0].clone(),
        }
    }

    /// What a blocking wait gets: the value, or all failures.
    pub(crate) fn wait_result(&self) -> Result<&T> {
        match &self.end {
            End::RanToCompletion(value) => Ok(value),
            End::Canceled(token, _) => {
                let canceled = OperationCanceledException::of_task(token.clone());
                Err(AggregateException::new(vec![canceled.into()]).into())
            }
            End::Faulted(faults) => {
                self.observe();
                Err(AggregateException::new(faults.clone()).into())
            }
        }
    }
}

impl<T> Drop for Outcome<T> {
    fn drop(&mut self) {
        if let End::Faulted(faults) = &mut self.end
            && !*self.observed.get_mut()
        {
            exceptions::unobserved(AggregateException::new(std::mem::take(faults)));
        }
    }
}
