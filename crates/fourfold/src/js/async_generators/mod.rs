//! Async generators, and loops over what comes later.
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | [`async_generator`], and what one may ask of an [`AsyncGenerator`] |
//! | `queue.rs` | the requests of a generator, and its state, step by step as the language has it |
//! | `stream.rs` | streams of the crate `futures` as generators |
//! | `yielder.rs` | what the body is given |
//! | `iterating.rs` | [`AsyncIterator`], [`for_await`] and the stream of values |

mod iterating;
mod queue;
mod stream;
mod yielder;

use std::cell::{Cell, OnceCell};
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::async_fn;
use super::core;
use super::generators::IteratorResult;
use super::promise::{Promise, Resolve};
use crate::{Error, Result};

pub use iterating::{AsyncIterator, AsyncValues, EachOf, each_of, for_await, for_each};
use queue::{Completion, Queue, State, Stepped, return_of};
pub use stream::from_stream;
pub use yielder::AsyncYielder;

/// Makes an async generator of `body`; nothing of it runs before the first
/// [`next`](AsyncGenerator::next).
///
/// The body may await whatever an async function may. What it returns is awaited, as what it yields is;
/// a body of `()` falls off its end, which takes no tick. Write the yielder's types at the closure:
/// `AsyncYielder<Y, S>` yields `Y` and is resumed with `S`.
///
/// The original is
/// [`async function*`](https://tc39.es/ecma262/#sec-async-generator-function-definitions).
///
/// ```
/// use fourfold::js::{self, AsyncYielder, async_generator};
///
/// let sum = js::run(async {
///     let numbers = async_generator(async |y: AsyncYielder<i32>| {
///         y.yield_(1).await?;
///         y.yield_(js::set_timeout_promise_with(1, 2)).await?;
///         Ok(())
///     });
///     let mut sum = 0;
///     while let Some(n) = numbers.next_value().await? {
///         sum += n;
///     }
///     Ok(sum)
/// })?;
/// assert_eq!(sum, 3);
/// # Ok::<(), fourfold::Error>(())
/// ```
#[track_caller]
pub fn async_generator<Y, S, V, R, F>(body: F) -> AsyncGenerator<Y, S, R>
where
    Y: Clone + 'static,
    S: 'static,
    V: Resolve<R> + 'static,
    R: Clone + 'static,
    F: AsyncFnOnce(AsyncYielder<Y, S>) -> Result<V> + 'static,
{
    let made_at = Location::caller();
    let start = move |queue: &Rc<Queue<Y, S>>| {
        let yielder = AsyncYielder::new(queue.clone());
        let body = Box::pin(async move { body(yielder).await });
        let running = Running { queue: queue.clone(), body: Some(body) };
        let queue = queue.clone();
        let whole = async move {
            let Some(outcome) = running.await else { return Ok(()) };
            let outcome = match outcome {
                Ok(value) if queue::is_nothing(&value) => Ok(None),
                Ok(value) => Promise::<R>::resolve(value).await.map(queue::boxed),
                Err(error) => queue.left_with(error),
            };
            queue.end(outcome.map(Stepped::Done));
            Ok(())
        };
        core::with_running(|core| async_fn::start(core, whole, made_at))
    };
    AsyncGenerator(Rc::new(Handle {
        queue: Rc::new(Queue::new()),
        start: Cell::new(Some(Box::new(start))),
        running: OnceCell::new(),
        returns: PhantomData,
    }))
}

/// An async function that is resumed for each of its values. A clone is the same generator.
///
/// Requests made while the body runs wait in a queue. Where all clones are dropped, the body is dropped
/// once it is suspended and nobody waits for more of it.
///
/// The original is an
/// [`AsyncGenerator`](https://tc39.es/ecma262/#sec-asyncgenerator-objects).
pub struct AsyncGenerator<Y: 'static, S: 'static = (), R: 'static = ()>(Rc<Handle<Y, S, R>>);

struct Handle<Y: 'static, S: 'static, R> {
    queue: Rc<Queue<Y, S>>,
    start: Cell<Option<Start<Y, S>>>,
    /// The body, once it runs.
    running: OnceCell<Promise<()>>,
    returns: PhantomData<fn() -> R>,
}

type Start<Y, S> = Box<dyn FnOnce(&Rc<Queue<Y, S>>) -> Promise<()>>;

