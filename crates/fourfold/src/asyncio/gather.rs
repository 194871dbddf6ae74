//! The results of several awaitables that run at once.
//!
//! All children share one state, and each of them has one listener that refers to it: nothing
//! else is kept for a child. As in the original, a child that is done queues a call; the last
//! call – or the first that finds a failure – sets the outer future; and whoever awaits that is
//! woken a turn later.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::{Future as StdFuture, IntoFuture};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use super::cell::Flag;
use super::ensure_future::{Read, ensure};
use super::futures::{EachDone, Future};
use super::gather_children::{Children, Gatherable, List};
use super::loop_core;
use super::tasks::running_core;
use crate::{Error, Result};

/// Runs `awaitables` at once and gives their results in the order of the arguments.
///
/// Coroutines become tasks right away; tasks and futures are used as they are, and one that is
/// given twice counts once. The first failure is given at once, a child's `Cancelled` included;
/// the siblings go on. With [`return_exceptions`](Gather::return_exceptions) failures are results
/// like others. When the caller is cancelled, or the gathering itself, all children are.
///
/// For values of different types see [`gather!`](macro@super::gather).
///
/// # Panics
///
/// Where no loop is running on this thread, unless all are tasks or futures.
///
/// The original is
/// [`asyncio.gather`](https://docs.python.org/3/library/asyncio-task.html#asyncio.gather).
///
/// ```
/// use std::time::Duration;
/// use fourfold::asyncio;
///
/// asyncio::run(async {
///     let double = |n: u64| async move {
///         asyncio::sleep(Duration::from_millis(n)).await?;
///         Ok(2 * n)
///     };
///     assert_eq!(asyncio::gather((1..4).rev().map(double)).await?, [6, 4, 2]);
///     Ok(())
/// })
/// .unwrap();
/// ```
#[track_caller]
pub fn gather<T, A>(awaitables: impl IntoIterator<Item = A>) -> Gather<List<T>>
where
    T: 'static,
    A: IntoFuture<Output = Result<T>>,
    A::IntoFuture: 'static,
{
    let awaitables = awaitables.into_iter();
    let mut adding = Adding::new();
    let mut done = None;
    let mut list = List::with_capacity(awaitables.size_hint().0);
    for awaitable in awaitables {
        let (future, read) = adding.add(awaitable, &mut done);
        list.push(future, read);
    }
    adding.finish(list)
}

/// As [`gather`], of a tuple of awaitables of any types, giving a tuple of results.
///
/// # Panics
///
/// As [`gather`].
///
/// ```
/// use fourfold::asyncio;
///
/// asyncio::run(async {
///     let pair = (async { Ok(1) }, async { Ok("one") });
///     assert_eq!(asyncio::gather_tuple(pair).await?, (1, "one"));
///     Ok(())
/// })
/// .unwrap();
/// ```
#[track_caller]
pub fn gather_tuple<G: Gatherable>(awaitables: G) -> Gather<G::Children> {
    let mut adding = Adding::new();
    let children = awaitables.add_to(&mut adding);
    adding.finish(children)
}

/// As [`gather`](fn@crate::asyncio::gather), of up to eight awaitables of any types, giving a
/// tuple of results.
///
/// ```
/// use fourfold::asyncio;
///
/// asyncio::run(async {
///     let (number, text) = asyncio::gather!(async { Ok(1) }, async { Ok("one") }).await?;
///     assert_eq!((number, text), (1, "one"));
///     Ok(())
/// })
/// .unwrap();
/// ```
#[doc(hidden)]
#[macro_export]
macro_rules! __asyncio_gather {
    ($($awaitable:expr),+ $(,)?) => {
        $crate::asyncio::gather_tuple(($($awaitable,)+))
    };
}

/// What all children of a gathering share.
struct Shared<C> {
    outer: RefCell<Option<Future<()>>>,
    children: RefCell<Option<C>>,
    /// How many different children there are, and how many of them are done.
    total: Cell<usize>,
    finished: Cell<usize>,
    return_exceptions: Cell<bool>,
    cancel_requested: Cell<bool>,
}

