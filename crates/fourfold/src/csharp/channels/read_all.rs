//! All items of a channel, as an async stream.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::super::async_streams::{AsyncEnumerable, AsyncEnumerator};
use super::super::cancellation::CancellationToken;
use super::super::value_task::ValueTaskFuture;
use super::ChannelReader;
use crate::Result;

/// What [`ChannelReader::read_all_async`] returns.
///
/// The token of a walk is looked at where it has to wait, and at its beginning.
///
/// The original: [`ReadAllAsync`](https://learn.microsoft.com/dotnet/api/system.threading.channels.channelreader-1.readallasync).
#[derive(Clone, Debug)]
pub struct ReadAll<T: Send + 'static> {
    reader: ChannelReader<T>,
}

impl<T: Send + 'static> ReadAll<T> {
    pub(super) fn new(reader: ChannelReader<T>) -> ReadAll<T> {
        ReadAll { reader }
    }
}

impl<T: Send + 'static> AsyncEnumerable for ReadAll<T> {
    type Item = T;
    type Enumerator = ReadAllEnumerator<T>;

    fn get_async_enumerator(self, token: CancellationToken) -> ReadAllEnumerator<T> {
        ReadAllEnumerator { reader: self.reader, token, phase: Phase::Empty, current: None }
    }
}

/// A walk through the items of a channel. An item that a step went to is read; leaving the walk leaves the others.
pub struct ReadAllEnumerator<T: Send + 'static> {
    reader: ChannelReader<T>,
    token: CancellationToken,
    phase: Phase,
    current: Option<T>,
}

enum Phase {
    /// It has to look whether there is something.
    Empty,
    Looks(ValueTaskFuture<bool>),
    /// There was something.
    Reads,
    Ended,
}

impl<T: Send + 'static> AsyncEnumerator for ReadAllEnumerator<T> {
    type Item = T;

    fn poll_move_next(&mut self, context: &mut Context<'_>) -> Poll<Result<bool>> {
        self.current = None;
        loop {
            self.phase = match &mut self.phase {
                Phase::Reads => {
                    self.current = self.reader.try_read();
                    if self.current.is_some() {
                        return Poll::Ready(Ok(true));
                    }
                    Phase::Empty
                }
                Phase::Empty => {
                    let look = self.reader.wait_to_read_async_with(self.token.clone());
                    Phase::Looks(look.into_future())
                }
                Phase::Looks(look) => match ready!(Pin::new(look).poll(context)) {
                    Ok(true) => Phase::Reads,
                    ended => {
                        self.phase = Phase::Ended;
                        return Poll::Ready(ended);
                    }
                },
                Phase::Ended => return Poll::Ready(Ok(false)),
            }
        }
    }

    fn current(&self) -> &T {
        self.current.as_ref().expect("the last step went to an item")
    }

    fn take_current(&mut self) -> T {
        self.current.take().expect("the last step went to an item")
    }

    fn poll_dispose(&mut self, _: &mut Context<'_>) -> Poll<Result<()>> {
        self.phase = Phase::Ended;
        Poll::Ready(Ok(()))
    }
}

impl<T: Send + 'static> fmt::Debug for ReadAllEnumerator<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadAllEnumerator").field("reader", &self.reader).finish_non_exhaustive()
    }
}
