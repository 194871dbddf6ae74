//! The requests of an async generator, and its state.
//!
//! The functions are those of the language's
//! [specification](https://tc39.es/ecma262/#sec-asyncgenerator-abstract-operations), with its numbers of
//! ticks: `AsyncGeneratorCompleteStep` is [`complete`](Queue::complete), `AsyncGeneratorDrainQueue` is
//! [`drain`](Queue::drain), `AsyncGeneratorAwaitReturn` is [`await_return`](Queue::await_return).
//!
//! Invariants:
//!
//! 1. A request stays at the head of the queue from the moment the body is resumed for it until it is
//!    completed; its completion is taken out when the body is resumed.
//! 2. The body is suspended at a `yield` only while the queue is empty.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Waker;

use super::super::async_fn::async_fn;
use super::super::generators::GeneratorReturn;
use super::super::promise::{Promise, Resolve};
use crate::{Error, Result};

/// What a generator does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Nothing yet.
    Start,
    /// It waits to be resumed.
    SuspendedYield,
    /// It runs, or awaits something.
    Executing,
    /// It has ended, and requests are still to be answered.
    Draining,
    /// It has ended.
    Completed,
}

/// With what a generator is resumed.
pub(in super::super) enum Completion<S> {
    Next(S),
    Throw(Error),
    Return(ReturnValue),
}

/// What `return_` was called with: the body awaits it.
pub(in super::super) type ReturnValue = Pin<Box<dyn Future<Output = Result<Returned>>>>;

/// A value that is returned, of a type that only the generator knows.
pub(super) type Returned = Option<Rc<dyn Any>>;

/// To where a generator came.
pub(super) enum Stepped<Y> {
    Value(Y),
    Done(Returned),
}

pub(super) fn boxed<R: 'static>(value: R) -> Returned {
    Some(Rc::new(value))
}

/// As the type of this generator; of another it is nothing.
pub(super) fn unboxed<R: Clone + 'static>(returned: Returned) -> Option<R> {
    let value = returned?.downcast::<R>().ok()?;
    Some(Rc::try_unwrap(value).unwrap_or_else(|shared| (*shared).clone()))
}

/// Whether a body that gives `value` fell off its end.
pub(super) fn is_nothing<V: 'static>(value: &V) -> bool {
    (value as &dyn Any).is::<()>()
}

/// What is awaited where `return_` is called with `value`.
pub(super) fn return_of<R: Clone + 'static>(value: impl Resolve<R> + 'static) -> ReturnValue {
    Box::pin(async move { Promise::<R>::resolve(value).await.map(boxed) })
}

pub(super) fn return_of_nothing() -> ReturnValue {
    return_again(None)
}

/// The same for a value that was awaited, and that takes its tick all the same.
pub(super) fn return_again(value: Returned) -> ReturnValue {
    Box::pin(async move {
        Promise::resolve(()).await?;
        Ok(value)
    })
}

struct Request<Y, S> {
    completion: Option<Completion<S>>,
    settle: Settle<Y>,
}

type Settle<Y> = Box<dyn FnOnce(Result<Stepped<Y>>)>;

pub(super) struct Queue<Y, S> {
    state: Cell<State>,
    requests: RefCell<VecDeque<Request<Y, S>>>,
    /// Of the body, while it is suspended.
    waker: Cell<Option<Waker>>,
    /// What the body is resumed with.
    resumed: Cell<Option<Completion<S>>>,
    /// With what the next `yield` goes on at once, without giving its value out.
    due: Cell<Option<Completion<S>>>,
    returning: Cell<Option<Returned>>,
    abandoned: Cell<bool>,
}

impl<Y, S> Queue<Y, S> {
    pub(super) fn new() -> Queue<Y, S> {
        Queue {
            state: Cell::new(State::Start),
            requests: RefCell::default(),
            waker: Cell::new(None),
            resumed: Cell::new(None),
            due: Cell::new(None),
            returning: Cell::new(None),
            abandoned: Cell::new(false),
        }
    }

    pub(super) fn state(&self) -> State {
        self.state.get()
    }

    pub(super) fn set_state(&self, state: State) {
        self.state.set(state);
    }

