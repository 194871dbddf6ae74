//! How a sequence is walked through.

use std::task::{Context, Poll};

use super::super::ambient;
use super::super::cancellation::CancellationToken;
use super::{AsyncEnumerable, AsyncEnumerator};
use crate::Result;

/// A sequence with a token, or that does not mind where its walk goes on.
///
/// The original: [`ConfiguredCancelableAsyncEnumerable<T>`](https://learn.microsoft.com/dotnet/api/system.runtime.compilerservices.configuredcancelableasyncenumerable-1).
#[derive(Clone, Debug)]
pub struct ConfiguredCancelableAsyncEnumerable<S> {
    stream: S,
    token: CancellationToken,
    captures: bool,
}

impl<S> ConfiguredCancelableAsyncEnumerable<S> {
    pub(super) fn new(
        stream: S,
        token: CancellationToken,
        captures: bool,
    ) -> ConfiguredCancelableAsyncEnumerable<S> {
        ConfiguredCancelableAsyncEnumerable { stream, token, captures }
    }
}

impl<S: AsyncEnumerable> AsyncEnumerable for ConfiguredCancelableAsyncEnumerable<S> {
    type Item = S::Item;
    type Enumerator = ConfiguredAsyncEnumerator<S::Enumerator>;

    /// Of several tokens, that which was given last is the one.
    fn get_async_enumerator(self, token: CancellationToken) -> Self::Enumerator {
        let token = if token == CancellationToken::none() { self.token } else { token };
        let enumerator = self.stream.get_async_enumerator(token);
        ConfiguredAsyncEnumerator { enumerator, captures: self.captures }
    }
}

/// A walk through a [`ConfiguredCancelableAsyncEnumerable`].
#[derive(Debug)]
pub struct ConfiguredAsyncEnumerator<E> {
    enumerator: E,
    captures: bool,
}

impl<E> ConfiguredAsyncEnumerator<E> {
    fn configured<T>(&self, polled: Poll<T>) -> Poll<T> {
        if polled.is_pending() && !self.captures {
            ambient::do_not_capture();
        }
        polled
    }
}

impl<E: AsyncEnumerator> AsyncEnumerator for ConfiguredAsyncEnumerator<E> {
    type Item = E::Item;

    fn poll_move_next(&mut self, context: &mut Context<'_>) -> Poll<Result<bool>> {
        let polled = self.enumerator.poll_move_next(context);
        self.configured(polled)
    }

    fn current(&self) -> &E::Item {
        self.enumerator.current()
    }

    fn take_current(&mut self) -> E::Item {
        self.enumerator.take_current()
    }

    fn poll_dispose(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        let polled = self.enumerator.poll_dispose(context);
        self.configured(polled)
    }
}
