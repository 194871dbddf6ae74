//! Starting goroutines, and waiting for them.

use std::fmt;
use std::future::IntoFuture;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Exit, Handle, Options, Pool, Reason, waiting_for};

use super::panics;
use super::run;
use crate::interop::requested;
use crate::{Error, Result};

/// Marks bodies that are functions: each has a stack of its own.
#[derive(Debug)]
pub enum Stackful {}

/// Marks bodies that are futures: they need no stack, and any worker may go on with them.
#[derive(Debug)]
pub enum Future {}

/// What [`go`] can start: a closure, or a future. `M` only tells the two apart.
pub trait Start<M>: Sized {
    /// What the goroutine returns.
    type Output: Send + 'static;

    /// Starts it on a pool.
    #[doc(hidden)]
    fn start(
        self,
        pool: &Pool,
        options: Options,
        location: &'static Location<'static>,
    ) -> Goroutine<Self::Output>;
}

impl<F, T> Start<Stackful> for F
where
    F: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    type Output = T;

    fn start(
        self,
        pool: &Pool,
        options: Options,
        location: &'static Location<'static>,
    ) -> Goroutine<T> {
        Goroutine { handle: pool.spawn_fiber_at(self, options, location) }
    }
}

impl<F> Start<Future> for F
where
    F: IntoFuture,
    F::IntoFuture: Send + 'static,
    F::Output: Send + 'static,
{
    type Output = F::Output;

    fn start(
        self,
        pool: &Pool,
        options: Options,
        location: &'static Location<'static>,
    ) -> Goroutine<F::Output> {
        Goroutine { handle: pool.spawn_at(self.into_future(), options, location) }
    }
}

/// Starts a goroutine: a closure, which gets a stack of its own, or a future, which needs none.
///
/// What the closure captures is evaluated here, the body runs later, on any worker of the runtime
/// this is called in. Called outside of any runtime, on a plain thread, it starts the process's
/// default one.
///
/// Dropping what it returns lets the goroutine go on, as in Go.
///
/// ```
/// use fourfold::go::{self, go};
///
/// go::run(|| {
///     let stackful = go(|| 1);
///     let future = go(async { 2 });
///     assert_eq!(stackful.join()? + future.join()?, 3);
///     Ok::<(), fourfold::Error>(())
/// })?;
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// The original: the [`go` statement](https://go.dev/ref/spec#Go_statements).
#[track_caller]
pub fn go<M, B: Start<M>>(body: B) -> Goroutine<B::Output> {
    body.start(&run::current_or_default(), Options::new(), Location::caller())
}

/// Starts goroutines with a name, or with another size of the stack.
///
/// ```
/// use fourfold::go;
///
/// let deep = go::Spawn::new().name("deep").stack_size(1 << 20).go(|| 42);
/// assert_eq!(deep.join().unwrap(), 42);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "it starts nothing before `go`"]
pub struct Spawn {
    options: Options,
}

impl Spawn {
    /// As [`go`] starts them.
    pub fn new() -> Spawn {
        Spawn::default()
    }

    pub(super) fn into_options(self) -> Options {
        self.options
    }

    /// A name for dumps and reports.
    pub fn name(self, name: impl Into<String>) -> Spawn {
        Spawn { options: self.options.name(name) }
    }

    /// Bytes of address space for the stack, its guard included. Only pages that are touched take
    /// memory. Stacks do not grow: one that is too small ends the process with a report.
    pub fn stack_size(self, bytes: usize) -> Spawn {
        Spawn { options: self.options.stack_size(bytes) }
    }

    /// A stackful goroutine that may go on on another thread after it waited, as Go's do.
    ///
    /// # Safety
    ///
    /// The contract of [`Options::may_move`]: nothing on the goroutine's stack is bound to a thread
    /// while it waits.
    pub unsafe fn may_move(self) -> Spawn {
        // SAFETY: the caller's promise.
        Spawn { options: unsafe { self.options.may_move() } }
    }

    /// Starts one; see [`go`].
    #[track_caller]
    pub fn go<M, B: Start<M>>(&self, body: B) -> Goroutine<B::Output> {
        body.start(&run::current_or_default(), self.options.clone(), Location::caller())
    }
}

/// A goroutine that was started. Dropping it changes nothing.
///
/// Go has no such handle. This is what lets other dialects and plain futures wait for a goroutine:
/// it is a future of the goroutine's value, on any executor. An asyncio task that is cancelled while it
/// awaits this goes on at once; to have the goroutine stop, tie its context to the wait with
/// [`cancels`](crate::interop::Cancels::cancels).
///
/// # Errors
///
/// A [panic](crate::Kind::Panic), where the runtime does not end the process for it;
/// [cancelled](crate::Kind::Cancelled) if the runtime ended before the goroutine, or it called
/// [`goexit`](super::goexit), or the asyncio task that awaits it was cancelled.
pub struct Goroutine<T: Send + 'static> {
    handle: Handle<T>,
}

static JOIN: Reason = Reason::by_tasks("join");

impl<T: Send + 'static> Goroutine<T> {
    /// Waits for it: a plain call, in a goroutine or on a thread.
    ///
    /// # Errors
    ///
    /// As for [`Goroutine`].
    pub fn join(self) -> Result<T> {
        fiber::wait(self)
    }

    /// The number by which reports name it.
    pub fn id(&self) -> u64 {
        self.handle.task().id().get()
    }

    /// Whether it has ended.
    pub fn is_finished(&self) -> bool {
        self.handle.is_finished()
    }
}

/// Why a goroutine has no value.
pub(super) fn error_of(exit: Exit) -> Error {
    match exit {
        Exit::Panicked(payload) if panics::is_goexit(payload.as_ref()) => {
            Error::cancelled_with("the goroutine called goexit")
        }
        Exit::Panicked(payload) => Error::from_panic(payload),
        Exit::Aborted => Error::cancelled_with("the runtime ended before the goroutine"),
    }
}

impl<T: Send + 'static> std::future::Future for Goroutine<T> {
    type Output = Result<T>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        match Pin::new(&mut self.handle).poll(context) {
            Poll::Ready(outcome) => Poll::Ready(outcome.map_err(error_of)),
            Poll::Pending => {
                if let Some(reason) = requested() {
                    return Poll::Ready(Err(reason));
                }
                waiting_for(&JOIN, self.handle.task().id());
                Poll::Pending
            }
        }
    }
}

impl<T: Send + 'static> fmt::Debug for Goroutine<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Goroutine")
            .field("id", &self.id())
            .field("finished", &self.is_finished())
            .finish()
    }
}
