//! Loops over what comes later.

use std::cell::RefCell;
use std::fmt;
use std::future::{Future, IntoFuture};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::super::core;
use super::super::generators::IteratorResult;
use super::super::promise::{Await, IntoPromise, Promise};
use super::AsyncGenerator;
use crate::Result;

/// What gives its values later, one by one: what a `for await` loop takes.
///
/// The original is the
/// [`AsyncIterator`](https://tc39.es/ecma262/#sec-asynciterator-interface) interface.
pub trait AsyncIterator: Sized {
    /// Its values.
    type Value: Clone + 'static;
    /// What it returns in the end.
    type Return: Clone + 'static;

    /// A promise of the next value, or of the end.
    fn next_result(&self) -> Promise<IteratorResult<Self::Value, Self::Return>>;

    /// Is called where a loop is left early: `return`. The loop awaits the promise.
    fn close_early(&self) -> Promise<IteratorResult<Self::Value, Self::Return>>;

    /// The values as a stream; a failure is the last of them. Dropped before the end, as by a `break`, it
    /// closes the iterator.
    ///
    /// ```
    /// use fourfold::js::{self, AsyncIterator, AsyncYielder, async_generator};
    /// use futures_util::StreamExt;
    ///
    /// let all = js::run(async {
    ///     let numbers = async_generator(async |y: AsyncYielder<i32>| {
    ///         y.yield_(1).await?;
    ///         y.yield_(2).await?;
    ///         Ok(())
    ///     });
    ///     let all: Vec<i32> = numbers.values().map(|n| n.unwrap()).collect().await;
    ///     Ok(all)
    /// })?;
    /// assert_eq!(all, [1, 2]);
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    fn values(self) -> AsyncValues<Self> {
        AsyncValues { iterator: Some(self), next: None }
    }
}

impl<Y: Clone + 'static, R: Clone + 'static> AsyncIterator for AsyncGenerator<Y, (), R> {
    type Value = Y;
    type Return = R;

    fn next_result(&self) -> Promise<IteratorResult<Y, R>> {
        self.next(())
    }

    fn close_early(&self) -> Promise<IteratorResult<Y, R>> {
        self.close()
    }
}

impl<Y: Clone + 'static, R: Clone + 'static> AsyncIterator for &AsyncGenerator<Y, (), R> {
    type Value = Y;
    type Return = R;

    fn next_result(&self) -> Promise<IteratorResult<Y, R>> {
        self.next(())
    }

    fn close_early(&self) -> Promise<IteratorResult<Y, R>> {
        self.close()
    }
}

impl<Y: Clone + 'static, R: Clone + 'static> AsyncGenerator<Y, (), R> {
    /// The next value; `None` at the end.
    ///
    /// # Errors
    ///
    /// What the body fails with.
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    pub async fn next_value(&self) -> Result<Option<Y>> {
        Ok(self.next(()).await?.value())
    }
}

/// The values of an iterator's promises, one after the other.
///
/// The original is `for await` of an array, by way of an
/// [async-from-sync iterator](https://tc39.es/ecma262/#sec-async-from-sync-iterator-objects).
///
/// ```
/// use fourfold::js::{self, Promise, each_of, for_each};
///
/// js::run(async {
///     let slow = js::set_timeout_promise_with(2, "slow");
///     for_each(each_of([slow, Promise::resolve("fast")]), async |text| {
///         println!("{text}");
///         Ok(())
///     })
///     .await
/// })
/// # ?; Ok::<(), fourfold::Error>(())
/// ```
pub fn each_of<I: IntoIterator>(promises: I) -> EachOf<I::IntoIter>
where
    I::Item: IntoPromise,
{
    EachOf(RefCell::new(Some(promises.into_iter())))
}

/// What [`each_of`] makes.
pub struct EachOf<I>(RefCell<Option<I>>);

impl<I> AsyncIterator for EachOf<I>
where
    I: Iterator,
    I::Item: IntoPromise,
{
    type Value = <I::Item as IntoPromise>::Value;
    type Return = ();

    fn next_result(&self) -> Promise<IteratorResult<Self::Value>> {
        let next = self.0.borrow_mut().as_mut().and_then(Iterator::next);
        match next {
            Some(item) => item.into_promise().then(|value| Ok(IteratorResult::Value(value))),
            None => {
                let over = self.0.take();
                drop(over);
                Promise::resolve(()).then(|()| Ok(IteratorResult::Done(None)))
            }
        }
    }

    fn close_early(&self) -> Promise<IteratorResult<Self::Value>> {
        let over = self.0.take();
        drop(over);
        Promise::resolve(IteratorResult::Done(None))
    }
}

