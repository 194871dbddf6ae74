//! Awaiting a value task.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::mem::ManuallyDrop;
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
pub struct ValueTaskFuture<T: Send + 'static>(Awaits<T>);

/// A value that is there comes apart from what it might be instead: to make, to poll and to drop that
/// touches a word beside the value, and nothing of the rest.
enum Awaits<T: Send + 'static> {
    Value(Option<T>),
    /// Dropped by [`ValueTaskFuture`]'s `drop`, which can be inlined since what this holds is dropped elsewhere.
    Rest(ManuallyDrop<Rest<T>>),
}

struct Rest<T: Send + 'static> {
    held: Held<T>,
    /// With the task it waits for.
    key: Option<ListenerKey>,
    /// With the source it waits for.
    state: AwaitState,
}

// Nothing in it is ever pinned.
impl<T: Send + 'static> Unpin for ValueTaskFuture<T> {}

impl<T: Send + 'static> ValueTaskFuture<T> {
    // Always: the await of a value that is there is to be the value, and no call.
    #[inline(always)]
    fn new(task: ValueTask<T>, captures: bool) -> ValueTaskFuture<T> {
        ValueTaskFuture(match task.held {
            Held::Value(value) => Awaits::Value(Some(value)),
            held => {
                let state = AwaitState::new(captures);
                Awaits::Rest(ManuallyDrop::new(Rest { held, key: None, state }))
            }
        })
    }
}

impl<T: Send + 'static> Future for ValueTaskFuture<T> {
    type Output = Result<T>;

    #[inline(always)]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        match &mut self.0 {
            Awaits::Value(value) => Poll::Ready(Ok(value.take().expect(ENDED))),
            Awaits::Rest(rest) => rest.poll(context),
        }
    }
}

impl<T: Send + 'static> Drop for ValueTaskFuture<T> {
    #[inline(always)]
    fn drop(&mut self) {
        if let Awaits::Rest(rest) = &mut self.0 {
            // SAFETY: dropped once, here, and not used afterwards.
            unsafe { drop_rest(rest) }
        }
    }
}

/// # Safety
///
/// `rest` is not used afterwards.
#[inline(never)]
unsafe fn drop_rest<T: Send + 'static>(rest: &mut ManuallyDrop<Rest<T>>) {
    // SAFETY: the caller's promise.
    unsafe { ManuallyDrop::drop(rest) }
}

const ENDED: &str = "a value task is not polled after its end";

impl<T: Send + 'static> Rest<T> {
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
        match &self.held {
            Held::Task(of) => of.cell.data().tell_wait(),
            Held::Source(of) => trace::waiting_here(of.source.waited_for_as(), None),
            _ => {}
        }
    }

    #[inline]
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<T>> {
        if let Held::Returnable(returnable) = &mut self.held
            && let Some(value) = returnable.value.take()
        {
            return Poll::Ready(Ok(value));
        }
        self.poll_slowly(context)
    }

    #[inline(never)]
    fn poll_slowly(&mut self, context: &mut Context<'_>) -> Poll<Result<T>> {
        if matches!(self.held, Held::Task(_) | Held::Source(_)) {
            match self.poll_done(context) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(misuse)) => {
                    // It has no place in the source that it could give up.
                    if let Held::Source(of) = &mut self.held {
                        of.used = true;
                    }
                    return Poll::Ready(Err(misuse));
                }
                Poll::Pending => {
                    if self.state.anywhere {
                        ambient::do_not_capture();
                    }
                    if trace::enabled() {
                        self.tell();
                    }
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(ValueTask::take_now(&mut self.held).expect("it has ended"))
    }
}

impl<T: Send + 'static> Drop for Rest<T> {
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
        let mut told = f.debug_struct("ValueTaskFuture");
        match &self.0 {
            Awaits::Value(value) => told.field("completed", &value.is_some()),
            Awaits::Rest(rest) => told.field("state", &rest.state),
        };
        told.finish_non_exhaustive()
    }
}

impl<T: Send + 'static> IntoFuture for ValueTask<T> {
    type Output = Result<T>;
    type IntoFuture = ValueTaskFuture<T>;

    #[inline(always)]
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
