//! Waiting for a task no longer than one likes.

use std::future::{Future, IntoFuture, poll_fn};
use std::panic::Location;
use std::pin::pin;
use std::time::Duration;

use super::super::ambient;
use super::super::cancellation::CancellationToken;
use super::super::exceptions::TimeoutException;
use super::Task;
use crate::Result;

impl<T: Clone + Send + Sync + 'static> Task<T> {
    /// Ends as this task does, or fails with a [`TimeoutException`] where that takes longer. This task
    /// goes on in any case.
    ///
    /// The original: [`WaitAsync`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.task.waitasync), of .NET 6.
    #[track_caller]
    pub fn wait_async(&self, timeout: Duration) -> Task<T> {
        self.wait_async_with(Some(timeout), CancellationToken::none())
    }

    /// As [`wait_async`](Task::wait_async), with a token that cancels the wait.
    #[track_caller]
    pub fn wait_async_with(&self, timeout: Option<Duration>, token: CancellationToken) -> Task<T> {
        if self.is_completed() || (timeout.is_none() && !token.can_be_canceled()) {
            return self.clone();
        }
        if token.is_cancellation_requested() {
            return Task::from_canceled(token);
        }
        if timeout.is_some_and(|timeout| timeout.is_zero()) {
            return Task::from_exception(TimeoutException::default());
        }
        Task::async_method_at(wait(self.clone(), timeout, token), Location::caller())
    }
}

async fn wait<T: Clone + Send + Sync + 'static>(
    task: Task<T>,
    timeout: Option<Duration>,
    token: CancellationToken,
) -> Result<T> {
    // Its end, or that of the delay, whichever comes first; the other's wait is dropped.
    let limit = Task::delay_with(timeout.unwrap_or(Duration::MAX), token);
    let mut ended = pin!(task.into_future());
    let mut over = pin!(limit.into_future());
    poll_fn(|context| {
        let polled = ended.as_mut().poll(context);
        if polled.is_ready() {
            return polled;
        }
        let over = over.as_mut().poll(context);
        ambient::do_not_capture();
        over.map(|over| over.and_then(|()| Err(TimeoutException::default().into())))
    })
    .await
}
