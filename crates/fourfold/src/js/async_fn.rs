//! Async functions: bodies that run at once to their first await, and then in microtasks.

use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use fourfold_kernel::task::{self, Body, Exit};
use fourfold_kernel::trace;

use super::async_local_storage;
use super::cell::{Flag, PromiseData};
use super::core::{self, Core};
use super::promise::{Promise, Resolution, Resolve, Settling};
use crate::Result;

/// Calls an async function: runs `body` to its first await before it returns, and the rest in
/// microtasks. The promise is settled with what the body returns.
///
/// `async_fn(f(1, 2))` is what the call `f(1, 2)` of an `async function` is in JavaScript. A body may
/// return a value, another promise or a thenable, as `Ok`; an `Err`, and a panic, rejects the promise.
/// Dropping the promise changes nothing: the body goes on.
///
/// A Rust future that is awaited directly, without this, is a part of the function that awaits it and
/// costs no ticks.
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
///
/// The original is
/// [`async function`](https://tc39.es/ecma262/#sec-async-function-definitions).
///
/// ```
/// use fourfold::js::{self, async_fn};
/// use fourfold::Result;
///
/// async fn double(n: i32) -> Result<i32> {
///     println!("runs before async_fn returns");
///     js::set_timeout_promise(1).await?;
///     Ok(2 * n)
/// }
///
/// let sum = js::run(async {
///     let (a, b) = (async_fn(double(1)), async_fn(double(2)));
///     Ok(a.await? + b.await?)
/// })?;
/// assert_eq!(sum, 6);
/// # Ok::<(), fourfold::Error>(())
/// ```
#[track_caller]
pub fn async_fn<F, R, T>(body: F) -> Promise<T>
where
    F: IntoFuture<Output = Result<R>>,
    F::IntoFuture: 'static,
    R: Resolve<T> + 'static,
    T: Clone + 'static,
{
    let made_at = Location::caller();
    core::with_running(|core| start(core, body.into_future(), made_at))
}

pub(crate) fn start<F, R, T>(
    core: &Core,
    future: F,
    made_at: &'static Location<'static>,
) -> Promise<T>
where
    F: Future<Output = Result<R>> + 'static,
    R: Resolve<T> + 'static,
    T: Clone + 'static,
{
    start_with(core, future, PromiseData::of_async_fn(core, made_at, None))
}

/// As [`start`], of what keeps the loop alive by what it uses and not by its own waiting.
pub(crate) fn start_service<F>(
    core: &Core,
    future: F,
    made_at: &'static Location<'static>,
) -> Promise<()>
where
    F: Future<Output = Result<()>> + 'static,
{
    let data = PromiseData::of_async_fn(core, made_at, None);
    data.local().set(Flag::Service);
    start_with(core, future, data)
}

#[inline]
fn start_with<F, R, T>(core: &Core, future: F, data: PromiseData) -> Promise<T>
where
    F: Future<Output = Result<R>> + 'static,
    R: Resolve<T> + 'static,
    T: Clone + 'static,
{
    let body = AsyncFn { state: State::Running(future), returns: PhantomData };
    let (runnable, handle, listed) = task::listed(body, data);
    core.remember_async_fn(listed);
    handle.data().local().trace_spawned();
    // SAFETY: this is the loop's own thread.
    unsafe { runnable.run() };
    Promise::from_handle(handle)
}

/// A step of an async function, which may be inside of a step of another.
struct Stepping<'a> {
    data: &'a PromiseData,
    /// It is what a microtask runs, and what the loop does next when it ends.
    direct: bool,
    outer: *const Waker,
    /// Whether that one is to be followed by another.
    outer_again: bool,
    /// Whether that one has begun to wait for something of this loop.
    outer_awaits: bool,
    waker: &'a Waker,
    /// How many references to the function there were.
    references: Option<usize>,
}

