//! Generators in JavaScript's form: `next`, `return`, `throw`, and results that say whether they are the
//! last.
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | [`generator`], and what one may ask of a [`Generator`] |
//! | `yielder.rs` | what the body is given |
//! | `iterating.rs` | the values as an iterator |
//!
//! They stand on the yielders of [`crate::generator`]. What is JavaScript's own is how a generator is
//! left: what `return_` is called with is the outcome, once the body has passed [`GeneratorReturn`] on.

mod iterating;
mod yielder;

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use super::errors::TypeError;
use crate::generator::{Resume, Slot};
use crate::{Error, Result};

pub use iterating::GeneratorValues;
pub use yielder::Yielder;

/// What a generator was resumed for: a value, or its end.
///
/// The original is the
/// [`IteratorResult`](https://tc39.es/ecma262/#sec-iteratorresult-interface), an object of `value` and
/// `done`. Its `value` is of one type before the end and of another at the end, so it is two here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IteratorResult<Y, R = ()> {
    /// The next value: `{ value, done: false }`.
    Value(Y),
    /// The end, and what was returned, to the first who hears of it: `{ value, done: true }`.
    Done(Option<R>),
}

impl<Y, R> IteratorResult<Y, R> {
    /// Whether it is the end.
    pub fn done(&self) -> bool {
        matches!(self, IteratorResult::Done(_))
    }

    /// The value, unless it is the end.
    pub fn value(self) -> Option<Y> {
        match self {
            IteratorResult::Value(value) => Some(value),
            IteratorResult::Done(_) => None,
        }
    }

    /// What was returned, where it is the end that says so.
    pub fn returned(self) -> Option<R> {
        match self {
            IteratorResult::Value(_) => None,
            IteratorResult::Done(returned) => returned,
        }
    }
}

/// Arrives at the `yield_` of a generator that is left with `return_`: clean up, and pass it on with `?`.
///
/// In JavaScript it is not an error, and no `catch` sees it; a body that catches errors here lets this one
/// by. The original is a
/// [return completion](https://tc39.es/ecma262/#sec-completion-record-specification-type).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GeneratorReturn;

impl fmt::Display for GeneratorReturn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the generator is being left by return")
    }
}

impl std::error::Error for GeneratorReturn {}

/// What `return_` was called with. A `yield*` hands it on to a generator that may return another type.
type Returned = Option<Box<dyn Any>>;

/// As the type of this generator; of another it is nothing.
fn returned_as<R: 'static>(returned: Returned) -> Option<R> {
    Some(*returned?.downcast().ok()?)
}

/// Makes a generator of `body`; nothing of it runs before the first [`next`](Generator::next).
///
/// The body may await its yielder and what awaits it, nothing else: that is for
/// [`async_generator`](super::async_generator). Write the yielder's types at the closure: `Yielder<Y, S>`
/// yields `Y` and is resumed with `S`.
///
/// The original is
/// [`function*`](https://tc39.es/ecma262/#sec-generator-function-definitions).
///
/// ```
/// use fourfold::js::{IteratorResult, Yielder, generator};
///
/// let echo = generator(async |y: Yielder<i32, &'static str>| {
///     assert_eq!(y.yield_(1).await?, "abc");
///     y.yield_(2).await?;
///     Ok("the end")
/// });
/// assert_eq!(echo.next("ignored")?, IteratorResult::Value(1));
/// assert_eq!(echo.next("abc")?, IteratorResult::Value(2));
/// assert_eq!(echo.next("")?, IteratorResult::Done(Some("the end")));
/// assert_eq!(echo.next("")?, IteratorResult::Done(None));
/// # Ok::<(), fourfold::Error>(())
/// ```
pub fn generator<Y, S, R, F>(body: F) -> Generator<Y, S, R>
where
    Y: 'static,
    S: 'static,
    R: 'static,
    F: AsyncFnOnce(Yielder<Y, S>) -> Result<R> + 'static,
{
    let slot = Rc::new(Slot::default());
    let returning = Rc::new(Cell::new(None));
    let yielder = Yielder::new(slot.clone(), returning.clone());
    let body = Box::pin(async move { body(yielder).await });
    let state = RefCell::new(State::Start(body));
    Generator(Rc::new(Inner { slot, returning, state }))
}

/// A function that is resumed for each of its values. A clone is the same generator.
///
/// Where all clones are dropped the body is dropped as it is suspended: nothing of it runs any more.
///
/// The original is a
/// [`Generator`](https://tc39.es/ecma262/#sec-generator-objects).
pub struct Generator<Y: 'static, S: 'static = (), R: 'static = ()>(Rc<Inner<Y, S, R>>);

struct Inner<Y, S, R> {
    slot: Rc<Slot<Y, S>>,
    returning: Rc<Cell<Returned>>,
    state: RefCell<State<R>>,
}

type Body<R> = Pin<Box<dyn Future<Output = Result<R>>>>;

enum State<R> {
    Start(Body<R>),
    Suspended(Body<R>),
    Running,
    Done,
}

/// With what a generator is resumed.
enum Completion<S> {
    Next(S),
    Throw(Error),
    Return(Returned),
}

/// To where a body came.
enum Step<Y, R> {
    Value(Y),
    Done(R),
    /// It was left by `return_`.
    Left(Returned),
    /// It had come to its end before.
    Over,
}

