//! Writing a sequence as an asynchronous method that yields.
//!
//! The method is polled by whoever takes a step, so its awaits are those of the step. A `yield` leaves its
//! item in the slot that both share and is pending until the next step.
//!
//! ```text
//!   step ──► poll the method ──► pending, an item in the slot:   the step is done, and the method waits at a yield
//!                           ──► pending, none:                   the step is pending
//!                           ──► ready:                           the end
//! ```

use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use fourfold_kernel::lock::Lock;

use super::super::cancellation::{CancellationToken, CancellationTokenSource};
use super::super::exceptions::InvalidOperationException;
use super::{AsyncEnumerable, AsyncEnumerator};
use crate::{Error, Kind, Result};

/// A sequence that is written as a method: it is given a [`Yielder`], and the token of the walk.
///
/// Nothing of it runs before the first step. What it fails with is what the step fails with, and the end.
///
/// Where the walk is left early the yield it waits at returns an error, [`AsyncIteratorDisposed`]. By `?` that is
/// carried outward; what is to be done in any case stands behind the part that yields:
///
/// ```
/// use fourfold::csharp::{
///     self, AsyncEnumerable, AsyncEnumerator, CancellationToken, Task, async_iterator,
/// };
///
/// csharp::run(async {
///     let stream = async_iterator(|yielder, _token| async move {
///         let yields = async {
///             yielder.yield_return(1).await?;
///             yielder.yield_return(2).await
///         };
///         let result = yields.await;
///         Task::yield_now().await; // the finally part
///         println!("cleaned up");
///         result
///     });
///     let mut enumerator = stream.get_async_enumerator(CancellationToken::none());
///     assert_eq!(enumerator.next_async().await?, Some(1));
///     enumerator.dispose_async().await?; // prints
///     assert_eq!(enumerator.next_async().await?, None);
///     Ok(())
/// })?;
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The awaits of the method are those of who takes the step: so are the values of an
/// [`AsyncLocal`](super::super::AsyncLocal), and what the method sets is set for them.
///
/// The original: an `async` method that returns `IAsyncEnumerable<T>`, with `[EnumeratorCancellation]`.
pub fn async_iterator<T, F, M>(method: F) -> AsyncIterator<T, F>
where
    T: Send + 'static,
    F: FnOnce(Yielder<T>, CancellationToken) -> M,
    M: Future<Output = Result<()>> + Send + 'static,
{
    async_iterator_with(CancellationToken::none(), method)
}

/// As [`async_iterator`], with a token of its own beside that of the walk: the method is given one that is
/// cancelled with either.
pub fn async_iterator_with<T, F, M>(token: CancellationToken, method: F) -> AsyncIterator<T, F>
where
    T: Send + 'static,
    F: FnOnce(Yielder<T>, CancellationToken) -> M,
    M: Future<Output = Result<()>> + Send + 'static,
{
    AsyncIterator { method, token, _item: PhantomData }
}

/// What [`async_iterator`] returns. It can be cloned if its method can.
pub struct AsyncIterator<T, F> {
    method: F,
    token: CancellationToken,
    _item: PhantomData<fn() -> T>,
}

impl<T, F: Clone> Clone for AsyncIterator<T, F> {
    fn clone(&self) -> AsyncIterator<T, F> {
        let (method, token) = (self.method.clone(), self.token.clone());
        AsyncIterator { method, token, _item: PhantomData }
    }
}

impl<T, F> fmt::Debug for AsyncIterator<T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncIterator").finish_non_exhaustive()
    }
}

impl<T, F, M> AsyncEnumerable for AsyncIterator<T, F>
where
    T: Send + 'static,
    F: FnOnce(Yielder<T>, CancellationToken) -> M,
    M: Future<Output = Result<()>> + Send + 'static,
{
    type Item = T;
    type Enumerator = AsyncIteratorEnumerator<T>;

    fn get_async_enumerator(self, token: CancellationToken) -> AsyncIteratorEnumerator<T> {
        let none = CancellationToken::none();
        let (token, linked) = if self.token == none || self.token == token {
            (token, None)
        } else if token == none {
            (self.token, None)
        } else {
            let both = [self.token, token];
            let linked = CancellationTokenSource::create_linked_token_source(both);
            (linked.token(), Some(linked))
        };
        let slot = Arc::new(Lock::new(Slot::default()));
        let yielder = Yielder { slot: slot.clone() };
        let method: Method = Box::pin((self.method)(yielder, token));
        AsyncIteratorEnumerator {
            method: Some(method),
            slot,
            phase: Phase::New,
            current: None,
            _linked: linked,
        }
    }
}

/// The error that a yield returns where the walk is disposed of. A method that fails with it has ended as it should.
#[derive(Debug)]
pub struct AsyncIteratorDisposed;

impl fmt::Display for AsyncIteratorDisposed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the walk through the async iterator was ended")
    }
}

impl std::error::Error for AsyncIteratorDisposed {}

/// What the method and its steps share.
struct Slot<T> {
    item: Option<T>,
    /// Yields are numbered from one on; this many have begun.
    begun: u64,
    /// Those up to this one may go on.
    resumed: u64,
    disposing: Disposing,
}

