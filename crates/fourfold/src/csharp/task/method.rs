//! Asynchronous methods.

use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use fourfold_kernel::pool::Job;
use fourfold_kernel::task::{self, Body, Exit};
use fourfold_kernel::trace;

use super::super::ambient;
use super::super::cancellation::CancellationToken;
use super::super::cell::{Kind, Node, Place};
use super::super::execution_context::Flow;
use super::super::outcome::{End, Outcome};
use super::super::step::Step;
use super::super::synchronization_context::{SendOrPostCallback, SynchronizationContext};
use super::super::thread_pool;
use super::Task;
use crate::{Error, Result};

/// The body of an asynchronous method.
struct Method<F> {
    future: F,
    begun: bool,
}

impl<F, T> Body<Node> for Method<F>
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<T>> + 'static,
{
    type Output = Outcome<T>;

    #[inline]
    fn poll(self: Pin<&mut Self>, node: &Node, context: &mut Context<'_>) -> Poll<Outcome<T>> {
        // SAFETY: the future is pinned with its body, and never moved out of it.
        let method = unsafe { self.get_unchecked_mut() };
        if !std::mem::replace(&mut method.begun, true) {
            if !node.claim() {
                return Poll::Ready(ended(node, Outcome::canceled(node.token())));
            }
            node.unregister();
        }
        // SAFETY: as above.
        let future = unsafe { Pin::new_unchecked(&mut method.future) };
        let step = Step::begin(node);
        match future.poll(context) {
            Poll::Pending => {
                step.pends();
                Poll::Pending
            }
            Poll::Ready(result) => Poll::Ready(ended(node, Outcome::of_method(result))),
        }
    }

    fn exit(node: &Node, exit: Exit) -> Outcome<T> {
        ended(node, outcome_of(exit, node.token()))
    }
}

/// The outcome of a body that has no result.
pub(super) fn outcome_of<T>(exit: Exit, token: CancellationToken) -> Outcome<T> {
    match exit {
        Exit::Panicked(payload) => Outcome::faulted(Error::from_panic(payload)),
        Exit::Aborted => Outcome::canceled(token),
    }
}

/// Says so to who traces.
#[inline]
pub(super) fn ended<T>(node: &Node, outcome: Outcome<T>) -> Outcome<T> {
    if trace::enabled() {
        trace::finished(
            node.id(),
            match outcome.end() {
                End::RanToCompletion(_) => trace::Outcome::Done,
                End::Canceled(..) => trace::Outcome::Cancelled,
                End::Faulted(faults) if faults[0].is_panic() => trace::Outcome::Panicked,
                End::Faulted(_) => trace::Outcome::Failed,
            },
        );
    }
    outcome
}

pub(super) fn spawned(node: &Node) {
    if trace::enabled() {
        trace::task_spawned(node.id(), node.spawned());
    }
}

impl<T: Send + Sync + 'static> Task<T> {
    /// Calls an asynchronous method, said to be called at `location`.
    #[inline]
    pub(in super::super) fn async_method_at<F>(
        method: F,
        location: &'static Location<'static>,
    ) -> Task<T>
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        Task::method_of_kind(Kind::Method, method, location)
    }

    #[inline]
    pub(super) fn method_of_kind<F>(
        kind: Kind,
        method: F,
        location: &'static Location<'static>,
    ) -> Task<T>
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let node = Node::new(kind, thread_pool::current(), location);
        spawned(&node);
        let (runnable, cell) = task::shared(Method { future: method, begun: false }, node);
        // SAFETY: the scheduler is shared.
        unsafe { runnable.run() };
        Task { cell }
    }

    /// Has the pool call an asynchronous method.
    pub(super) fn run_method_at<F>(
        method: F,
        token: CancellationToken,
        location: &'static Location<'static>,
    ) -> Task<T>
    where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        if token.is_cancellation_requested() {
            return Task::from_canceled(token);
        }
        let pool = thread_pool::current();
        let node = Node::new(Kind::Method, pool, location)
            .resuming(Place::Pool, Some(Flow::capture()))
            .with_token(token.clone());
        spawned(&node);
        let (runnable, cell) = task::shared(Method { future: method, begun: false }, node);
        let task = Task { cell };
        if token.can_be_canceled() {
            task.cancel_by(&token);
        }
        pool.submit(Job::new(runnable));
        task
    }
}

