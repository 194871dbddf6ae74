//! Sequences whose items have to be waited for.
//!
//! An [`AsyncEnumerable`] is a recipe; its [`AsyncEnumerator`] is one walk through it. Most are written as
//! an [`async_iterator`] and walked by
//! [`await_foreach!`](super::await_foreach!):
//!
//! ```
//! use fourfold::csharp::{self, Task, async_iterator, await_foreach};
//!
//! csharp::run(async {
//!     let numbers = async_iterator(|yielder, _token| async move {
//!         for i in 1..=10 {
//!             Task::yield_now().await;
//!             yielder.yield_return(i).await?;
//!         }
//!         Ok(())
//!     });
//!     let mut sum = 0;
//!     await_foreach!(number in numbers => {
//!         sum += number;
//!         if sum > 5 {
//!             break;
//!         }
//!     })?;
//!     assert_eq!(sum, 6);
//!     Ok(())
//! })?;
//! # Ok::<(), fourfold::Error>(())
//! ```
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | the two traits, and the futures of a step and of the disposal |
//! | `iterator.rs` | [`async_iterator`]: writing one |
//! | `foreach.rs` | [`await_foreach!`](super::await_foreach!): walking through one |
//! | `configured.rs` | `with_cancellation`, `configure_await` |
//! | `stream.rs` | from and to the streams of the crate `futures` |

mod configured;
mod foreach;
mod iterator;
mod stream;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use super::cancellation::CancellationToken;
use crate::Result;
pub use configured::{ConfiguredAsyncEnumerator, ConfiguredCancelableAsyncEnumerable};
pub use iterator::{
    AsyncIterator, AsyncIteratorDisposed, AsyncIteratorEnumerator, Yield, Yielder, async_iterator,
    async_iterator_with,
};
pub use stream::{FromStream, IntoStream, StreamEnumerator, from_stream};

/// A sequence that can be walked through with awaits.
///
/// The original: [`IAsyncEnumerable<T>`](https://learn.microsoft.com/dotnet/api/system.collections.generic.iasyncenumerable-1).
/// There one object can be walked through several times; here it is used up, so clone it before.
pub trait AsyncEnumerable: Sized {
    /// What it yields.
    type Item;
    /// One walk.
    type Enumerator: AsyncEnumerator<Item = Self::Item>;

    /// Begins a walk, of which nothing runs before its first step. The token is for whoever yields.
    fn get_async_enumerator(self, token: CancellationToken) -> Self::Enumerator;

    /// As this one, walked with this token.
    ///
    /// The original: [`WithCancellation`](https://learn.microsoft.com/dotnet/api/system.threading.tasks.taskasyncenumerableextensions.withcancellation).
    fn with_cancellation(
        self,
        token: CancellationToken,
    ) -> ConfiguredCancelableAsyncEnumerable<Self> {
        ConfiguredCancelableAsyncEnumerable::new(self, token, true)
    }

    /// As this one; with `false` what awaits a step goes on anywhere, as by
    /// [`Task::configure_await`](super::Task::configure_await).
    fn configure_await(
        self,
        continue_on_captured_context: bool,
    ) -> ConfiguredCancelableAsyncEnumerable<Self> {
        let none = CancellationToken::none();
        ConfiguredCancelableAsyncEnumerable::new(self, none, continue_on_captured_context)
    }

    /// As a stream of the crate `futures`. A stream that is dropped is not disposed: what waits to be cleaned up
    /// with awaits is not.
    fn into_stream(self, token: CancellationToken) -> IntoStream<Self::Enumerator> {
        IntoStream::new(self.get_async_enumerator(token))
    }
}

/// One walk through an [`AsyncEnumerable`].
///
/// Whoever leaves it early [disposes](AsyncEnumerator::dispose_async) of it, which lets it clean up. One that is
/// dropped only is gone at once.
///
/// The original: [`IAsyncEnumerator<T>`](https://learn.microsoft.com/dotnet/api/system.collections.generic.iasyncenumerator-1).
/// There a step begins when it is called for, and a second one beside it is an error; here it begins when it is
/// awaited, and a second one does not compile.
pub trait AsyncEnumerator {
    /// What it yields.
    type Item;

    /// Goes to the next item; false at the end, and from then on.
    fn poll_move_next(&mut self, context: &mut Context<'_>) -> Poll<Result<bool>>;

    /// The item that the last step went to.
    ///
    /// # Panics
    ///
    /// If there is none: before the first step, at the end, and after it was taken.
    fn current(&self) -> &Self::Item;

    /// As [`current`](AsyncEnumerator::current), moved out.
    ///
    /// # Panics
    ///
    /// If there is none.
    fn take_current(&mut self) -> Self::Item;

    /// Lets it clean up.
    fn poll_dispose(&mut self, context: &mut Context<'_>) -> Poll<Result<()>>;

    /// Goes to the next item; false at the end.
    ///
    /// ```
    /// use fourfold::csharp::{self, AsyncEnumerable, AsyncEnumerator, CancellationToken, async_iterator};
    ///
    /// csharp::run(async {
    ///     let stream = async_iterator(|yielder, _token| async move { yielder.yield_return("one").await });
    ///     let mut enumerator = stream.get_async_enumerator(CancellationToken::none());
    ///     while enumerator.move_next_async().await? {
    ///         assert_eq!(*enumerator.current(), "one");
    ///     }
    ///     enumerator.dispose_async().await
    /// })?;
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What yields fails with; after that it is at its end.
    ///
    /// # Cancellation
    ///
    /// A step whose future is dropped is gone on with by the next one.
    fn move_next_async(&mut self) -> MoveNext<'_, Self>
    where
        Self: Sized,
    {
        MoveNext { enumerator: self }
    }

    /// The next item; `None` at the end. A step and the item in one.
    fn next_async(&mut self) -> Next<'_, Self>
    where
        Self: Sized,
    {
        Next { enumerator: self }
    }

    /// Ends the walk, early or not: what waits at a `yield` goes on with an error there, and may await while it
    /// cleans up.
    ///
    /// # Errors
    ///
    /// What cleaning up fails with.
    fn dispose_async(&mut self) -> Dispose<'_, Self>
    where
        Self: Sized,
    {
        Dispose { enumerator: self }
    }
}

macro_rules! futures {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[must_use = "futures do nothing until they are awaited"]
        pub struct $name<'a, E> {
            enumerator: &'a mut E,
        }

        impl<E> Unpin for $name<'_, E> {}

        impl<E> fmt::Debug for $name<'_, E> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    )*};
}

futures! {
    /// From [`AsyncEnumerator::move_next_async`].
    MoveNext;
    /// From [`AsyncEnumerator::next_async`].
    Next;
    /// From [`AsyncEnumerator::dispose_async`].
    Dispose;
}

impl<E: AsyncEnumerator> Future for MoveNext<'_, E> {
    type Output = Result<bool>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<bool>> {
        self.enumerator.poll_move_next(context)
    }
}

impl<E: AsyncEnumerator> Future for Next<'_, E> {
    type Output = Result<Option<E::Item>>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let moved = ready!(self.enumerator.poll_move_next(context))?;
        Poll::Ready(Ok(moved.then(|| self.enumerator.take_current())))
    }
}

impl<E: AsyncEnumerator> Future for Dispose<'_, E> {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<()>> {
        self.enumerator.poll_dispose(context)
    }
}
