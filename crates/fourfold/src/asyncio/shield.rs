//! Protecting work from the cancellation of who waits for it.

use std::cell::Cell;
use std::fmt;
use std::future::{Future as StdFuture, IntoFuture};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use fourfold_kernel::task::ListenerKey;

use super::ensure_future::{Ensured, Read, ensure};
use super::futures::Future;
use crate::{Error, Result};

/// Waits for `awaitable` without passing a cancellation on to it.
///
/// A coroutine becomes a task at once. When the waiting task is cancelled, or the shield itself,
/// the wait fails with `Cancelled` and the inner goes on; how it ends is then its own affair, and
/// a failure nobody looks at is reported to the loop's exception handler. When the inner is
/// cancelled by somebody else, so is the shield.
///
/// # Panics
///
/// Where a coroutine is given and no loop is running on this thread.
///
/// The original is
/// [`asyncio.shield`](https://docs.python.org/3/library/asyncio-task.html#asyncio.shield).
///
/// ```
/// use std::time::Duration;
/// use fourfold::asyncio;
///
/// asyncio::run(async {
///     let nap = Duration::from_millis(2);
///     let work = asyncio::create_task(asyncio::sleep_with(nap, "done"));
///     let limit = Duration::from_millis(1);
///     let outcome = asyncio::wait_for(asyncio::shield(work.clone()), limit).await;
///     assert!(outcome.unwrap_err().is_timed_out());
///     assert_eq!(work.await?, "done");
///     Ok(())
/// })
/// .unwrap();
/// ```
#[track_caller]
pub fn shield<T, A>(awaitable: A) -> Shield<T>
where
    T: 'static,
    A: IntoFuture<Output = Result<T>>,
    A::IntoFuture: 'static,
{
    let Ensured { future: inner, read, .. } = ensure(awaitable);
    if inner.done() {
        return Shield { outer: inner, read, link: None };
    }
    let outer = Future::new(inner.cell().data().core());
    let link = Rc::new(Link { inner: inner.clone(), key: Cell::new(None) });
    let target = Rc::new(Target { outer: outer.clone(), read });
    link.key.set(inner.on_done_with(target, pass_on));
    let ended = link.clone();
    let outer_key = outer.on_done(move || ended.cut());
    Shield { outer, read: Future::take_result, link: Some((link, outer_key)) }
}

/// What [`shield`] returns: awaiting it gives the inner's result.
#[must_use = "a shield protects nothing until it is awaited"]
pub struct Shield<T: 'static> {
    outer: Future<T>,
    read: Read<T>,
    link: Option<(Rc<Link<T>>, Option<ListenerKey>)>,
}

/// From the outer future to the inner.
struct Link<T: 'static> {
    inner: Future<T>,
    key: Cell<Option<ListenerKey>>,
}

impl<T> Link<T> {
    /// The inner, if it is not done, has nobody to tell any more.
    fn cut(&self) {
        if let Some(key) = self.key.take()
            && !self.inner.done()
        {
            self.inner.unlisten(key);
        }
    }
}

/// From the inner future to the outer.
struct Target<T: 'static> {
    outer: Future<T>,
    read: Read<T>,
}

/// The inner is done.
fn pass_on<T: 'static>(target: Rc<Target<T>>, inner: Future<T>) {
    let outer = &target.outer;
    if outer.done() {
        if !inner.cancelled() {
            inner.mark_seen();
        }
    } else if inner.cancelled() {
        outer.cancel();
    } else {
        let set = match inner.failure() {
            Some(error) => outer.set_exception(error),
            None => match (target.read)(&inner) {
                Ok(result) => outer.set_result(result),
                // Somebody took the result away.
                Err(error) => outer.set_exception(error),
            },
        };
        debug_assert!(set.is_ok(), "nobody else sets it, and it was not done");
    }
}

impl<T: 'static> Shield<T> {
    /// Cancels the wait; the inner goes on. `false`: it was done already.
    pub fn cancel(&self) -> bool {
        self.outer.cancel()
    }

    /// As [`cancel`](Shield::cancel), with a text that the `Cancelled` error carries.
    pub fn cancel_with(&self, message: impl Into<Arc<str>>) -> bool {
        self.outer.cancel_with(message)
    }

    /// Whether the wait is over.
    pub fn done(&self) -> bool {
        self.outer.done()
    }

    /// Whether the wait was cancelled.
    pub fn cancelled(&self) -> bool {
        self.outer.cancelled()
    }

    /// The exception, if it ended with one.
    ///
    /// # Errors
    ///
    /// As [`Future::exception`].
    pub fn exception(&self) -> Result<Option<Error>> {
        self.outer.exception()
    }
}

impl<T: 'static> StdFuture for Shield<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let this = self.get_mut();
        match this.outer.poll_wait(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Err(cancelled)) => Poll::Ready(Err(cancelled)),
            Poll::Ready(Ok(())) => Poll::Ready((this.read)(&this.outer)),
        }
    }
}

impl<T: 'static> Drop for Shield<T> {
    fn drop(&mut self) {
        // The inner refers to the outer and the outer to the inner; where nobody waits any more
        // neither should.
        if let Some((link, outer_key)) = self.link.take()
            && !self.outer.done()
        {
            link.cut();
            if let Some(key) = outer_key {
                self.outer.unlisten(key);
            }
        }
    }
}

impl<T: 'static> fmt::Debug for Shield<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Shield").field(&self.outer).finish()
    }
}
