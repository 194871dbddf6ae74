//! The half that writes.

use std::fmt;
use std::sync::Arc;

use super::super::cancellation::CancellationToken;
use super::super::value_task::ValueTask;
use super::shared::{Shared, completed_twice};
use crate::{Error, Result};

/// Writes to a [`Channel`](super::Channel). Copies write to the same one; dropping them all completes nothing.
///
/// The original: [`ChannelWriter<T>`](https://learn.microsoft.com/dotnet/api/system.threading.channels.channelwriter-1).
pub struct ChannelWriter<T: Send + 'static> {
    pub(super) shared: Arc<Shared<T>>,
}

impl<T: Send + 'static> ChannelWriter<T> {
    /// Writes an item if there is room, or if the channel is one that drops.
    ///
    /// # Errors
    ///
    /// The item, if the channel is full or completed.
    #[inline]
    pub fn try_write(&self, item: T) -> std::result::Result<(), T> {
        self.shared.try_write(item)
    }

    /// Writes an item when there is room.
    ///
    /// # Errors
    ///
    /// [`ChannelClosedException`](crate::csharp::ChannelClosedException), if it is completed before that; its
    /// [cause](Error::cause) is the error it was completed with, if it was. The item is dropped.
    ///
    /// # Cancellation
    ///
    /// Where the value task is dropped before it has ended, the item is dropped and not written.
    #[inline]
    pub fn write_async(&self, item: T) -> ValueTask<()> {
        self.shared.write(item, &CancellationToken::none())
    }

    /// As [`write_async`](ChannelWriter::write_async), with a token that cancels the wait.
    pub fn write_async_with(&self, item: T, token: CancellationToken) -> ValueTask<()> {
        self.shared.write(item, &token)
    }

    /// Waits until there is room, which another may take; false if there will be none.
    ///
    /// # Errors
    ///
    /// What the channel was completed with.
    pub fn wait_to_write_async(&self) -> ValueTask<bool> {
        self.shared.look_to_write(&CancellationToken::none())
    }

    /// As [`wait_to_write_async`](ChannelWriter::wait_to_write_async), with a token that cancels the wait.
    pub fn wait_to_write_async_with(&self, token: CancellationToken) -> ValueTask<bool> {
        self.shared.look_to_write(&token)
    }

    /// Says that nothing will be written any more. What was written can be read.
    ///
    /// # Errors
    ///
    /// [`ChannelClosedException`](crate::csharp::ChannelClosedException) if that was said before.
    pub fn complete(&self) -> Result<()> {
        if self.try_complete() { Ok(()) } else { completed_twice() }
    }

    /// As [`complete`](ChannelWriter::complete), because of an error, which who reads gets after the last item.
    ///
    /// # Errors
    ///
    /// [`ChannelClosedException`](crate::csharp::ChannelClosedException) if it was completed before.
    pub fn complete_with(&self, error: impl Into<Error>) -> Result<()> {
        if self.try_complete_with(error) { Ok(()) } else { completed_twice() }
    }

    /// As [`complete`](ChannelWriter::complete); false if that was said before.
    pub fn try_complete(&self) -> bool {
        self.shared.complete(None)
    }

    /// As [`complete_with`](ChannelWriter::complete_with); false if it was completed before.
    pub fn try_complete_with(&self, error: impl Into<Error>) -> bool {
        self.shared.complete(Some(error.into()))
    }
}

impl<T: Send + 'static> Clone for ChannelWriter<T> {
    fn clone(&self) -> ChannelWriter<T> {
        ChannelWriter { shared: self.shared.clone() }
    }
}

impl<T: Send + 'static> PartialEq for ChannelWriter<T> {
    /// Whether both write to the same channel.
    fn eq(&self, other: &ChannelWriter<T>) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T: Send + 'static> Eq for ChannelWriter<T> {}

impl<T: Send + 'static> fmt::Debug for ChannelWriter<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::debug("ChannelWriter", &self.shared, f)
    }
}