    pub(super) fn push(
        &self,
        completion: Completion<S>,
        settle: impl FnOnce(Result<Stepped<Y>>) + 'static,
    ) {
        let request = Request { completion: Some(completion), settle: Box::new(settle) };
        self.requests.borrow_mut().push_back(request);
    }

    /// What the request at the head asks for.
    pub(super) fn take_completion(&self) -> Option<Completion<S>> {
        self.requests.borrow_mut().front_mut()?.completion.take()
    }

    /// Has the suspended body find what the head asks for.
    pub(super) fn resume(&self) {
        self.state.set(State::Executing);
        let former = self.resumed.replace(self.take_completion());
        drop(former);
    }

    /// The body does not wait to be resumed any more. What it was resumed with and has not heard of is due
    /// at its next `yield`, unless that is only a value.
    pub(super) fn give_up(&self) {
        if self.state.get() == State::SuspendedYield {
            self.state.set(State::Executing);
        }
        drop(self.waker.take());
        let resumed = self.resumed.take();
        if let Some(completion @ (Completion::Throw(_) | Completion::Return(_))) = resumed {
            let former = self.due.replace(Some(completion));
            drop(former);
        }
    }

    pub(super) fn take_due(&self) -> Option<Completion<S>> {
        self.due.take()
    }

    /// The body is suspended, and `waker` runs it.
    pub(super) fn suspend(&self, waker: &Waker) {
        self.state.set(State::SuspendedYield);
        let former = self.waker.replace(Some(waker.clone()));
        drop(former);
    }

    /// With what the body goes on.
    pub(super) fn take_resumed(&self) -> Option<Completion<S>> {
        self.resumed.take()
    }

    pub(super) fn take_waker(&self) -> Option<Waker> {
        self.waker.take()
    }

    /// Nobody can ask for more.
    pub(super) fn abandon(&self) {
        self.abandoned.set(true);
    }

    /// Nobody can ask for more, and nobody waits for what was asked.
    pub(super) fn is_abandoned(&self) -> bool {
        self.abandoned.get() && self.state.get() == State::SuspendedYield
    }

    /// The body is being left, and this is to be its outcome.
    pub(super) fn leave_with(&self, value: Returned) -> Error {
        let former = self.returning.replace(Some(value));
        drop(former);
        GeneratorReturn.into()
    }

    /// The value that the body is being left with.
    pub(super) fn take_leaving(&self) -> Returned {
        self.returning.take().flatten()
    }

    /// The outcome of a body that failed with `error`, unless that is how it was left.
    pub(super) fn left_with(&self, error: Error) -> Result<Returned> {
        match self.returning.take() {
            Some(value) if error.is::<GeneratorReturn>() => Ok(value),
            _ => Err(error),
        }
    }

    /// Answers the request at the head.
    pub(super) fn complete(&self, stepped: Result<Stepped<Y>>) {
        let request = self.requests.borrow_mut().pop_front();
        if let Some(request) = request {
            (request.settle)(stepped);
        }
    }
}

impl<Y: 'static, S: 'static> Queue<Y, S> {
    /// The body has come to its end.
    pub(super) fn end(self: &Rc<Self>, stepped: Result<Stepped<Y>>) {
        self.state.set(State::Draining);
        self.complete(stepped);
        self.drain();
    }

    /// Answers those that still wait of a generator that has ended.
    pub(super) fn drain(self: &Rc<Self>) {
        self.state.set(State::Draining);
        while let Some(completion) = self.take_completion() {
            match completion {
                Completion::Next(_) => self.complete(Ok(Stepped::Done(None))),
                Completion::Throw(error) => self.complete(Err(error)),
                Completion::Return(value) => return self.await_return(value),
            }
        }
        self.state.set(State::Completed);
    }

    /// Awaits the value of the request at the head before it is answered with it.
    fn await_return(self: &Rc<Self>, value: ReturnValue) {
        let queue = self.clone();
        let _: Promise<()> = async_fn(async move {
            let returned = value.await;
            queue.complete(returned.map(Stepped::Done));
            queue.drain();
            Ok(())
        });
    }
}
