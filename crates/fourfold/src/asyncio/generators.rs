//! Generators whose bodies await, and what the loop does with those that are left unfinished.

mod step;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::{Rc, Weak};
use std::sync::Arc;

use slab::Slab;
use step::{Action, Step};

use super::extras::Part;
use super::handles::{Callback, In};
use super::loop_core::Core;
use super::running;
use super::tasks::{How, Task};
use super::{ExceptionContext, Loop, context};
use crate::generator::{GeneratorExit, Slot, Yielder};
use crate::{Error, Result};

/// The async generator came to its end.
///
/// The original is
/// [`StopAsyncIteration`](https://docs.python.org/3/library/exceptions.html#StopAsyncIteration).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopAsyncIteration;

impl fmt::Display for StopAsyncIteration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the async generator has come to its end")
    }
}

impl std::error::Error for StopAsyncIteration {}

/// Makes an async generator of `body`; nothing of it runs before the first step is awaited.
///
/// ```
/// use std::time::Duration;
/// use fourfold::asyncio::{self, async_generator};
/// use fourfold::generator::Yielder;
///
/// asyncio::run(async {
///     let ticks = async_generator(async |y: Yielder<u32>| {
///         for tick in 0..3 {
///             asyncio::sleep(Duration::from_millis(1)).await?;
///             y.yield_(tick).await?;
///         }
///         Ok(())
///     });
///     let mut seen = Vec::new();
///     while let Some(tick) = ticks.next().await? {
///         seen.push(tick);
///     }
///     assert_eq!(seen, [0, 1, 2]);
///     Ok(())
/// })
/// .unwrap();
/// ```
pub fn async_generator<Y, S, F>(body: F) -> AsyncGenerator<Y, S>
where
    Y: 'static,
    S: 'static,
    F: AsyncFnOnce(Yielder<Y, S>) -> Result<()> + 'static,
{
    let slot = Rc::new(Slot::default());
    let yielder = Yielder::new(slot.clone());
    let body: Body = Box::pin(async move { body(yielder).await });
    let inner = Rc::new(Inner {
        slot,
        body: Cell::new(Some(body)),
        state: Cell::new(State::New),
        running: Cell::new(false),
        closed: Cell::new(false),
        home: RefCell::new(None),
    });
    AsyncGenerator { owner: Rc::new(Owner { inner }) }
}

/// A generator whose body awaits. Clones are the same generator.
///
/// One step runs at a time. When the last clone is dropped before the end, the loop closes the
/// generator in a task of its own; those that are left when the loop ends are closed by
/// [`shutdown_asyncgens`](Loop::shutdown_asyncgens). Where a step is dropped in the middle, the
/// next one goes on from there.
///
/// The original is
/// [the asynchronous generator-iterator](https://docs.python.org/3/reference/expressions.html#asynchronous-generator-iterator-methods).
pub struct AsyncGenerator<Y: 'static, S: 'static = ()> {
    owner: Rc<Owner<Y, S>>,
}

type Body = Pin<Box<dyn Future<Output = Result<()>>>>;

/// What all clones share; dropping it is dropping the generator.
struct Owner<Y: 'static, S: 'static> {
    inner: Rc<Inner<Y, S>>,
}

struct Inner<Y, S> {
    slot: Rc<Slot<Y, S>>,
    /// `None` once it came to its end, and while it is polled.
    body: Cell<Option<Body>>,
    state: Cell<State>,
    /// A step was begun and has not ended.
    running: Cell<bool>,
    closed: Cell<bool>,
    home: RefCell<Option<Home>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    /// Suspended at a `yield_`.
    Yielded,
    /// Suspended at another await, or running.
    Midway,
    Ended,
}

/// The loop it was first iterated in, and its place in the loop's list.
struct Home {
    core: Arc<Core>,
    key: usize,
}

impl<Y: 'static, S: 'static> AsyncGenerator<Y, S> {
    /// The next value.
    ///
    /// # Errors
    ///
    /// [`StopAsyncIteration`] at its end; what the body fails with; "anext(): asynchronous
    /// generator is already running" where another step has not ended. A cancellation of the task
    /// is raised in the body, at its await.
    ///
    /// The original is
    /// [`anext`](https://docs.python.org/3/library/functions.html#anext).
    pub async fn anext(&self) -> Result<Y> {
        Step::new(&self.owner.inner, Action::Send(None)).await
    }