impl<Y: 'static, S: 'static, R: 'static> Generator<Y, S, R> {
    /// Runs the body to its next `yield_`, where the one it is suspended at gives `value`. The first time
    /// there is none, and `value` is dropped.
    ///
    /// # Errors
    ///
    /// What the body fails with, a panic included. A [`TypeError`] where the body is running. A body that
    /// awaits anything but its yielder cannot go on: that is an error too, and its end.
    ///
    /// The original is
    /// [`generator.next`](https://tc39.es/ecma262/#sec-generator.prototype.next).
    pub fn next(&self, value: S) -> Result<IteratorResult<Y, R>> {
        self.result_of(Completion::Next(value))
    }

    /// Leaves the body: [`GeneratorReturn`] arrives at the `yield_` it is suspended at. Gives `value` as
    /// the end, unless the body yields or returns something else on its way out.
    ///
    /// # Errors
    ///
    /// As [`next`](Generator::next).
    ///
    /// The original is
    /// [`generator.return`](https://tc39.es/ecma262/#sec-generator.prototype.return).
    pub fn return_(&self, value: R) -> Result<IteratorResult<Y, R>> {
        self.result_of(Completion::Return(Some(Box::new(value))))
    }

    /// As [`return_`](Generator::return_), with no value: what the end of a loop does that is left early.
    ///
    /// # Errors
    ///
    /// As [`next`](Generator::next).
    pub fn close(&self) -> Result<IteratorResult<Y, R>> {
        self.result_of(Completion::Return(None))
    }

    /// As [`next`](Generator::next), and the `yield_` the body is suspended at fails with `error`.
    ///
    /// # Errors
    ///
    /// As [`next`](Generator::next); `error` itself where the body does not catch it, was not started, or
    /// came to its end before.
    ///
    /// The original is
    /// [`generator.throw`](https://tc39.es/ecma262/#sec-generator.prototype.throw).
    pub fn throw(&self, error: impl Into<Error>) -> Result<IteratorResult<Y, R>> {
        self.result_of(Completion::Throw(error.into()))
    }

    fn result_of(&self, completion: Completion<S>) -> Result<IteratorResult<Y, R>> {
        Ok(match self.0.resume(completion)? {
            Step::Value(value) => IteratorResult::Value(value),
            Step::Done(value) => IteratorResult::Done(Some(value)),
            Step::Left(value) => IteratorResult::Done(returned_as(value)),
            Step::Over => IteratorResult::Done(None),
        })
    }
}

impl<Y: 'static, S: 'static, R: 'static> Inner<Y, S, R> {
    fn resume(&self, completion: Completion<S>) -> Result<Step<Y, R>> {
        let (mut body, started) = match self.state.replace(State::Running) {
            State::Running => return Err(TypeError::new("Generator is already running").into()),
            State::Start(body) => (body, false),
            State::Suspended(body) => (body, true),
            State::Done => {
                self.state.replace(State::Done);
                return never_resumed(completion);
            }
        };
        match completion {
            Completion::Next(value) if started => self.slot.resume(Resume::Send(Some(value))),
            Completion::Next(_) => {}
            completion if !started => {
                self.state.replace(State::Done);
                drop(body);
                return never_resumed(completion);
            }
            Completion::Throw(error) => self.slot.resume(Resume::Throw(error)),
            Completion::Return(value) => {
                self.returning.set(value);
                self.slot.resume(Resume::Throw(GeneratorReturn.into()));
            }
        }
        let mut context = Context::from_waker(Waker::noop());
        let polled = catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(&mut context)));
        let (next, step) = match polled {
            Ok(Poll::Pending) => match self.slot.take_yielded() {
                Some(value) => (State::Suspended(body), Ok(Step::Value(value))),
                None => (State::Done, Err(stuck())),
            },
            Ok(Poll::Ready(Ok(value))) => (State::Done, Ok(Step::Done(value))),
            Ok(Poll::Ready(Err(left))) if left.is::<GeneratorReturn>() => {
                (State::Done, Ok(Step::Left(self.returning.take())))
            }
            Ok(Poll::Ready(Err(error))) => (State::Done, Err(error)),
            Err(panic) => (State::Done, Err(Error::from_panic(panic))),
        };
        self.state.replace(next);
        step
    }
}

/// What a generator answers that has not begun, or is at its end.
fn never_resumed<Y, S, R>(completion: Completion<S>) -> Result<Step<Y, R>> {
    match completion {
        Completion::Next(_) => Ok(Step::Over),
        Completion::Throw(error) => Err(error),
        Completion::Return(value) => Ok(Step::Left(value)),
    }
}

#[cold]
fn stuck() -> Error {
    Error::msg(
        "a generator awaited something else than its yielder, and there is no loop to wake it; use an \
         async generator",
    )
}

impl<Y: 'static, S: 'static, R: 'static> Clone for Generator<Y, S, R> {
    fn clone(&self) -> Self {
        Generator(self.0.clone())
    }
}

impl<Y: 'static, S: 'static, R: 'static> fmt::Debug for Generator<Y, S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &*self.0.state.borrow() {
            State::Start(_) => "Generator {<not started>}",
            State::Suspended(_) => "Generator {<suspended>}",
            State::Running => "Generator {<running>}",
            State::Done => "Generator {<closed>}",
        })
    }
}
