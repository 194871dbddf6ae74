//! One step of an async generator.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::{Inner, State, StopAsyncIteration};
use crate::generator::{GeneratorExit, Resume, StopIteration};
use crate::{Error, Result};

/// What a step does to the body.
pub(super) enum Action<S> {
    Send(Option<S>),
    Throw(Error),
    Close,
}

impl<S> Action<S> {
    fn name(&self) -> &'static str {
        match self {
            Action::Send(_) => "anext",
            Action::Throw(_) => "athrow",
            Action::Close => "aclose",
        }
    }
}

/// One step of the body: to its next `yield_` or to its end.
pub(super) struct Step<'a, Y: 'static, S: 'static> {
    inner: &'a Rc<Inner<Y, S>>,
    /// What is still to be done to the body before it is polled.
    action: Option<Action<S>>,
    begun: bool,
}

// Nothing in a step is pinned.
impl<Y: 'static, S: 'static> Unpin for Step<'_, Y, S> {}

impl<'a, Y: 'static, S: 'static> Step<'a, Y, S> {
    pub(super) fn new(inner: &'a Rc<Inner<Y, S>>, action: Action<S>) -> Step<'a, Y, S> {
        Step { inner, action: Some(action), begun: false }
    }

    /// Hands the body what it goes on with. An error ends the step before it began.
    fn begin(&mut self, action: Action<S>) -> Result<()> {
        let inner = self.inner;
        if inner.running.get() {
            return Err(Error::msg(format!(
                "{}(): asynchronous generator is already running",
                action.name()
            )));
        }
        let closing = matches!(action, Action::Close);
        if inner.state.get() == State::Ended || (inner.closed.get() && !closing) {
            return Err(StopAsyncIteration.into());
        }
        inner.closed.set(inner.closed.get() || closing);
        let resume = match action {
            Action::Send(value) => Resume::Send(value),
            Action::Throw(error) => Resume::Throw(error),
            Action::Close => Resume::Throw(GeneratorExit.into()),
        };
        match (inner.state.get(), resume) {
            (State::New, Resume::Send(None)) => inner.find_home(),
            (State::New, Resume::Send(Some(_))) => {
                let text = "can't send non-None value to a just-started async generator";
                return Err(Error::msg(text));
            }
            (State::New, Resume::Throw(error)) => {
                inner.end();
                return Err(error);
            }
            (State::Yielded, resume) => inner.slot.resume(resume),
            // A former step was dropped in the middle: the body is at an await of its own.
            (State::Midway, Resume::Send(_)) => {}
            (State::Midway, Resume::Throw(error)) => inner.slot.fail_next(error),
            (State::Ended, _) => unreachable!("looked at above"),
        }
        inner.state.set(State::Midway);
        inner.running.set(true);
        self.begun = true;
        Ok(())
    }
}

impl<Y: 'static, S: 'static> Future for Step<'_, Y, S> {
    type Output = Result<Y>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<Y>> {
        let this = &mut *self;
        if let Some(action) = this.action.take() {
            this.begin(action)?;
        }
        let inner = this.inner;
        let Some(mut body) = inner.body.take() else {
            // Ended by a panic in the body.
            return Poll::Ready(Err(StopAsyncIteration.into()));
        };
        let outcome = match body.as_mut().poll(context) {
            Poll::Pending => {
                inner.body.set(Some(body));
                let Some(value) = inner.slot.take_yielded() else { return Poll::Pending };
                inner.state.set(State::Yielded);
                Ok(value)
            }
            Poll::Ready(result) => {
                drop(body);
                inner.end();
                Err(end_of(result))
            }
        };
        inner.running.set(false);
        this.begun = false;
        Poll::Ready(outcome)
    }
}

/// What the end of a body is to the step that sees it.
fn end_of(result: Result<()>) -> Error {
    match result {
        Ok(()) => StopAsyncIteration.into(),
        Err(error) if error.is::<StopAsyncIteration>() => {
            Error::msg("async generator raised StopAsyncIteration").caused_by(error)
        }
        Err(error) if error.is::<StopIteration>() => {
            Error::msg("async generator raised StopIteration").caused_by(error)
        }
        Err(error) => error,
    }
}

impl<Y: 'static, S: 'static> Drop for Step<'_, Y, S> {
    fn drop(&mut self) {
        if self.begun {
            self.inner.running.set(false);
        }
    }
}