impl<T> Default for Slot<T> {
    fn default() -> Slot<T> {
        Slot { item: None, begun: 0, resumed: 0, disposing: Disposing::No }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Disposing {
    No,
    /// The next yield that is polled is to fail.
    Begun,
    /// It has.
    Told,
    /// The method yielded nevertheless.
    Refused,
}

/// Gives items to whoever takes steps.
pub struct Yielder<T> {
    slot: Arc<Lock<Slot<T>>>,
}

impl<T: Send> Yielder<T> {
    /// Gives out an item and waits for the next step. It is to be awaited in the method itself, not in a task that
    /// the method starts.
    ///
    /// # Errors
    ///
    /// [`AsyncIteratorDisposed`], a [cancellation](Error::is_cancelled), where the walk is ended instead.
    ///
    /// The original: `yield return`.
    pub fn yield_return(&self, item: T) -> Yield<'_, T> {
        Yield { slot: &self.slot, item: Some(item), number: 0 }
    }
}

impl<T> fmt::Debug for Yielder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Yielder").finish_non_exhaustive()
    }
}

/// From [`Yielder::yield_return`].
#[must_use = "futures do nothing until they are awaited"]
pub struct Yield<'a, T> {
    slot: &'a Lock<Slot<T>>,
    item: Option<T>,
    number: u64,
}

// The item is never pinned.
impl<T> Unpin for Yield<'_, T> {}

impl<T: Send> Future for Yield<'_, T> {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<()>> {
        let this = &mut *self;
        let mut slot = this.slot.lock();
        match slot.disposing {
            Disposing::No => {}
            Disposing::Begun => {
                slot.disposing = Disposing::Told;
                drop(slot);
                return Poll::Ready(Err(disposed()));
            }
            Disposing::Told | Disposing::Refused => {
                slot.disposing = Disposing::Refused;
                return Poll::Pending;
            }
        }
        if this.number == 0 {
            // Of several at once, each has its step.
            if slot.item.is_none() {
                slot.begun += 1;
                this.number = slot.begun;
                slot.item = this.item.take();
            }
            return Poll::Pending;
        }
        if this.number <= slot.resumed { Poll::Ready(Ok(())) } else { Poll::Pending }
    }
}

#[cold]
fn disposed() -> Error {
    Error::typed(Kind::Cancelled, AsyncIteratorDisposed, Vec::new())
}

impl<T> fmt::Debug for Yield<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Yield").finish_non_exhaustive()
    }
}

type Method = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// A walk through an [`async_iterator`].
pub struct AsyncIteratorEnumerator<T> {
    /// Until its end.
    method: Option<Method>,
    slot: Arc<Lock<Slot<T>>>,
    phase: Phase,
    current: Option<T>,
    _linked: Option<CancellationTokenSource>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    New,
    /// At a yield.
    Yielded,
    /// In a step, or in the disposal.
    Midway,
}

impl<T: Send> AsyncIteratorEnumerator<T> {
    /// Polls the method. A panic is its end.
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        let Some(mut method) = self.method.take() else { return Poll::Ready(Ok(())) };
        let polled = method.as_mut().poll(context);
        if polled.is_pending() {
            self.method = Some(method);
        }
        polled
    }
}

impl<T: Send> AsyncEnumerator for AsyncIteratorEnumerator<T> {
    type Item = T;

    fn poll_move_next(&mut self, context: &mut Context<'_>) -> Poll<Result<bool>> {
        if self.phase != Phase::Midway {
            self.phase = Phase::Midway;
            self.current = None;
            let mut slot = self.slot.lock();
            slot.resumed = slot.begun;
        }
        if let Poll::Ready(ended) = self.poll(context) {
            return Poll::Ready(ended.map(|()| false));
        }
        self.current = self.slot.lock().item.take();
        if self.current.is_none() {
            return Poll::Pending;
        }
        self.phase = Phase::Yielded;
        Poll::Ready(Ok(true))
    }

    fn current(&self) -> &T {
        self.current.as_ref().expect("the last step went to an item")
    }

    fn take_current(&mut self) -> T {
        self.current.take().expect("the last step went to an item")
    }

    fn poll_dispose(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        if self.phase == Phase::New {
            self.method = None;
        }
        self.phase = Phase::Midway;
        {
            let mut slot = self.slot.lock();
            if slot.disposing == Disposing::No {
                slot.disposing = Disposing::Begun;
            }
        }
        match self.poll(context) {
            Poll::Ready(Err(error)) if !error.is::<AsyncIteratorDisposed>() => {
                Poll::Ready(Err(error))
            }
            Poll::Ready(_) => Poll::Ready(Ok(())),
            Poll::Pending if self.slot.lock().disposing == Disposing::Refused => {
                self.method = None;
                let text = "An async iterator yielded while it was being disposed.";
                Poll::Ready(Err(InvalidOperationException::new(text).into()))
            }
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<T> fmt::Debug for AsyncIteratorEnumerator<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncIteratorEnumerator")
            .field("ended", &self.method.is_none())
            .finish_non_exhaustive()
    }
}