impl<'a> Stepping<'a> {
    #[inline]
    fn begin(data: &'a PromiseData, waker: &'a Waker) -> Stepping<'a> {
        data.no_longer_foreign();
        let local = data.core().owned();
        let direct = local.direct.replace(false);
        let outer_again = local.again.replace(false);
        let outer_awaits = local.awaits.replace(false);
        let outer = local.stepping.replace(waker);
        let references = task::references::<PromiseData>(waker);
        Stepping { data, direct, outer, outer_again, outer_awaits, waker, references }
    }

    /// The step ends, and the function with it waits.
    #[inline]
    fn suspended(&self) {
        let local = self.data.core().owned();
        if !local.awaits.get() && !local.again.get() {
            let left_a_waker = task::references::<PromiseData>(self.waker) > self.references;
            self.data.is_foreign(left_a_waker);
        }
    }

    /// Whether the microtask that follows is the next step of this one: the one that the step has just
    /// asked for, with no other before it. Then it is taken at once.
    #[inline]
    fn is_next(&self) -> bool {
        let local = self.data.core().owned();
        self.direct
            && local.again.get()
            && local.microtasks.is_empty()
            && !local.process.is_leaving()
            && local.again.replace(false)
    }
}

impl Drop for Stepping<'_> {
    #[inline]
    fn drop(&mut self) {
        let local = self.data.core().owned();
        local.stepping.set(self.outer);
        local.awaits.set(self.outer_awaits);
        if local.again.replace(self.outer_again) {
            self.data.local().set(Flag::Yielded);
        }
    }
}

struct AsyncFn<F, R, T: 'static> {
    state: State<F, T>,
    returns: PhantomData<fn() -> R>,
}

enum State<F, T: 'static> {
    Running(F),
    /// The body has returned something that is still to be settled.
    Settling(Settling<T>),
    /// It panicked.
    Over,
}

impl<F, R, T> Body<PromiseData> for AsyncFn<F, R, T>
where
    F: Future<Output = Result<R>> + 'static,
    R: Resolve<T> + 'static,
    T: Clone + 'static,
{
    type Output = Result<T>;

    #[inline]
    fn poll(
        self: Pin<&mut Self>,
        data: &PromiseData,
        context: &mut Context<'_>,
    ) -> Poll<Result<T>> {
        // SAFETY: `Running`'s future is pinned below and dropped in place when the state changes; the
        // other states are not pinned.
        let this = unsafe { self.get_unchecked_mut() };
        let local = data.local();
        let polled = match &mut this.state {
            State::Running(future) => {
                let first = !local.has(Flag::Started);
                if first {
                    local.set(Flag::Started);
                }
                let _step = async_local_storage::step(&local.frame, first);
                let stepping = Stepping::begin(data, context.waker());
                let _polling = trace::enabled().then(|| local.trace_step());
                loop {
                    // SAFETY: pinned with the body, as above.
                    match unsafe { Pin::new_unchecked(&mut *future) }.poll(context) {
                        Poll::Pending if stepping.is_next() => {}
                        Poll::Pending => {
                            stepping.suspended();
                            return Poll::Pending;
                        }
                        Poll::Ready(result) => break result.map(Resolve::into_resolution),
                    }
                }
            }
            State::Settling(settling) => return settling.poll(data, context),
            State::Over => return Poll::Pending,
        };
        let outcome = match polled {
            Ok(Resolution::Value(value)) => Ok(value),
            Err(error) => Err(error),
            Ok(other) => {
                // The future goes before what it returned is adopted, as a function's frame does.
                this.state = State::Over;
                let mut settling = Settling::new(other);
                let polled = settling.begin(data, context);
                this.state = State::Settling(settling);
                return polled;
            }
        };
        if let Err(error) = &outcome {
            data.core().rejected(context.waker(), data, error);
        }
        Poll::Ready(outcome)
    }

    fn exit(data: &PromiseData, exit: Exit) -> Result<T> {
        let core = data.core();
        let error = super::promise::ended(data, exit);
        if error.is_panic()
            && let Some(cell) = core.find_async_fn(data.local().number.get())
        {
            core.rejected_by_hand(&cell, &error);
        }
        Err(error)
    }
}