/// Calls an asynchronous method: `method` runs here and now, on this stack, up to its first await that is
/// not done. The rest runs on the [synchronization context](super::super::SynchronizationContext) that is
/// current here, else on the [scheduler](super::super::TaskScheduler) of the task that runs here, else
/// on the pool, and inside of the call that ends what it awaits, where that is the right place.
///
/// In C# every call of an `async` method is one of these. Here a future that is awaited without it is a
/// part of the method that awaits it.
///
/// ```
/// use fourfold::csharp::{self, Task, TaskCompletionSource, async_method};
///
/// let source = TaskCompletionSource::new();
/// let awaited = source.task();
/// let task = async_method(async move {
///     let value: u32 = awaited.await?;
///     Ok(value + 1)
/// });
/// assert!(!task.is_completed());
/// source.set_result(1)?; // the method goes on in here
/// assert_eq!(task.result()?, 2);
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// A method that fails with a cancellation of any kind is Canceled; a panic in it is a failure.
///
/// # Cancellation
///
/// Dropping the task lets the method go on; pass a [token](super::super::CancellationToken) along.
#[track_caller]
#[inline]
pub fn async_method<T, F>(method: F) -> Task<T>
where
    T: Send + Sync + 'static,
    F: Future<Output = Result<T>> + Send + 'static,
{
    Task::async_method_at(method, Location::caller())
}

/// Calls an asynchronous method that nobody waits for.
///
/// The synchronization context that is current here is told that an operation began and ended. A failure
/// is raised there, as a panic of what is posted; without a context it ends the process, as an unhandled
/// exception, unless it [is handled](on_unhandled_exception).
///
/// The original: `async void`.
#[track_caller]
pub fn async_void<F>(method: F)
where
    F: Future<Output = Result<()>> + Send + 'static,
{
    let context = ambient::context();
    if let Some(context) = &context {
        context.operation_started();
    }
    let task = Task::async_method_at(method, Location::caller());
    let ended = task.clone();
    task.when_done(move || {
        let failure = ended.cell.get().and_then(|outcome| outcome.get_result().err());
        void_ended(context, failure);
    });
}

/// A method that nobody waits for has ended, on behalf of `context`.
pub(in super::super) fn void_ended(
    context: Option<Arc<dyn SynchronizationContext>>,
    failure: Option<Error>,
) {
    match (context, failure) {
        (Some(context), failure) => {
            if let Some(error) = failure {
                context.post(SendOrPostCallback::new(move || {
                    panic!("an async void method failed: {error}")
                }));
            }
            context.operation_completed();
        }
        (None, Some(error)) => unhandled(&error),
        (None, None) => {}
    }
}

type Handler = Arc<dyn Fn(&Error) + Send + Sync>;

static UNHANDLED: Mutex<Option<Handler>> = Mutex::new(None);

/// Calls `handler` with an exception that nobody can handle, before it ends the process; a handler that
/// does not return, or ends the process itself, chooses the end. It replaces the one before.
///
/// The original: [`AppDomain.UnhandledException`](https://learn.microsoft.com/dotnet/api/system.appdomain.unhandledexception).
pub fn on_unhandled_exception(handler: impl Fn(&Error) + Send + Sync + 'static) {
    *UNHANDLED.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(handler));
}

/// Ends the process as an unhandled exception does, with SIGABRT where there are signals.
pub(in super::super) fn unhandled(error: &Error) {
    let handler = UNHANDLED.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(handler) = handler {
        handler(error);
    }
    eprintln!("Unhandled exception. {error}");
    std::process::abort();
}