impl<I> fmt::Debug for EachOf<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EachOf").finish_non_exhaustive()
    }
}

/// Runs `body` for each value, until there are no more, or it breaks: then closes the iterator, awaits
/// that, and gives what it broke with.
///
/// Dropped before its end the loop closes the iterator too, without waiting.
///
/// # Errors
///
/// What the iterator fails with, also where it is closed by a break; what `body` fails with, and then
/// not what closing fails with.
///
/// The original is
/// [`for await`](https://tc39.es/ecma262/#sec-for-in-and-for-of-statements).
///
/// ```
/// use std::ops::ControlFlow;
/// use fourfold::js::{self, AsyncYielder, async_generator, for_await};
///
/// let found = js::run(async {
///     let squares = async_generator(async |y: AsyncYielder<u64>| -> fourfold::Result<()> {
///         for n in 1.. {
///             y.yield_(n * n).await?;
///         }
///         Ok(())
///     });
///     for_await(squares, async |n| {
///         Ok(if n > 50 { ControlFlow::Break(n) } else { ControlFlow::Continue(()) })
///     })
///     .await
/// })?;
/// assert_eq!(found, Some(64));
/// # Ok::<(), fourfold::Error>(())
/// ```
pub async fn for_await<I: AsyncIterator, B>(
    iterator: I,
    mut body: impl AsyncFnMut(I::Value) -> Result<ControlFlow<B>>,
) -> Result<Option<B>> {
    let mut open = Open(Some(iterator));
    while let Some(iterator) = &open.0 {
        let next = match iterator.next_result().await {
            Ok(next) => next,
            Err(error) => {
                open.0 = None;
                return Err(error);
            }
        };
        let IteratorResult::Value(value) = next else { break };
        let went_on = body(value).await;
        if !matches!(went_on, Ok(ControlFlow::Continue(()))) {
            let closed = iterator.close_early();
            let iterator = open.0.take();
            let closed = closed.await;
            drop(iterator);
            let broken = went_on?.break_value();
            closed?;
            return Ok(broken);
        }
    }
    open.0 = None;
    Ok(None)
}

/// As [`for_await`], without breaks.
///
/// # Errors
///
/// What the iterator fails with, and what `body` fails with.
pub async fn for_each<I: AsyncIterator>(
    iterator: I,
    mut body: impl AsyncFnMut(I::Value) -> Result<()>,
) -> Result<()> {
    let each = async |value| {
        body(value).await?;
        Ok(ControlFlow::<()>::Continue(()))
    };
    for_await(iterator, each).await?;
    Ok(())
}

/// An iterator that is closed if it is dropped.
struct Open<I: AsyncIterator>(Option<I>);

impl<I: AsyncIterator> Drop for Open<I> {
    fn drop(&mut self) {
        if let Some(iterator) = self.0.take()
            && core::try_with_running(|_| ()).is_some()
        {
            let closed = iterator.close_early();
            drop(closed);
        }
    }
}

/// The stream of the values of an [`AsyncIterator`].
pub struct AsyncValues<I: AsyncIterator> {
    /// `None` at the end.
    iterator: Option<I>,
    next: Option<Await<IteratorResult<I::Value, I::Return>>>,
}

// Nothing in here is pinned.
impl<I: AsyncIterator> Unpin for AsyncValues<I> {}

impl<I: AsyncIterator> Stream for AsyncValues<I> {
    type Item = Result<I::Value>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<I::Value>>> {
        let this = &mut *self;
        let Some(iterator) = &this.iterator else { return Poll::Ready(None) };
        let next = this.next.get_or_insert_with(|| iterator.next_result().into_future());
        let Poll::Ready(result) = Pin::new(next).poll(context) else { return Poll::Pending };
        this.next = None;
        let item = match result {
            Ok(IteratorResult::Value(value)) => return Poll::Ready(Some(Ok(value))),
            Ok(IteratorResult::Done(_)) => None,
            Err(error) => Some(Err(error)),
        };
        this.iterator = None;
        Poll::Ready(item)
    }
}

impl<I: AsyncIterator> Drop for AsyncValues<I> {
    fn drop(&mut self) {
        drop(Open(self.iterator.take()));
    }
}

impl<I: AsyncIterator> fmt::Debug for AsyncValues<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self.iterator.is_some();
        f.debug_struct("AsyncValues").field("open", &open).finish_non_exhaustive()
    }
}
