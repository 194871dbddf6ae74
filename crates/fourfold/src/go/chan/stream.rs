//! What is received, as a stream of the crate `futures`.

use std::fmt;
use std::future::Future;
use std::marker::Send;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_core::Stream;

use super::{Chan, Receiver, TryRecvError};

impl<T: Send + 'static> Chan<T> {
    /// What is received from it, until it is closed and empty. Other receivers may take their share.
    ///
    /// ```
    /// use fourfold::go::{self, chan};
    /// use futures_util::StreamExt;
    ///
    /// let all = go::run(|| {
    ///     let numbers = chan::make::<u32>(2);
    ///     numbers.send(1);
    ///     numbers.send(2);
    ///     numbers.close();
    ///     go::wait(numbers.into_stream().map(|n| 10 * n).collect::<Vec<_>>())
    /// });
    /// assert_eq!(all, [10, 20]);
    /// ```
    pub fn into_stream(self) -> ChanStream<T> {
        ChanStream { chan: self, next: None }
    }
}

impl<T: Send + 'static> Receiver<T> {
    /// As [`Chan::into_stream`].
    pub fn into_stream(self) -> ChanStream<T> {
        self.into_chan().into_stream()
    }
}

/// What is received from a channel; from [`Chan::into_stream`].
///
/// Dropping it loses nothing: what was handed to it and not looked at goes to the next receiver.
#[must_use = "streams do nothing until they are polled"]
pub struct ChanStream<T> {
    chan: Chan<T>,
    /// While the last poll was pending.
    next: Option<Pin<Box<dyn Future<Output = Option<T>> + Send>>>,
}

impl<T: Send + 'static> Stream for ChanStream<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        if self.next.is_none() {
            match self.chan.try_recv() {
                Ok(value) => return Poll::Ready(Some(value)),
                Err(TryRecvError::Closed) => return Poll::Ready(None),
                Err(TryRecvError::Empty) => {}
            }
        }
        let this = &mut *self;
        let next = this.next.get_or_insert_with(|| {
            let chan = this.chan.clone();
            Box::pin(async move { chan.recv_async().await })
        });
        let received = next.as_mut().poll(context);
        if received.is_ready() {
            this.next = None;
        }
        received
    }
}

impl<T> fmt::Debug for ChanStream<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChanStream").field("chan", &self.chan).finish_non_exhaustive()
    }
}
