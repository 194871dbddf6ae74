//! The half that reads.

use std::fmt;
use std::sync::Arc;

use super::super::cancellation::CancellationToken;
use super::super::task::Task;
use super::super::value_task::ValueTask;
use super::read_all::ReadAll;
use super::shared::Shared;

/// Reads from a [`Channel`](super::Channel). Copies read from the same one: each item is read once.
///
/// The original: [`ChannelReader<T>`](https://learn.microsoft.com/dotnet/api/system.threading.channels.channelreader-1).
pub struct ChannelReader<T: Send + 'static> {
    pub(super) shared: Arc<Shared<T>>,
}

impl<T: Send + 'static> ChannelReader<T> {
    /// The next item, if there is one.
    #[inline]
    pub fn try_read(&self) -> Option<T> {
        self.shared.try_read()
    }

    /// A copy of the next item, if there is one, which stays. The item's `clone` must not use the channel.
    pub fn try_peek(&self) -> Option<T>
    where
        T: Clone,
    {
        self.shared.peek()
    }

    /// The next item, when there is one.
    ///
    /// # Errors
    ///
    /// [`ChannelClosedException`](crate::csharp::ChannelClosedException) if there will be none; its
    /// [cause](crate::Error::cause) is the error that the channel was completed with, if it was.
    ///
    /// # Cancellation
    ///
    /// Where the value task, or its await, is dropped, no item is lost: one that it has got already is the next to
    /// be read.
    #[inline]
    pub fn read_async(&self) -> ValueTask<T> {
        self.shared.read(&CancellationToken::none())
    }

    /// As [`read_async`](ChannelReader::read_async), with a token that cancels the wait.
    pub fn read_async_with(&self, token: CancellationToken) -> ValueTask<T> {
        self.shared.read(&token)
    }

    /// Waits until there is an item, which another may take; false if there will be none.
    ///
    /// # Errors
    ///
    /// What the channel was completed with.
    #[inline]
    pub fn wait_to_read_async(&self) -> ValueTask<bool> {
        self.shared.look_to_read(&CancellationToken::none())
    }

    /// As [`wait_to_read_async`](ChannelReader::wait_to_read_async), with a token that cancels the wait.
    pub fn wait_to_read_async_with(&self, token: CancellationToken) -> ValueTask<bool> {
        self.shared.look_to_read(&token)
    }

    /// All items, in turn, until the channel is completed and empty. Several that walk share them.
    pub fn read_all_async(&self) -> ReadAll<T> {
        ReadAll::new(self.clone())
    }

    /// Ends when the channel is completed and its last item was read: as it was completed.
    pub fn completion(&self) -> Task {
        self.shared.completion()
    }

    /// How many items there are.
    pub fn count(&self) -> usize {
        self.shared.len()
    }

    /// Whether it can count: always.
    pub fn can_count(&self) -> bool {
        true
    }

    /// Whether it can [peek](ChannelReader::try_peek): always.
    pub fn can_peek(&self) -> bool {
        true
    }
}

impl<T: Send + 'static> Clone for ChannelReader<T> {
    fn clone(&self) -> ChannelReader<T> {
        ChannelReader { shared: self.shared.clone() }
    }
}

impl<T: Send + 'static> PartialEq for ChannelReader<T> {
    /// Whether both read from the same channel.
    fn eq(&self, other: &ChannelReader<T>) -> bool {
        Arc::ptr_eq(&self.shared, &other.shared)
    }
}

impl<T: Send + 'static> Eq for ChannelReader<T> {}

impl<T: Send + 'static> fmt::Debug for ChannelReader<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        super::debug("ChannelReader", &self.shared, f)
    }
}
