//! A coroutine that runs by itself.

use std::fmt;
use std::future::{Future as StdFuture, IntoFuture};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context as PollContext, Poll};

use fourfold_kernel::driver::LocalBoxFuture;
use fourfold_kernel::task::{self, Body, Erased, Exit, Runnable};
use fourfold_kernel::trace;

use super::cell::{self, Flag, Local, TaskData};
use super::context::{self, Context, Snapshot};
use super::futures::Future;
use super::turn::{self, Core};
use crate::{Error, Result};

/// A coroutine that the loop runs, and the future of its result.
///
/// A task belongs to the thread of its loop. It is a [`Future`] without the setters: awaitable by
/// many, with done callbacks. Dropping a `Task` detaches it; the coroutine goes on.
///
/// The original is
/// [`asyncio.Task`](https://docs.python.org/3/library/asyncio-task.html#asyncio.Task).
pub struct Task<T: 'static> {
    future: Future<T>,
}

/// Runs `coroutine` as a task of the running loop; its first step is on a later turn.
///
/// The task runs in a copy of the current context. The original is
/// [`asyncio.create_task`](https://docs.python.org/3/library/asyncio-task.html#asyncio.create_task).
///
/// # Panics
///
/// Where no loop is running on this thread.
///
/// ```
/// use fourfold::asyncio;
///
/// let seven = asyncio::run(async {
///     let three = asyncio::create_task(async { Ok(3) });
///     let four = asyncio::create_task(async { Ok(4) });
///     Ok(three.await? + four.await?)
/// });
/// assert_eq!(seven.unwrap(), 7);
/// ```
#[track_caller]
#[inline]
pub fn create_task<T, C>(coroutine: C) -> Task<T>
where
    T: 'static,
    C: IntoFuture<Output = Result<T>>,
    C::IntoFuture: 'static,
{
    Task::start(running_core(), coroutine.into_future(), How::default())
}

/// The core of the running loop.
///
/// # Panics
///
/// Where no loop is running on this thread.
#[track_caller]
#[inline]
pub(crate) fn running_core() -> Arc<Core> {
    match turn::with_running_loop(Core::this) {
        Some(core) => core,
        None => panic!("no running event loop: call this from a coroutine under asyncio::run"),
    }
}

/// How a task is made, where it is not the plain way.
#[derive(Default)]
pub(crate) struct How {
    pub(crate) name: Option<Rc<str>>,
    pub(crate) context: Option<Rc<Context>>,
    pub(crate) eager: bool,
}

impl<T: 'static> Task<T> {
    #[track_caller]
    #[inline]
    pub(crate) fn start<F>(core: Arc<Core>, future: F, how: How) -> Task<T>
    where
        F: StdFuture<Output = Result<T>> + 'static,
    {
        let data = TaskData::new(core, Location::caller(), true, cell::cancel_task);
        let (runnable, handle) = task::local(Step { future }, data);
        let data = handle.data();
        let local = data.local();
        if how.name.is_some() || how.context.is_some() {
            local.with_extra(|extra| {
                extra.name = how.name;
                extra.shared_context = how.context;
            });
        }
        local.context.set(context::snapshot());
        trace_spawned(local);
        data.core().remember_task(handle.erase());
        let task = Task { future: Future::from_cell(handle) };
        if how.eager {
            run_eagerly(runnable);
        } else {
            task.future.cell().data().core().queue_task(runnable);
        }
        task
    }

    /// Asks the coroutine to stop: it is resumed on the next turn with `Cancelled` raised at its
    /// innermost await. It may clean up with further awaits, and it may refuse. `false`: it was
    /// done already.
    pub fn cancel(&self) -> bool {
        self.future.cancel()
    }

    /// As [`cancel`](Task::cancel), with a text that the `Cancelled` error carries.
    pub fn cancel_with(&self, message: impl Into<Arc<str>>) -> bool {
        self.future.cancel_with(message)
    }

    /// How many cancellations were asked for and not taken back.
    pub fn cancelling(&self) -> u32 {
        self.local().cancelling.get()
    }

    /// Takes one cancellation request back and tells how many are left. When none is left, one
    /// that was not yet raised is not raised any more.
    pub fn uncancel(&self) -> u32 {
        let local = self.local();
        let left = local.cancelling.get().saturating_sub(1);
        local.cancelling.set(left);
        if left == 0 {
            local.clear(Flag::MustCancel);
        }
        left
    }

    /// The task's name, `Task-N` where none was given.
    pub fn get_name(&self) -> String {
        self.local().name().to_string()
    }

    /// Gives the task a name.
    pub fn set_name(&self, name: impl Into<Rc<str>>) {
        let name = name.into();
        if trace::enabled() {
            trace::renamed(trace::TaskId::from(self.local().id), &name);
        }
        self.local().with_extra(|extra| extra.name = Some(name));
    }

    /// Where the task was created.
    pub fn created_at(&self) -> &'static Location<'static> {
        self.local().location
    }

    /// A reference to the task without its result's type.
    pub fn erased(&self) -> AnyTask {
        AnyTask { cell: self.future.erase() }
    }

    pub(crate) fn local(&self) -> &Local {
        self.future.cell().data().local()
    }

    pub(crate) fn future(&self) -> &Future<T> {
        &self.future
    }
}

/// Reading, waiting and callbacks are the future's.
impl<T: 'static> Deref for Task<T> {
    type Target = ReadFuture<T>;

    fn deref(&self) -> &ReadFuture<T> {
        ReadFuture::of(&self.future)
    }
}
