//! A body that has returned a promise or a thenable, and follows it.

use std::mem;
use std::task::{Context, Poll};

use super::super::async_local_storage;
use super::super::cell::{Flag, PromiseData};
use super::super::errors::TypeError;
use super::super::listener::Listener;
use super::{Promise, Resolution, Resolvers};
use crate::Result;

/// The resolution procedure of a promise that its own body settles, as a body.
pub(crate) enum Settling<T: 'static> {
    /// A microtask is due, in which `then` is called.
    Job(Resolution<T>),
    /// `then` was called of what is settled, and its microtask is due.
    Ticking(Promise<T>),
    /// `then` was called; what is followed is handed over when it is settled.
    Following,
    Over,
}

impl<T: Clone + 'static> Settling<T> {
    pub(crate) fn new(resolution: Resolution<T>) -> Settling<T> {
        Settling::Job(resolution)
    }

    /// At the end of the body's last step.
    pub(crate) fn begin(
        &mut self,
        data: &PromiseData,
        context: &mut Context<'_>,
    ) -> Poll<Result<T>> {
        if let Settling::Job(Resolution::Promise(promise)) = self
            && promise.cell().is_woken_by(context.waker())
        {
            *self = Settling::Over;
            return self.end(Err(TypeError::chaining_cycle()), data, context);
        }
        data.local().set(Flag::Yielded);
        Poll::Pending
    }

    pub(crate) fn poll(
        &mut self,
        data: &PromiseData,
        context: &mut Context<'_>,
    ) -> Poll<Result<T>> {
        // A thenable runs what it likes.
        data.core().owned().direct.set(false);
        match mem::replace(self, Settling::Over) {
            Settling::Job(Resolution::Promise(promise)) => {
                promise.handle();
                let follow = Listener::follow(context.waker().clone());
                *self = match promise.cell().listen(follow) {
                    Ok(_) => Settling::Following,
                    Err(_) => {
                        data.local().set(Flag::Yielded);
                        Settling::Ticking(promise)
                    }
                };
                Poll::Pending
            }
            Settling::Job(Resolution::Thenable(thenable)) => {
                let made_at = data.local().made_at;
                let inner = Promise::pending_on(data.core(), made_at);
                inner.handle();
                {
                    let _frame = async_local_storage::enter(data.local().frame.take());
                    thenable.call(Resolvers::first_of(&inner));
                }
                let forward = Listener::forward(context.waker().clone());
                if inner.cell().listen(forward).is_err() {
                    return self.end(inner.outcome(), data, context);
                }
                *self = Settling::Following;
                Poll::Pending
            }
            Settling::Ticking(promise) => self.end(promise.outcome(), data, context),
            Settling::Job(Resolution::Value(value)) => Poll::Ready(Ok(value)),
            Settling::Following => match data.core().take_source() {
                Some(source) => {
                    // SAFETY: what is followed is a promise of `T`.
                    let source: Promise<T> = Promise::from_handle(unsafe { source.into_handle() });
                    self.end(source.outcome(), data, context)
                }
                // Woken for something that the body had waited for.
                None => {
                    *self = Settling::Following;
                    Poll::Pending
                }
            },
            Settling::Over => Poll::Pending,
        }
    }

    fn end(
        &mut self,
        outcome: Result<T>,
        data: &PromiseData,
        context: &mut Context<'_>,
    ) -> Poll<Result<T>> {
        if let Err(error) = &outcome {
            data.core().rejected(context.waker(), data, error);
        }
        Poll::Ready(outcome)
    }
}