/// A gathering while its children are added.
pub struct Adding<C: Children> {
    shared: Rc<Shared<C>>,
    done: Vec<Box<dyn FnOnce()>>,
    core: Option<Arc<loop_core::Core>>,
}

impl<C: Children> Adding<C> {
    fn new() -> Adding<C> {
        Adding {
            shared: Rc::new(Shared {
                outer: RefCell::new(None),
                children: RefCell::new(None),
                total: Cell::new(0),
                finished: Cell::new(0),
                return_exceptions: Cell::new(false),
                cancel_requested: Cell::new(false),
            }),
            done: Vec::new(),
            core: None,
        }
    }

    #[track_caller]
    #[inline]
    pub(super) fn add<T, A>(
        &mut self,
        awaitable: A,
        done: &mut Option<EachDone<T>>,
    ) -> (Future<T>, Read<T>)
    where
        T: 'static,
        A: IntoFuture<Output = Result<T>>,
        A::IntoFuture: 'static,
    {
        let child = ensure(awaitable);
        let data = child.future.cell().data();
        if self.core.is_none() {
            self.core = Some(data.core().this());
        }
        if !child.fresh {
            if data.local().has(Flag::Listed) {
                return (child.future, child.read);
            }
            // Until all were added: `Children::unlist` clears it.
            data.local().set(Flag::Listed);
        }
        self.shared.total.set(self.shared.total.get() + 1);
        if child.future.done() {
            let (shared, future) = (self.shared.clone(), child.future.clone());
            self.done.push(Box::new(move || child_is_done(&shared, &future)));
        } else {
            let done = done.get_or_insert_with(|| {
                let shared = self.shared.clone();
                EachDone::new(move |child| child_is_done(&shared, &child))
            });
            child.future.on_each_done(done);
        }
        (child.future, child.read)
    }

    #[track_caller]
    fn finish(self, children: C) -> Gather<C> {
        let Adding { shared, done, core } = self;
        children.unlist();
        let core = core.unwrap_or_else(|| running_core());
        // Weak, since the outer future holds it and the state holds the outer future.
        let weak = Rc::downgrade(&shared);
        let outer = Future::cancelled_through(
            &core,
            Rc::new(move || weak.upgrade().is_some_and(|shared| shared.cancel_children())),
        );
        shared.outer.replace(Some(outer.clone()));
        shared.children.replace(Some(children));
        if shared.total.get() == 0 {
            outer.resolve(());
        }
        done.into_iter().for_each(|call| call());
        Gather { shared, outer }
    }
}

impl<C: Children> Shared<C> {
    fn cancel_children(&self) -> bool {
        let message = self.outer().and_then(|outer| {
            outer.cell().data().local().peek_extra(|extra| extra.cancel_message.clone()).flatten()
        });
        // Not borrowed while they are cancelled: cancelling runs foreign code.
        let children = self.children.take();
        let any = children.as_ref().is_some_and(|children| children.cancel(message));
        self.children.replace(children);
        if any {
            self.cancel_requested.set(true);
        }
        any
    }

    fn outer(&self) -> Option<Future<()>> {
        self.outer.borrow().clone()
    }

    fn is_over(&self) -> bool {
        self.outer.borrow().as_ref().is_none_or(Future::done)
    }

    fn set(&self, outcome: Result<()>) {
        if let Some(outer) = self.outer() {
            let set = match outcome {
                Ok(()) => outer.set_result(()),
                Err(error) => outer.set_exception(error),
            };
            debug_assert!(set.is_ok(), "only the gathering sets it, and it was not done");
        }
    }
}

/// A child's done callback.
fn child_is_done<T: 'static, C: Children>(shared: &Shared<C>, child: &Future<T>) {
    let finished = shared.finished.get() + 1;
    shared.finished.set(finished);
    let failure = child.failure();
    // Nearly every child is neither the last nor a failure, and nothing is to be done for it.
    if failure.is_none() && finished < shared.total.get() {
        return;
    }
    if shared.is_over() {
        return;
    }
    if let Some(error) = failure.as_ref()
        && !shared.return_exceptions.get()
    {
        return shared.set(Err(error.clone()));
    }
    if finished == shared.total.get() {
        if shared.cancel_requested.get() {
            // Children that refused do not make the cancellation undone.
            let error = failure.filter(Error::is_cancelled);
            let error = error.unwrap_or_else(|| child.cell().data().local().cancelled_error());
            shared.set(Err(error));
        } else {
            shared.set(Ok(()));
        }
    }
}