impl<Y: Clone + 'static, S: 'static, R: Clone + 'static> AsyncGenerator<Y, S, R> {
    /// Has the body run to its next `yield_`, where the one it is suspended at gives `value`. A promise of
    /// what is yielded, or of the end.
    ///
    /// It is rejected with what the body fails with, a panic included. Where the body does not run it goes
    /// on before this returns. Dropping the promise changes nothing.
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    ///
    /// The original is
    /// [`asyncGenerator.next`](https://tc39.es/ecma262/#sec-asyncgenerator-prototype-next).
    #[track_caller]
    pub fn next(&self, value: S) -> Promise<IteratorResult<Y, R>> {
        self.request(Completion::Next(value))
    }

    /// Leaves the body: [`GeneratorReturn`](super::GeneratorReturn) arrives at the `yield_` it is
    /// suspended at, once `value` was awaited. A promise of `value` as the end, unless the body yields or
    /// returns something else on its way out. Where `value` is rejected that arrives instead.
    ///
    /// # Panics
    ///
    /// As [`next`](AsyncGenerator::next).
    ///
    /// The original is
    /// [`asyncGenerator.return`](https://tc39.es/ecma262/#sec-asyncgenerator-prototype-return).
    #[track_caller]
    pub fn return_(&self, value: impl Resolve<R> + 'static) -> Promise<IteratorResult<Y, R>> {
        self.request(Completion::Return(return_of::<R>(value)))
    }

    /// As [`return_`](AsyncGenerator::return_), with no value: what the end of a loop does that is left
    /// early.
    ///
    /// # Panics
    ///
    /// As [`next`](AsyncGenerator::next).
    #[track_caller]
    pub fn close(&self) -> Promise<IteratorResult<Y, R>> {
        self.request(Completion::Return(queue::return_of_nothing()))
    }

    /// As [`next`](AsyncGenerator::next), and the `yield_` the body is suspended at fails with `error`. The
    /// promise is rejected with it where the body does not catch it, was not started, or came to its end.
    ///
    /// # Panics
    ///
    /// As [`next`](AsyncGenerator::next).
    ///
    /// The original is
    /// [`asyncGenerator.throw`](https://tc39.es/ecma262/#sec-asyncgenerator-prototype-throw).
    #[track_caller]
    pub fn throw(&self, error: impl Into<Error>) -> Promise<IteratorResult<Y, R>> {
        self.request(Completion::Throw(error.into()))
    }

    #[track_caller]
    pub(super) fn request(&self, completion: Completion<S>) -> Promise<IteratorResult<Y, R>> {
        let (promise, resolvers) = Promise::with_resolvers();
        let queue = &self.0.queue;
        match (queue.state(), completion) {
            (State::Completed, Completion::Next(_)) => {
                resolvers.resolve(IteratorResult::Done(None))
            }
            (State::Completed | State::Start, Completion::Throw(error)) => {
                queue.set_state(State::Completed);
                drop(self.0.start.take());
                resolvers.reject(error);
            }
            (state, completion) => {
                let leaves = matches!(completion, Completion::Return(_));
                queue.push(completion, move |stepped| match stepped {
                    Ok(Stepped::Value(value)) => resolvers.resolve(IteratorResult::Value(value)),
                    Ok(Stepped::Done(value)) => {
                        resolvers.resolve(IteratorResult::Done(queue::unboxed(value)));
                    }
                    Err(error) => resolvers.reject(error),
                });
                match state {
                    State::Start if leaves => {
                        drop(self.0.start.take());
                        queue.drain();
                    }
                    State::Completed => queue.drain(),
                    State::Start => self.start(),
                    State::SuspendedYield => self.resume(),
                    State::Executing | State::Draining => {}
                }
            }
        }
        promise
    }

    fn start(&self) {
        let queue = &self.0.queue;
        queue.set_state(State::Executing);
        // What the first `next` is called with is nobody's.
        drop(queue.take_completion());
        if let Some(start) = self.0.start.take() {
            // It is set once: the generator does not start again.
            let _ = self.0.running.set(start(queue));
        }
    }
}

impl<Y, S, R> Handle<Y, S, R> {
    /// Runs the suspended body, before this returns.
    fn run(&self) {
        if let (Some(waker), Some(running)) = (self.queue.take_waker(), self.running.get()) {
            running.core().run_at_once(&waker, &running.cell().erase());
        }
    }
}

impl<Y: 'static, S: 'static, R: 'static> AsyncGenerator<Y, S, R> {
    fn resume(&self) {
        self.0.queue.resume();
        self.0.run();
    }
}

impl<Y: 'static, S: 'static, R> Drop for Handle<Y, S, R> {
    fn drop(&mut self) {
        self.queue.abandon();
        if self.queue.state() == State::SuspendedYield {
            // It finds that it is abandoned.
            self.run();
        }
    }
}

type Body<V> = Pin<Box<dyn Future<Output = Result<V>>>>;

/// The body of a generator: ends with its outcome, or with nothing where it was abandoned.
struct Running<Y, S, V> {
    queue: Rc<Queue<Y, S>>,
    body: Option<Body<V>>,
}

impl<Y, S, V> Future for Running<Y, S, V> {
    type Output = Option<Result<V>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<V>>> {
        let this = &mut *self;
        let Some(body) = &mut this.body else { return Poll::Pending };
        if !this.queue.is_abandoned() {
            match catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(context))) {
                Ok(Poll::Pending) if !this.queue.is_abandoned() => return Poll::Pending,
                Ok(Poll::Pending) => {}
                Ok(Poll::Ready(outcome)) => {
                    // It goes before anybody hears of its end, as a function's frame does.
                    this.body = None;
                    return Poll::Ready(Some(outcome));
                }
                Err(panic) => return Poll::Ready(Some(Err(Error::from_panic(panic)))),
            }
        }
        this.body = None;
        Poll::Ready(None)
    }
}

impl<Y: 'static, S: 'static, R: 'static> Clone for AsyncGenerator<Y, S, R> {
    fn clone(&self) -> Self {
        AsyncGenerator(self.0.clone())
    }
}

impl<Y: 'static, S: 'static, R: 'static> fmt::Debug for AsyncGenerator<Y, S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("AsyncGenerator").field(&self.0.queue.state()).finish()
    }
}
