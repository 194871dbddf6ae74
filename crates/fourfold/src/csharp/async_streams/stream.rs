//! From and to the streams of the crate `futures`.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use super::super::cancellation::{CancellationToken, CancellationTokenRegistration};
use super::super::relay::Relay;
use super::{AsyncEnumerable, AsyncEnumerator};
use crate::Result;

/// A stream as a sequence. A step fails where the token of the walk is cancelled.
///
/// ```
/// use fourfold::csharp::{self, await_foreach, from_stream};
///
/// csharp::run(async {
///     let mut sum = 0;
///     let stream = from_stream(futures_util::stream::iter(1..4));
///     await_foreach!(number in stream => { sum += number })?;
///     assert_eq!(sum, 6);
///     Ok(())
/// })?;
/// # Ok::<(), fourfold::Error>(())
/// ```
pub fn from_stream<S: Stream>(stream: S) -> FromStream<S> {
    FromStream { stream }
}

/// What [`from_stream`] returns.
#[derive(Clone, Debug)]
pub struct FromStream<S> {
    stream: S,
}

impl<S: Stream> AsyncEnumerable for FromStream<S> {
    type Item = S::Item;
    type Enumerator = StreamEnumerator<S>;

    fn get_async_enumerator(self, token: CancellationToken) -> StreamEnumerator<S> {
        let stream = Some(Box::pin(self.stream));
        StreamEnumerator { stream, current: None, token, canceled: None }
    }
}

/// A walk through a stream.
pub struct StreamEnumerator<S: Stream> {
    /// Until its end.
    stream: Option<Pin<Box<S>>>,
    current: Option<S::Item>,
    token: CancellationToken,
    /// Wakes a step when the token is cancelled.
    canceled: Option<(Arc<Relay>, CancellationTokenRegistration)>,
}

impl<S: Stream> StreamEnumerator<S> {
    /// Pending: the context's task is woken when the token is cancelled.
    fn watch_token(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if !self.token.can_be_canceled() {
            return Poll::Pending;
        }
        let (relay, _) = self.canceled.get_or_insert_with(|| {
            let relay = Relay::new(context.waker().clone());
            let woken = relay.clone();
            (relay, self.token.unsafe_register(move || woken.wake_in_turn()))
        });
        relay.poll(context)
    }
}

impl<S: Stream> AsyncEnumerator for StreamEnumerator<S> {
    type Item = S::Item;

    fn poll_move_next(&mut self, context: &mut Context<'_>) -> Poll<Result<bool>> {
        let Some(stream) = &mut self.stream else { return Poll::Ready(Ok(false)) };
        if let Err(error) = self.token.throw_if_cancellation_requested() {
            self.stream = None;
            return Poll::Ready(Err(error));
        }
        let Poll::Ready(item) = stream.as_mut().poll_next(context) else {
            if self.watch_token(context).is_pending() {
                return Poll::Pending;
            }
            self.stream = None;
            return Poll::Ready(self.token.throw_if_cancellation_requested().map(|()| false));
        };
        self.current = item;
        if self.current.is_none() {
            self.stream = None;
        }
        Poll::Ready(Ok(self.current.is_some()))
    }

    fn current(&self) -> &S::Item {
        self.current.as_ref().expect("the last step went to an item")
    }

    fn take_current(&mut self) -> S::Item {
        self.current.take().expect("the last step went to an item")
    }

    /// Drops the stream.
    fn poll_dispose(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        self.stream = None;
        Poll::Ready(Ok(()))
    }
}

impl<S: Stream> fmt::Debug for StreamEnumerator<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamEnumerator").field("ended", &self.stream.is_none()).finish()
    }
}

/// A walk as a stream; from [`AsyncEnumerable::into_stream`].
#[derive(Debug)]
#[must_use = "streams do nothing until they are polled"]
pub struct IntoStream<E> {
    enumerator: Option<E>,
}

impl<E> IntoStream<E> {
    pub(super) fn new(enumerator: E) -> IntoStream<E> {
        IntoStream { enumerator: Some(enumerator) }
    }
}

// The enumerator is never pinned.
impl<E> Unpin for IntoStream<E> {}

impl<E: AsyncEnumerator> Stream for IntoStream<E> {
    type Item = Result<E::Item>;

    /// A failure is the last item.
    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let Some(enumerator) = &mut self.enumerator else { return Poll::Ready(None) };
        let moved = ready!(enumerator.poll_move_next(context));
        if let Ok(true) = moved {
            return Poll::Ready(Some(Ok(enumerator.take_current())));
        }
        self.enumerator = None;
        Poll::Ready(moved.err().map(Err))
    }
}
