//! Between a loop and other threads: results that come in, coroutines that are sent in.
//!
//! What belongs to the loop's thread never leaves it. Another thread gets a *number* for it, and
//! sends a call that looks the number up on the loop's thread.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::future::IntoFuture;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};

use super::concurrent::ConcurrentFuture;
use super::event_loop::Remote;
use super::extras::Part;
use super::futures::Future;
use super::loop_core::Core;
use super::running;
use super::tasks::{AnyTask, How, Task, running_core};
use crate::{Error, Result};

/// A future of the running loop that ends as `future` does. Cancelling it cancels `future`, where
/// that has not begun.
///
/// While it waits, virtual time stands still: somebody outside works for the loop.
///
/// # Panics
///
/// Where no loop is running on this thread.
///
/// The original is
/// [`asyncio.wrap_future`](https://docs.python.org/3/library/asyncio-future.html#asyncio.wrap_future).
#[track_caller]
pub fn wrap_future<T: Clone + Send + 'static>(future: &ConcurrentFuture<T>) -> Future<T> {
    chain(&running_core(), future, |done| done.result(None))
}

/// As [`wrap_future`], of a result that nobody else asks for.
#[track_caller]
pub(crate) fn wrap_taken<T: Send + 'static>(
    core: &Core,
    future: &ConcurrentFuture<T>,
) -> Future<T> {
    chain(core, future, |done| done.take_result(None))
}

#[track_caller]
fn chain<T: Send + 'static>(
    core: &Core,
    source: &ConcurrentFuture<T>,
    outcome: impl FnOnce(&ConcurrentFuture<T>) -> Result<T> + Send + 'static,
) -> Future<T> {
    let future = Future::<T>::new(core);
    // Cancelling this end cancels the other.
    let other = source.clone();
    future.add_done_callback(move |future| {
        if future.cancelled() {
            other.cancel();
        }
    });
    // The outcome of the other end becomes this one's, on the loop's thread.
    let core = core.this();
    let parcel = Parcel::leave(&core, future.clone());
    let outside = core.outside_work();
    source.add_done_callback(move |source| {
        let outcome = outcome(source);
        let sent = core.send_call(Box::new(move || {
            if let Some(future) = parcel.pick_up::<Future<T>>() {
                // Where it was cancelled here meanwhile, that stands.
                let _ = match outcome {
                    Ok(value) => future.set_result(value),
                    Err(error) if error.is_cancelled() => {
                        future.cancel();
                        Ok(())
                    }
                    Err(error) => future.set_exception(error),
                };
            }
            drop(outside);
        }));
        // Refused by a closed loop, which waits for nothing.
        drop(sent);
    });
    future
}

/// What waits on the loop's thread for a call from another one, by a number that is not used twice.
#[derive(Default)]
struct Parcels {
    waiting: RefCell<HashMap<u64, Box<dyn Any>>>,
    last: Cell<u64>,
}

impl Part for Parcels {
    fn close(&self) {
        let waiting = self.waiting.take();
        drop(waiting);
    }
}

/// Names a thing that waits on the loop's thread. Any thread may carry it.
#[derive(Clone, Copy)]
struct Parcel(u64);

impl Parcel {
    fn leave<A: 'static>(core: &Core, thing: A) -> Parcel {
        let parcels = core.extras().get::<Parcels>();
        let number = parcels.last.get() + 1;
        parcels.last.set(number);
        parcels.waiting.borrow_mut().insert(number, Box::new(thing));
        Parcel(number)
    }

    /// The thing, once, while its loop runs on this thread.
    fn pick_up<A: 'static>(self) -> Option<A> {
        let thing = running::with_running_loop(|core| {
            let parcels = core.extras().find::<Parcels>()?;
            parcels.waiting.borrow_mut().remove(&self.0)
        })
        .flatten()?;
        thing.downcast::<A>().ok().map(|thing| *thing)
    }
}

/// Runs a coroutine on the loop of `remote`, from any other thread. `coroutine` is called on the
/// loop's thread, so that what it makes need not be `Send`; its result must be.
///
/// The task runs in a copy of the context that is current here. Cancelling the result cancels the
/// task.
///
/// # Errors
///
/// Where the loop is closed already. Where it closes before the coroutine is done, the result is
/// `Cancelled`.
///
/// The original is
/// [`asyncio.run_coroutine_threadsafe`](https://docs.python.org/3/library/asyncio-task.html#asyncio.run_coroutine_threadsafe).
///
/// ```
/// use fourfold::asyncio::{Loop, run_coroutine_threadsafe, sleep};
/// use std::time::Duration;
///
/// let event_loop = Loop::new()?;
/// let remote = event_loop.remote();
/// let thread = std::thread::spawn(move || {
///     let sum = run_coroutine_threadsafe(
///         || async {
///             sleep(Duration::from_millis(1)).await?;
///             Ok(1 + 2)
///         },
///         &remote,
///     )?;
///     sum.result(None)
/// });
/// let sum = event_loop.run_until_complete(async move {
///     while !thread.is_finished() {
///         sleep(Duration::from_millis(1)).await?;
///     }
///     thread.join().unwrap()
/// })?;
/// assert_eq!(sum, 3);
/// # Ok::<(), fourfold::Error>(())
/// ```
#[track_caller]
pub fn run_coroutine_threadsafe<T, C>(
    coroutine: impl FnOnce() -> C + Send + 'static,
    remote: &Remote,
) -> Result<ConcurrentFuture<T>>
where
    T: Send + 'static,
    C: IntoFuture<Output = Result<T>>,
    C::IntoFuture: 'static,
{
    let result = ConcurrentFuture::new();
    let settle = Settle(result.clone());
    let location = Location::caller();
    remote.call_soon_threadsafe(move || {
        let made = catch_unwind(AssertUnwindSafe(|| coroutine().into_future()));
        match made {
            Ok(future) => {
                running::with_running_loop(|core| start(core, future, settle, location));
            }
            Err(payload) => settle.0.finish(Err(Error::from_panic(payload))),
        }
    })?;
    Ok(result)
}

/// On the loop's thread: the task, tied to the result in both directions.
fn start<T: Send + 'static>(
    core: &Core,
    future: impl std::future::Future<Output = Result<T>> + 'static,
    settle: Settle<T>,
    location: &'static Location<'static>,
) {
    let task = Task::start(core, future, How::default(), location);
    settle.0.comes_from(task.local().id);
    let parcel = Parcel::leave(core, task.erased());
    let (sender, result) = (core.this(), settle.0.clone());
    task.add_done_callback(move |task| {
        let _done: Option<AnyTask> = parcel.pick_up();
        settle.0.finish(task.take_result());
    });
    result.add_done_callback(move |result| {
        if result.cancelled() {
            let cancel = move || {
                parcel.pick_up::<AnyTask>().map(|task| task.cancel());
            };
            // A closed loop has dropped the task already.
            drop(sender.send_call(Box::new(cancel)));
        }
    });
}

/// A result that is cancelled where nobody gets to set it, because the loop closes.
struct Settle<T: Send + 'static>(ConcurrentFuture<T>);

impl<T: Send + 'static> Drop for Settle<T> {
    fn drop(&mut self) {
        self.0.finish(Err(Error::cancelled()));
    }
}
