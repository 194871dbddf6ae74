//! Tasks that are done when they are made.

use std::panic::Location;

use fourfold_kernel::task;

use super::super::cancellation::CancellationToken;
use super::super::cell::{Kind, Node};
use super::super::exceptions::ArgumentOutOfRangeException;
use super::super::outcome::Outcome;
use super::super::thread_pool;
use super::Task;
use crate::Error;

impl<T: Send + Sync + 'static> Task<T> {
    /// One without a body: somebody will finish it.
    #[inline]
    pub(in super::super) fn promise(node: Node) -> Task<T> {
        Task { cell: task::shared_promise(node) }
    }

    /// As [`promise`](Task::promise), plain.
    pub(in super::super) fn new_promise(location: &'static Location<'static>) -> Task<T> {
        Task::promise_of_kind(Kind::Promise, location)
    }

    pub(super) fn promise_of_kind(kind: Kind, location: &'static Location<'static>) -> Task<T> {
        Task::promise(Node::new(kind, thread_pool::current(), location))
    }

    /// Finishes one without a body; gives the outcome back where there is one already.
    ///
    /// SAFETY of its use: only what [`promise`](Task::promise) made is ever given to this.
    #[inline]
    pub(in super::super) fn finish(&self, outcome: Outcome<T>) -> Result<(), Outcome<T>> {
        debug_assert!(self.node().is_promise(), "the outcome of a body is the body's to write");
        // SAFETY: checked by all callers: they made it with `promise`.
        unsafe { self.cell.finish(outcome) }
    }

    /// One that ended so.
    pub(in super::super) fn ended(
        outcome: Outcome<T>,
        location: &'static Location<'static>,
    ) -> Task<T> {
        let task = Task::promise(Node::new(Kind::Promise, thread_pool::current(), location));
        // Nobody else has it.
        let finished = task.finish(outcome);
        debug_assert!(finished.is_ok());
        task
    }

    /// One that has this result.
    #[track_caller]
    pub fn from_result(value: T) -> Task<T> {
        Task::ended(Outcome::value(value), Location::caller())
    }

    /// One that failed with this.
    #[track_caller]
    pub fn from_exception(error: impl Into<Error>) -> Task<T> {
        Task::ended(Outcome::faulted(error.into()), Location::caller())
    }

    /// One that was cancelled by this token.
    ///
    /// # Panics
    ///
    /// If the token is not cancelled.
    #[track_caller]
    pub fn from_canceled(token: CancellationToken) -> Task<T> {
        assert!(
            token.is_cancellation_requested(),
            "{}: the token is not cancelled",
            ArgumentOutOfRangeException::default()
        );
        Task::ended(Outcome::canceled(token), Location::caller())
    }
}

impl Task<()> {
    /// One that is done.
    #[track_caller]
    pub fn completed_task() -> Task<()> {
        Task::from_result(())
    }
}
