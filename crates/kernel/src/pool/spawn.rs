//! Making tasks: the bodies that are futures, and what is the same for all bodies.

use std::any::Any;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::handle::{Handle, Outcome};
use super::shared::Shared;
use super::task::{Kind, Task};
use super::worker::Worker;
use crate::driver::LocalBoxFuture;
use crate::fiber::body::Fiber;
use crate::task::{self, Body, Exit};
use crate::trace::{self, Spawned};

/// What can be said of a task when it is made.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Its name in dumps and traces.
    pub name: Option<String>,
    /// Bytes of address space of a fiber's stack, its guard included; the pool's default if none.
    pub stack_size: Option<usize>,
    pub(super) may_move: bool,
}

impl Options {
    /// Neither a name nor a size.
    pub fn new() -> Options {
        Options::default()
    }

    /// A name for dumps and traces.
    pub fn name(self, name: impl Into<String>) -> Options {
        Options { name: Some(name.into()), ..self }
    }

    /// Bytes of address space for a fiber's stack. Pages that are never touched cost nothing.
    pub fn stack_size(self, bytes: usize) -> Options {
        Options { stack_size: Some(bytes), ..self }
    }

    /// A fiber that may go on on another thread after it waited.
    ///
    /// # Safety
    ///
    /// Of everything that is alive on the fiber's stack while it waits, in the caller's code and in
    /// the code it calls, nothing is bound to a thread: no value that is not `Send` (an `Rc`, a
    /// `MutexGuard` of the standard library, a reference to a `Cell`), and no address of a
    /// thread-local variable, be it explicit or kept by the compiler across the wait, as it may do
    /// where accesses before and after it are inlined into one function. Drivers that this is
    /// called from must treat the panic count of the thread the same: the fiber does not wait
    /// inside of a `catch_unwind`'s closure that caught nothing yet, unless nothing unwinds there.
    pub unsafe fn may_move(self) -> Options {
        Options { may_move: true, ..self }
    }
}

/// How a body's panic or end is told, the same for every kind.
pub(crate) fn exit<T>(data: &Task, exit: Exit) -> Outcome<T> {
    if let Exit::Panicked(payload) = &exit {
        data.pool.panicked(data, payload.as_ref());
    }
    trace::finished(
        data.id(),
        match exit {
            Exit::Panicked(_) => trace::Outcome::Panicked,
            Exit::Aborted => trace::Outcome::Cancelled,
        },
    );
    Outcome(Err(exit))
}

pub(crate) fn done<T>(data: &Task, value: T) -> Outcome<T> {
    trace::finished(data.id(), trace::Outcome::Done);
    Outcome(Ok(value))
}

/// A future as a body.
struct FutureBody<F>(F);

impl<F> Body<Task> for FutureBody<F>
where
    F: Future + 'static,
    F::Output: Send + 'static,
{
    type Output = Outcome<F::Output>;

    #[inline]
    fn poll(self: Pin<&mut Self>, data: &Task, context: &mut Context<'_>) -> Poll<Self::Output> {
        // SAFETY: the future is pinned with its body, and never moved out of it.
        let future = unsafe { self.map_unchecked_mut(|body| &mut body.0) };
        let _polling = trace::polling(data.id());
        future.poll(context).map(|value| done(data, value))
    }

    fn exit(data: &Task, why: Exit) -> Self::Output {
        exit(data, why)
    }
}

/// A future that must not leave its thread.
struct Local(LocalBoxFuture);

// SAFETY: the task of such a future is settled on the worker that makes it before it is queued, so
// it is polled and dropped there: by its runner, since the registry keeps the cell until its
// outcome is written. If that worker's thread is gone it is leaked.
unsafe impl Send for Local {}

impl Future for Local {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.as_mut().poll(context)
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        if let Some(worker) = Worker::current() {
            worker.unsettle();
        }
    }
}

impl Shared {
    /// Makes the cell, lists it, and queues it.
    fn start<B, T>(&'static self, body: B, data: Task) -> Handle<T>
    where
        B: Body<Task, Output = Outcome<T>> + Send,
        T: Send + 'static,
    {
        let spawned =
            Spawned { kind: self.noun(data.kind()), name: data.name(), location: data.location() };
        trace::task_spawned(data.id(), spawned);
        let (runnable, handle, listed) = task::shared_listed(body, data);
        self.registry().insert(listed);
        if self.is_stopping() {
            // SAFETY: shared, and it has not started; a local one is dropped where it was made.
            unsafe { runnable.discard() };
        } else {
            self.schedule(handle.data().home(), runnable);
        }
        Handle::new(handle)
    }

    // Never inlined, like the next: what reads thread-locals must not become a part of code that
    // waits in between (`fiber/current.rs`).
    #[inline(never)]
    pub(super) fn spawn<F>(
        &'static self,
        future: F,
        options: Options,
        location: &'static Location<'static>,
    ) -> Handle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let name = options.name.map(String::into_boxed_str);
        self.start(FutureBody(future), Task::new(self, Kind::Future, name, location))
    }

    #[inline(never)]
    pub(super) fn spawn_fiber<F, T>(
        &'static self,
        main: F,
        options: Options,
        location: &'static Location<'static>,
    ) -> Handle<T>
    where
        F: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let name = options.name.map(String::into_boxed_str);
        let kind = if options.may_move { Kind::MovableFiber } else { Kind::Fiber };
        let size = options.stack_size.unwrap_or(self.config.stack_size);
        self.start(Fiber::new(main, size), Task::new(self, kind, name, location))
    }

    fn noun(&self, _: Kind) -> &'static str {
        self.config.noun
    }

    fn panicked(&'static self, task: &Task, payload: &(dyn Any + Send)) {
        if let Some(on_panic) = &self.config.on_panic {
            on_panic(task, payload);
        }
    }
}

/// Starts a future on this worker that never leaves it.
#[track_caller]
pub(super) fn local(worker: &Worker, future: LocalBoxFuture) {
    let task = Task::new(worker.shared, Kind::LocalFuture, None, Location::caller());
    task.settle(worker.index());
    worker.settle();
    drop(worker.shared.start(FutureBody(Local(future)), task));
}
