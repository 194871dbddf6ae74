//! From and to the streams of the crate `futures`.

use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use futures_core::Stream;

use super::foreign::Cancellable;
use super::generators::{AsyncGenerator, async_generator};
use crate::Result;
use crate::generator::Yielder;

/// A stream as an async generator: its steps fail where their task is cancelled, and closing it drops
/// the stream.
///
/// A stream may be polled in a coroutine as it is, too; then a cancellation does not reach that wait,
/// as with every [foreign future](Cancellable).
///
/// ```
/// use fourfold::asyncio::{self, from_stream};
///
/// asyncio::run(async {
///     let numbers = from_stream(futures_util::stream::iter(1..4));
///     let mut sum = 0;
///     while let Some(n) = numbers.next().await? {
///         sum += n;
///     }
///     assert_eq!(sum, 6);
///     Ok(())
/// })?;
/// # Ok::<(), fourfold::Error>(())
/// ```
pub fn from_stream<S>(stream: S) -> AsyncGenerator<S::Item>
where
    S: Stream + 'static,
    S::Item: 'static,
{
    async_generator(async move |y: Yielder<S::Item>| {
        let mut stream = pin!(stream);
        while let Some(item) =
            poll_fn(|context| stream.as_mut().poll_next(context)).cancellable().await?
        {
            y.yield_(item).await?;
        }
        Ok(())
    })
}

impl<Y: 'static> AsyncGenerator<Y> {
    /// Its values as a stream; a failure is the last of them. Dropped before the end it closes the
    /// generator, as dropping that does.
    ///
    /// ```
    /// use fourfold::asyncio::{self, async_generator};
    /// use fourfold::generator::Yielder;
    /// use futures_util::StreamExt;
    ///
    /// let squares = asyncio::run(async {
    ///     let numbers = async_generator(async |y: Yielder<u32>| {
    ///         y.yield_(1).await?;
    ///         y.yield_(2).await?;
    ///         Ok(())
    ///     });
    ///     Ok(numbers.into_stream().map(|n| n.unwrap().pow(2)).collect::<Vec<_>>().await)
    /// })?;
    /// assert_eq!(squares, [1, 4]);
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    pub fn into_stream(self) -> GeneratorStream<Y> {
        GeneratorStream { generator: Some(self), step: None }
    }
}

/// The values of an [`AsyncGenerator`]; from [`AsyncGenerator::into_stream`].
#[must_use = "streams do nothing until they are polled"]
pub struct GeneratorStream<Y: 'static> {
    /// `None` at the end.
    generator: Option<AsyncGenerator<Y>>,
    step: Option<Step<Y>>,
}

type Step<Y> = Pin<Box<dyn Future<Output = Result<Option<Y>>>>>;

impl<Y: 'static> Stream for GeneratorStream<Y> {
    type Item = Result<Y>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Y>>> {
        let this = &mut *self;
        let Some(generator) = &this.generator else { return Poll::Ready(None) };
        let step = this.step.get_or_insert_with(|| {
            let generator = generator.clone();
            Box::pin(async move { generator.next().await })
        });
        let Poll::Ready(next) = step.as_mut().poll(context) else { return Poll::Pending };
        this.step = None;
        let next = next.transpose();
        if !matches!(next, Some(Ok(_))) {
            this.generator = None;
        }
        Poll::Ready(next)
    }
}

impl<Y: 'static> fmt::Debug for GeneratorStream<Y> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open = self.generator.is_some();
        f.debug_struct("GeneratorStream").field("open", &open).finish_non_exhaustive()
    }
}