/// What [`gather`] returns: awaiting it gives the results.
///
/// Dropping it cancels nothing.
#[must_use = "the results come to who awaits them"]
pub struct Gather<C> {
    shared: Rc<Shared<C>>,
    outer: Future<()>,
}

impl<C: Children> Gather<C> {
    /// Gives every child's outcome, failures included, and fails only when it is cancelled.
    pub fn return_exceptions(mut self) -> GatherOutcomes<C> {
        self.shared.return_exceptions.set(true);
        if self.outer.done() && self.outer.failure().is_some() {
            // A child had failed before it was gathered. That is a result now.
            let shared = &self.shared;
            let weak = Rc::downgrade(shared);
            self.outer = Future::cancelled_through(
                self.outer.cell().data().core(),
                Rc::new(move || weak.upgrade().is_some_and(|shared| shared.cancel_children())),
            );
            shared.outer.replace(Some(self.outer.clone()));
            if shared.finished.get() == shared.total.get() {
                shared.set(Ok(()));
            }
        }
        GatherOutcomes(self)
    }

    /// Cancels all children. `false`: all were done, so nothing was there to cancel.
    pub fn cancel(&self) -> bool {
        self.outer.cancel()
    }

    /// As [`cancel`](Gather::cancel), with a text that the `Cancelled` errors carry.
    pub fn cancel_with(&self, message: impl Into<Arc<str>>) -> bool {
        self.outer.cancel_with(message)
    }

    /// Whether it has its outcome.
    pub fn done(&self) -> bool {
        self.outer.done()
    }

    /// Whether it counts as cancelled: never, a `Cancelled` is its exception.
    pub fn cancelled(&self) -> bool {
        self.outer.cancelled()
    }

    /// The exception, if it ended with one.
    ///
    /// # Errors
    ///
    /// As [`Future::exception`].
    pub fn exception(&self) -> Result<Option<Error>> {
        self.outer.exception()
    }

    fn poll_outer<R>(
        &mut self,
        context: &mut Context<'_>,
        collect: impl FnOnce(&C) -> Result<R>,
    ) -> Poll<Result<R>> {
        match self.outer.poll_wait(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(cancelled)) => Poll::Ready(Err(cancelled)),
            Poll::Ready(Ok(())) => Poll::Ready(self.outer.result().and_then(|()| {
                let children = self.shared.children.take();
                collect(&children.expect("a gathering that is done is awaited once"))
            })),
        }
    }
}

impl<C> Drop for Gather<C> {
    fn drop(&mut self) {
        // The children have the state for their listener, so it must not have them for ever.
        let children = self.shared.children.take();
        drop(children);
    }
}

impl<C: Children> StdFuture for Gather<C> {
    type Output = Result<C::Results>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.get_mut().poll_outer(context, C::results)
    }
}

/// What [`Gather::return_exceptions`] returns: awaiting it gives the outcomes.
#[must_use = "the outcomes come to who awaits them"]
pub struct GatherOutcomes<C>(Gather<C>);

/// Cancelling and asking are the gathering's.
impl<C> std::ops::Deref for GatherOutcomes<C> {
    type Target = Gather<C>;

    fn deref(&self) -> &Gather<C> {
        &self.0
    }
}

impl<C: Children> StdFuture for GatherOutcomes<C> {
    type Output = Result<C::Outcomes>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.get_mut().0.poll_outer(context, |children| Ok(children.outcomes()))
    }
}

impl<C> fmt::Debug for Gather<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Gather")
            .field("done", &self.outer.done())
            .field("finished", &self.shared.finished.get())
            .field("of", &self.shared.total.get())
            .finish()
    }
}

impl<C> fmt::Debug for GatherOutcomes<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl<C: Children> fmt::Debug for Adding<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Adding").finish_non_exhaustive()
    }
}
