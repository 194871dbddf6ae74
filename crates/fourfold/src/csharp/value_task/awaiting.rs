//! Awaiting a value task.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll};

use fourfold_kernel::task::ListenerKey;
use fourfold_kernel::trace;

use super::super::ambient;
use super::source::{AwaitState, ValueTaskSourceStatus};
use super::{Held, ValueTask};
use crate::Result;

/// The future that awaiting a [`ValueTask`] is. It is a plain one: any executor may poll it.
#[must_use = "futures do nothing until they are awaited"]
pub struct ValueTaskFuture<T: Send + 'static> {
    /// Apart from what it might be instead, which takes longer to move about than the value.
    value: Option<T>,
    held: Held<T>,
    /// With the task it waits for.
    key: Option<ListenerKey>,
    /// With the source it waits for.
    state: AwaitState,
}

// Nothing in it is ever pinned.
impl<T: Send + 'static> Unpin for ValueTaskFuture<T> {}

impl<T: Send + 'static> ValueTaskFuture<T> {
    #[inline]
    fn new(task: ValueTask<T>, captures: bool) -> ValueTaskFuture<T> {
        let state = AwaitState::new(captures);
        match task.held {
            Held::Value(value) => {
                ValueTaskFuture { value: Some(value), held: Held::Nothing, key: None, state }
            }
            held => ValueTaskFuture { value: None, held, key: None, state },
        }
    }

    /// Ready once there is something to take.
    fn poll_done(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        match &mut self.held {
            Held::Task(of) => of.cell.poll_done(context, &mut self.key).map(Ok),
            Held::Source(of) => match of.source.get_status(of.token) {
                Ok(ValueTaskSourceStatus::Pending) => {
                    of.source.poll_completed(of.token, &mut self.state, context)
                }
                status => Poll::Ready(status.map(drop)),
            },
            _ => Poll::Ready(Ok(())),
        }
    }

    #[cold]
    fn tell(&self) {
        if let Some(waiter) = trace::current() {
            let on = match &self.held {
                Held::Task(of) => Some(of.cell.data().id()),
                _ => None,
            };
            trace::waiting(waiter, "value task", on);
        }
    }
}

impl<T: Send + 'static> Future for ValueTaskFuture<T> {
    type Output = Result<T>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let this = &mut *self;
        if let Some(value) = this.value.take() {
            return Poll::Ready(Ok(value));
        }
        if let Held::Returnable(returnable) = &mut this.held
            && let Some(value) = returnable.value.take()
        {
            return Poll::Ready(Ok(value));
        }
        this.poll_slowly(context)
    }
}

impl<T: Send + 'static> ValueTaskFuture<T> {
    #[inline(never)]
    fn poll_slowly(&mut self, context: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self;
        if matches!(this.held, Held::Task(_) | Held::Source(_)) {
            match this.poll_done(context) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(misuse)) => {
                    // It has no place in the source that it could give up.
                    if let Held::Source(of) = &mut this.held {
                        of.used = true;
                    }
                    return Poll::Ready(Err(misuse));
                }
                Poll::Pending => {
                    if this.state.anywhere {
                        ambient::do_not_capture();
                    }
                    if trace::enabled() {
                        this.tell();
                    }
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(ValueTask::take_now(&mut this.held).expect("it has ended"))
    }
}

impl<T: Send + 'static> Drop for ValueTaskFuture<T> {
    #[inline]
    fn drop(&mut self) {
        if self.key.is_some()
            && let Held::Task(of) = &self.held
        {
            of.cell.forget(&mut self.key);
        }
    }
}

impl<T: Send + 'static> fmt::Debug for ValueTaskFuture<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ValueTaskFuture").field("state", &self.state).finish_non_exhaustive()
    }
}

impl<T: Send + 'static> IntoFuture for ValueTask<T> {
    type Output = Result<T>;
    type IntoFuture = ValueTaskFuture<T>;

    #[inline]
    fn into_future(self) -> ValueTaskFuture<T> {
        ValueTaskFuture::new(self, true)
    }
}

/// What [`ValueTask::configure_await`] returns, to be awaited.
#[derive(Debug)]
#[must_use = "it does nothing unless it is awaited"]
pub struct ConfiguredValueTaskAwaitable<T: Send + 'static> {
    task: ValueTask<T>,
    captures: bool,
}

impl<T: Send + 'static> IntoFuture for ConfiguredValueTaskAwaitable<T> {
    type Output = Result<T>;
    type IntoFuture = ValueTaskFuture<T>;

    fn into_future(self) -> ValueTaskFuture<T> {
        ValueTaskFuture::new(self.task, self.captures)
    }
}

impl<T: Send + 'static> ValueTask<T> {
    /// As [`Task::configure_await`](super::super::Task::configure_await).
    pub fn configure_await(
        self,
        continue_on_captured_context: bool,
    ) -> ConfiguredValueTaskAwaitable<T> {
        ConfiguredValueTaskAwaitable { task: self, captures: continue_on_captured_context }
    }
}
