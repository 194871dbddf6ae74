//! From the streams of the crate `futures`.

use std::future::poll_fn;
use std::pin::pin;

use futures_core::Stream;

use super::super::core::{self, Core};
use super::{AsyncGenerator, AsyncYielder, async_generator};

/// A stream as an async generator. Closing it, as a loop does that is left early, drops the stream. While
/// the next item is awaited the loop goes on.
///
/// The way back is [`values`](super::AsyncIterator::values).
///
/// ```
/// use fourfold::js::{self, for_each, from_stream};
///
/// js::run(async {
///     let mut sum = 0;
///     for_each(from_stream(futures_util::stream::iter(1..4)), async |n| {
///         sum += n;
///         Ok(())
///     })
///     .await?;
///     assert_eq!(sum, 6);
///     Ok(())
/// })
/// # ?; Ok::<(), fourfold::Error>(())
/// ```
#[track_caller]
pub fn from_stream<S>(stream: S) -> AsyncGenerator<S::Item>
where
    S: Stream + 'static,
    S::Item: Clone + 'static,
{
    async_generator(async move |y: AsyncYielder<S::Item>| {
        let mut stream = pin!(stream);
        loop {
            let mut outside = None;
            let next = poll_fn(|context| {
                let next = stream.as_mut().poll_next(context);
                if next.is_pending() && outside.is_none() {
                    outside = Some(core::with_running(Core::outside_work));
                }
                next
            });
            let Some(item) = next.await else { return Ok(()) };
            drop(outside);
            y.yield_(item).await?;
        }
    })
}