    /// The next value, or `None` at the end: `async for` is
    /// `while let Some(value) = generator.next().await? { … }`.
    ///
    /// # Errors
    ///
    /// As [`anext`](AsyncGenerator::anext), but for the end.
    pub async fn next(&self) -> Result<Option<Y>> {
        match self.anext().await {
            Ok(value) => Ok(Some(value)),
            Err(end) if end.is::<StopAsyncIteration>() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// As [`anext`](AsyncGenerator::anext), and the `yield_` the body is suspended at gives
    /// `value`.
    ///
    /// # Errors
    ///
    /// As [`anext`](AsyncGenerator::anext); "can't send non-None value to a just-started async
    /// generator".
    ///
    /// The original is
    /// [`agen.asend`](https://docs.python.org/3/reference/expressions.html#agen.asend).
    pub async fn asend(&self, value: S) -> Result<Y> {
        Step::new(&self.owner.inner, Action::Send(Some(value))).await
    }

    /// As [`anext`](AsyncGenerator::anext), and the `yield_` the body is suspended at fails with
    /// `error`.
    ///
    /// # Errors
    ///
    /// As [`anext`](AsyncGenerator::anext); `error` where the body does not catch it or was not
    /// started.
    ///
    /// The original is
    /// [`agen.athrow`](https://docs.python.org/3/reference/expressions.html#agen.athrow).
    pub async fn athrow(&self, error: impl Into<Error>) -> Result<Y> {
        Step::new(&self.owner.inner, Action::Throw(error.into())).await
    }

    /// Ends the body: [`GeneratorExit`] arrives at the `yield_` it is suspended at, and the body
    /// cleans up, with awaits where it likes.
    ///
    /// # Errors
    ///
    /// What the body fails with; "async generator ignored GeneratorExit" where it yields again;
    /// "aclose(): asynchronous generator is already running".
    ///
    /// The original is
    /// [`agen.aclose`](https://docs.python.org/3/reference/expressions.html#agen.aclose).
    pub async fn aclose(&self) -> Result<()> {
        self.owner.inner.aclose().await
    }
}

impl<Y: 'static, S: 'static> Clone for AsyncGenerator<Y, S> {
    fn clone(&self) -> Self {
        AsyncGenerator { owner: self.owner.clone() }
    }
}

impl<Y: 'static, S: 'static> fmt::Debug for AsyncGenerator<Y, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.owner.inner.state.get() {
            State::New => "<async generator not started>",
            State::Yielded => "<async generator suspended>",
            State::Midway => "<async generator running>",
            State::Ended => "<async generator finished>",
        })
    }
}

impl<Y: 'static, S: 'static> Drop for Owner<Y, S> {
    fn drop(&mut self) {
        let inner = &self.inner;
        let Some(home) = inner.leave_home() else { return };
        if inner.closed.get() || home.core.is_closed() {
            // The body is dropped with the generator: nobody is left to await its clean-up.
            return;
        }
        let (inner, core) = (inner.clone(), home.core.clone());
        let close = move || {
            let coroutine = async move { inner.aclose().await };
            drop(Task::start(&core, coroutine, How::default(), Location::caller()));
        };
        let callback = Callback::new(close, In::Copy(context::snapshot()), Location::caller());
        home.core.queue_call(callback);
    }
}

impl<Y: 'static, S: 'static> Inner<Y, S> {
    async fn aclose(self: &Rc<Self>) -> Result<()> {
        match Step::new(self, Action::Close).await {
            Ok(_) => {
                self.end();
                Err(Error::msg("async generator ignored GeneratorExit"))
            }
            Err(end) if end.is::<StopAsyncIteration>() || end.is::<GeneratorExit>() => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn end(&self) {
        self.state.set(State::Ended);
        drop(self.body.take());
        self.leave_home();
    }

    fn leave_home(&self) -> Option<Home> {
        let home = self.home.take()?;
        if let Some(open) = home.core.extras().find::<OpenGenerators>() {
            let gone = open.list.borrow_mut().try_remove(home.key);
            drop(gone);
        }
        Some(home)
    }

    /// Enters the list of the running loop, at the first step.
    fn find_home(self: &Rc<Self>) {
        let Some(core) = running::with_running_loop(Core::this) else { return };
        let open = core.extras().get::<OpenGenerators>();
        if open.shut_down.get() {
            let text = "an async generator was first iterated after shutdown_asyncgens()";
            core.report(ExceptionContext::new(text, None));
        }
        let weak = Rc::downgrade(self);
        let key = open.list.borrow_mut().insert(weak);
        *self.home.borrow_mut() = Some(Home { core, key });
    }
}

/// The generators of a loop that are not at their end.
#[derive(Default)]
struct OpenGenerators {
    list: RefCell<Slab<Weak<dyn Unfinished>>>,
    shut_down: Cell<bool>,
}

impl Part for OpenGenerators {}

/// A generator without its types.
trait Unfinished {
    fn close(self: Rc<Self>) -> Pin<Box<dyn Future<Output = Result<()>>>>;
}

impl<Y: 'static, S: 'static> Unfinished for Inner<Y, S> {
    fn close(self: Rc<Self>) -> Pin<Box<dyn Future<Output = Result<()>>>> {
        Box::pin(async move { self.aclose().await })
    }
}

impl Loop {
    /// Closes all async generators that were begun and are not at their end, all at once.
    ///
    /// A failure in one goes to the exception handler. [`run`](super::run) does this at its end.
    ///
    /// # Errors
    ///
    /// `Cancelled` when the task is cancelled meanwhile.
    ///
    /// The original is
    /// [`loop.shutdown_asyncgens`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.shutdown_asyncgens).
    pub async fn shutdown_asyncgens(&self) -> Result<()> {
        let open = self.core().extras().get::<OpenGenerators>();
        open.shut_down.set(true);
        let left: Vec<_> =
            open.list.borrow().iter().filter_map(|(_, generator)| generator.upgrade()).collect();
        let closing: Vec<Task<()>> =
            left.into_iter().map(|generator| self.create_task(generator.close())).collect();
        for task in &closing {
            if let Err(error) = task.clone().await {
                if !task.done() {
                    return Err(error);
                }
                if !error.is_cancelled() {
                    let text = "an error occurred during closing of asynchronous generator";
                    self.call_exception_handler(ExceptionContext::new(text, Some(error)));
                }
            }
        }
        Ok(())
    }
}
