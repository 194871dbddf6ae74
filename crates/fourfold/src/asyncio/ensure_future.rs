//! Making a future of whatever can be awaited.
//!
//! Functions that take several awaitables take tasks, futures and coroutines alike. A task or a
//! future is used as it is; anything else becomes a task. Which of them a value is shows only
//! when the generic code is compiled for it, so its type is compared there.

use std::any::Any;
use std::future::{Future as StdFuture, IntoFuture};
use std::panic::Location;
use std::task::{Context, Poll, Waker};

use super::futures::Future;
use super::running;
use super::tasks::{How, Task, with_running_core};
use crate::Result;

/// A future, and how its result is read: a task that was made here has nobody else who could
/// want the result, so it is moved out; of any other it is cloned.
pub(crate) struct Ensured<T: 'static> {
    pub(crate) future: Future<T>,
    pub(crate) read: Read<T>,
    /// It was made here.
    pub(crate) fresh: bool,
}

/// Reads the result of a future that is done.
pub(crate) type Read<T> = fn(&Future<T>) -> Result<T>;

/// The future of `awaitable`: a [`Future`] or a [`Task`] is used as it is, anything else becomes
/// a task of the running loop.
///
/// # Panics
///
/// Where a coroutine is given and no loop is running on this thread.
///
/// The original is
/// [`asyncio.ensure_future`](https://docs.python.org/3/library/asyncio-future.html#asyncio.ensure_future).
///
/// ```
/// use fourfold::asyncio;
///
/// asyncio::run(async {
///     let task = asyncio::create_task(async { Ok(1) });
///     assert!(asyncio::ensure_future(task.clone()).same(&task));
///     assert_eq!(asyncio::ensure_future(async { Ok(2) }).await?, 2);
///     Ok(())
/// })
/// .unwrap();
/// ```
#[track_caller]
pub fn ensure_future<T, A>(awaitable: A) -> Future<T>
where
    T: 'static,
    A: IntoFuture<Output = Result<T>>,
    A::IntoFuture: 'static,
{
    ensure(awaitable).future
}

#[track_caller]
pub(crate) fn ensure<T, A>(awaitable: A) -> Ensured<T>
where
    T: 'static,
    A: IntoFuture<Output = Result<T>>,
    A::IntoFuture: 'static,
{
    let location = Location::caller();
    let future = match cast::<A::IntoFuture, Task<T>>(awaitable.into_future()) {
        Ok(task) => {
            return Ensured {
                future: task.into_inner(),
                read: read_clone::<T, A::IntoFuture>,
                fresh: false,
            };
        }
        Err(other) => other,
    };
    let future = match cast::<A::IntoFuture, Future<T>>(future) {
        Ok(future) => {
            return Ensured { future, read: read_clone::<T, A::IntoFuture>, fresh: false };
        }
        Err(coroutine) => coroutine,
    };
    let task = with_running_core(|core| Task::create(core, future, How::default(), location));
    Ensured { future: task.into_inner(), read: Future::take_result, fresh: true }
}

/// `from`, if it is a `B`.
fn cast<A: 'static, B: 'static>(from: A) -> Result<B, A> {
    let mut slot = Some(from);
    match (&mut slot as &mut dyn Any).downcast_mut::<Option<B>>() {
        Some(slot) => Ok(slot.take().expect("filled above")),
        None => Err(slot.take().expect("filled above")),
    }
}

/// Reads the result of a future of which others may hold clones. `F` is `Task<T>` or `Future<T>`,
/// and since it can be awaited, `T` can be cloned: which this function, not knowing it, leaves to
/// the await.
fn read_clone<T: 'static, F>(future: &Future<T>) -> Result<T>
where
    F: StdFuture<Output = Result<T>> + 'static,
{
    if future.cell().is_only() {
        // Nobody else is left who could want it.
        return future.take_result();
    }
    let awaitable = match cast::<Future<T>, F>(future.clone()) {
        Ok(future) => future,
        Err(future) => match cast::<Task<T>, F>(Task::from_future(future)) {
            Ok(task) => task,
            Err(_) => unreachable!("only tasks and futures are read like this"),
        },
    };
    // The cancellation of who reads is for its next await, and this is none.
    let _no_task = running::enter_task(None);
    let awaitable = std::pin::pin!(awaitable);
    match awaitable.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => unreachable!("only futures that are done are read"),
    }
}
