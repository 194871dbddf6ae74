//! The loop, controlled by hand.

use std::fmt;
use std::future::IntoFuture;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use fourfold_kernel::timer::Clock;

use super::context::{self, Context};
use super::futures::Future;
use super::handles::{Callback, Handle, In, ThreadsafeHandle, TimerHandle};
use super::interrupts::KeyboardInterrupt;
use super::loop_core::Core;
use super::loop_core::CoreRef;
use super::queueing;
use super::running;
use super::task_builder::TaskFactory;
use super::tasks::{How, Task};
use super::turn::Ended;
use crate::{Error, Result};

/// An event loop.
///
/// A loop belongs to the thread that makes it; clones refer to the same loop. The last clone that
/// is dropped closes it. Most programs need only [`run`](super::run).
///
/// The original is
/// [`asyncio.AbstractEventLoop`](https://docs.python.org/3/library/asyncio-eventloop.html).
///
/// ```
/// use fourfold::asyncio::Loop;
///
/// let event_loop = Loop::new()?;
/// let four = event_loop.run_until_complete(async { Ok(2 + 2) })?;
/// assert_eq!(four, 4);
/// event_loop.close()?;
/// # Ok::<(), fourfold::Error>(())
/// ```
///
/// What asyncio's debug mode finds at run time, a call from another thread that is not thread-safe,
/// the compiler finds here; [`remote`](Loop::remote) is the way in from there:
///
/// ```compile_fail
/// let event_loop = fourfold::asyncio::Loop::new().unwrap();
/// std::thread::spawn(move || event_loop.call_soon(|| ()));
/// ```
#[derive(Clone)]
pub struct Loop {
    core: Arc<Core>,
    /// `None` in a loop that was reached through a future: it does not keep the loop open.
    _open: Option<Rc<CloseOnDrop>>,
    _local: std::marker::PhantomData<*const ()>,
}

struct CloseOnDrop(Arc<Core>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        // A loop that is running is on this thread's stack and holds a clone of its handle.
        self.0.close();
    }
}

/// The loop that is running on this thread.
///
/// # Errors
///
/// Where none is.
///
/// The original is
/// [`asyncio.get_running_loop`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.get_running_loop).
pub fn get_running_loop() -> Result<Loop> {
    running::with_running_loop(|core| Loop::from_core(core.this()))
        .ok_or_else(|| Error::msg("no running event loop"))
}

impl Loop {
    /// A new loop on the real clock.
    ///
    /// # Errors
    ///
    /// Where the system has no file descriptor left for the loop's poll.
    pub fn new() -> Result<Loop> {
        Loop::with_clock(Clock::real())
    }

    /// A new loop whose time is virtual: it stands still while anything is runnable and jumps to
    /// the next timer when nothing is. A program that sleeps for an hour ends at once, with the
    /// same order of events.
    ///
    /// # Errors
    ///
    /// As for [`new`](Loop::new).
    pub fn with_virtual_time() -> Result<Loop> {
        Loop::with_clock(Clock::virtual_at_zero())
    }

    fn with_clock(clock: Clock) -> Result<Loop> {
        crate::dump::at_start();
        let core = Core::new(clock)?;
        core.set_debug(super::debug::from_environment());
        Ok(Loop {
            _open: Some(Rc::new(CloseOnDrop(core.clone()))),
            core,
            _local: std::marker::PhantomData,
        })
    }

    pub(crate) fn from_core(core: Arc<Core>) -> Loop {
        Loop { core, _open: None, _local: std::marker::PhantomData }
    }

    pub(crate) fn core(&self) -> &Arc<Core> {
        &self.core
    }

    fn check_open(&self) -> Result<()> {
        if self.core.is_closed() { Err(Error::msg("Event loop is closed")) } else { Ok(()) }
    }

    pub(crate) fn check_can_run(&self) -> Result<()> {
        self.check_open()?;
        if self.core.is_running() {
            return Err(Error::msg("This event loop is already running"));
        }
        if running::with_running_loop(|_| ()).is_some() {
            return Err(Error::msg("Cannot run the event loop while another loop is running"));
        }
        Ok(())
    }

    /// Runs turns until [`stop`](Loop::stop) is called.
    ///
    /// # Errors
    ///
    /// Where the loop is closed, or a loop is running on this thread already.
    pub fn run_forever(&self) -> Result<()> {
        self.check_can_run()?;
        match self.core.run() {
            Ended::Stopped => Ok(()),
            Ended::Interrupted => Err(KeyboardInterrupt::error()),
        }
    }

    /// Runs turns until `coroutine` is done, and gives its result.
    ///
    /// # Errors
    ///
    /// What the coroutine fails with; or where the loop is closed, is running already, or is
    /// stopped before the coroutine is done.
    #[track_caller]
    pub fn run_until_complete<T, C>(&self, coroutine: C) -> Result<T>
    where
        T: 'static,
        C: IntoFuture<Output = Result<T>>,
        C::IntoFuture: 'static,
    {
        self.check_can_run()?;
        let task =
            Task::create(&self.core, coroutine.into_future(), How::default(), Location::caller());
        self.run_task(&task)
    }

    /// As [`run_until_complete`](Loop::run_until_complete), of a task that exists.
    pub(crate) fn run_task<T: 'static>(&self, task: &Task<T>) -> Result<T> {
        let core = self.core.clone();
        let stop = task.on_done(move || core.stop());
        let ended = self.core.run();
        if let Some(key) = stop {
            task.unlisten(key);
        }
        if ended == Ended::Interrupted {
            return Err(KeyboardInterrupt::error());
        }
        if !task.done() {
            return Err(Error::msg("Event loop stopped before Future completed."));
        }
        task.take_result()
    }

    /// Ends [`run_forever`](Loop::run_forever) after the turn that is running.
    pub fn stop(&self) {
        self.core.stop();
    }

    /// Whether the loop is running.
    pub fn is_running(&self) -> bool {
        self.core.is_running()
    }

    /// Whether the loop was closed.
    pub fn is_closed(&self) -> bool {
        self.core.is_closed()
    }

    /// Ends the loop: tasks that are left are dropped where they stand, callbacks are forgotten.
    /// Closing twice does nothing.
    ///
    /// # Errors
    ///
    /// Where the loop is running.
    pub fn close(&self) -> Result<()> {
        if self.core.is_running() {
            return Err(Error::msg("Cannot close a running event loop"));
        }
        self.core.close();
        Ok(())
    }

    /// The loop's time since it was made. Virtual under [`with_virtual_time`].
    ///
    /// [`with_virtual_time`]: Loop::with_virtual_time
    pub fn time(&self) -> Duration {
        Duration::from_nanos(self.core.clock().now())
    }

    /// Queues a call of `f` for the next turn, in a copy of the current context.
    ///
    /// Calls are made in the order they were queued. A panic in `f` goes to the exception handler.
    ///
    /// # Panics
    ///
    /// Where the loop is closed, as a programming error.
    ///
    /// The original is
    /// [`loop.call_soon`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_soon).
    #[track_caller]
    #[inline]
    pub fn call_soon(&self, f: impl FnOnce() + 'static) -> Handle {
        self.soon(f, In::Copy(context::snapshot()))
    }

    /// As [`call_soon`](Loop::call_soon), in `context`.
    ///
    /// # Panics
    ///
    /// As [`call_soon`](Loop::call_soon).
    #[track_caller]
    pub fn call_soon_in(&self, context: Rc<Context>, f: impl FnOnce() + 'static) -> Handle {
        self.soon(f, In::Shared(context))
    }

    #[track_caller]
    #[inline]
    fn soon(&self, f: impl FnOnce() + 'static, context: In) -> Handle {
        self.core.call_soon(Callback::new(f, context, Location::caller()))
    }

    /// Queues a call of `f` once `delay` has passed, in a copy of the current context. A call with
    /// no delay still goes through the timers, behind everything that is queued already.
    ///
    /// # Panics
    ///
    /// Where the loop is closed.
    ///
    /// The original is
    /// [`loop.call_later`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_later).
    #[track_caller]
    pub fn call_later(&self, delay: Duration, f: impl FnOnce() + 'static) -> TimerHandle {
        self.at(self.core.deadline_after(delay), f, In::Copy(context::snapshot()))
    }

    /// As [`call_later`](Loop::call_later), in `context`.
    ///
    /// # Panics
    ///
    /// Where the loop is closed.
    #[track_caller]
    pub fn call_later_in(
        &self,
        context: Rc<Context>,
        delay: Duration,
        f: impl FnOnce() + 'static,
    ) -> TimerHandle {
        self.at(self.core.deadline_after(delay), f, In::Shared(context))
    }

    /// Queues a call of `f` once the loop's [`time`](Loop::time) has reached `when`.
    ///
    /// # Panics
    ///
    /// Where the loop is closed.
    #[track_caller]
    pub fn call_at(&self, when: Duration, f: impl FnOnce() + 'static) -> TimerHandle {
        self.at(queueing::nanoseconds(when), f, In::Copy(context::snapshot()))
    }

    #[track_caller]
    fn at(&self, deadline: u64, f: impl FnOnce() + 'static, context: In) -> TimerHandle {
        assert!(!self.core.is_closed(), "Event loop is closed");
        let callback = Callback::new(f, context, Location::caller());
        let (key, state) = self.core.call_at(deadline, callback);
        TimerHandle::new(CoreRef::new(&self.core), key, Duration::from_nanos(deadline), state)
    }

    /// A future of this loop.
    #[track_caller]
    pub fn create_future<T: 'static>(&self) -> Future<T> {
        Future::new(&self.core)
    }

    /// Runs `coroutine` as a task of this loop; its first step is on a later turn.
    ///
    /// # Panics
    ///
    /// Where the loop is closed.
    #[track_caller]
    pub fn create_task<T, C>(&self, coroutine: C) -> Task<T>
    where
        T: 'static,
        C: IntoFuture<Output = Result<T>>,
        C::IntoFuture: 'static,
    {
        assert!(!self.core.is_closed(), "Event loop is closed");
        Task::create(&self.core, coroutine.into_future(), How::default(), Location::caller())
    }

    /// Sets what every new task of this loop goes through before it starts; `None`: nothing. With
    /// [`eager_task_factory`](super::eager_task_factory) tasks start at once.
    ///
    /// The original is
    /// [`loop.set_task_factory`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.set_task_factory).
    pub fn set_task_factory(&self, factory: Option<TaskFactory>) {
        self.core.set_task_factory(factory);
    }

    /// What [`set_task_factory`](Loop::set_task_factory) was given.
    pub fn get_task_factory(&self) -> Option<TaskFactory> {
        self.core.task_factory()
    }

    /// A way to reach this loop from other threads.
    pub fn remote(&self) -> Remote {
        Remote { core: self.core.clone() }
    }

    /// Whether debug mode is on.
    pub fn get_debug(&self) -> bool {
        self.core.debug()
    }

    /// Turns debug mode on or off: it reports callbacks and steps that take long.
    pub fn set_debug(&self, on: bool) {
        self.core.set_debug(on);
    }

    /// From how long on a callback or a step is reported in debug mode; 100 ms at first.
    pub fn slow_callback_duration(&self) -> Duration {
        self.core.slow_callback_duration()
    }

    /// Sets [`slow_callback_duration`](Loop::slow_callback_duration).
    pub fn set_slow_callback_duration(&self, duration: Duration) {
        self.core.set_slow_callback_duration(duration);
    }

    /// Sets who is told of failures that nobody waits for; `None`: they go to standard error.
    pub fn set_exception_handler(&self, handler: Option<ExceptionHandler>) {
        self.core.set_exception_handler(handler);
    }

    /// Tells the exception handler of a failure.
    pub fn call_exception_handler(&self, context: ExceptionContext) {
        self.core.report(context);
    }

    /// Whether both are the same loop.
    pub fn same(&self, other: &Loop) -> bool {
        Arc::ptr_eq(&self.core, &other.core)
    }

    /// How many turns the loop has made.
    pub fn turns(&self) -> u64 {
        self.core.turns()
    }
}

impl fmt::Debug for Loop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loop")
            .field("running", &self.is_running())
            .field("closed", &self.is_closed())
            .finish()
    }
}

/// A way to reach a loop from other threads.
#[derive(Clone, Debug)]
pub struct Remote {
    core: Arc<Core>,
}

impl Remote {
    /// Queues a call of `f` on the loop's thread, in a copy of the current context, and wakes the
    /// loop if it sleeps. Any thread; from the loop's own it is
    /// [`call_soon`](Loop::call_soon).
    ///
    /// # Errors
    ///
    /// Where the loop is closed; `f` is dropped then.
    ///
    /// The original is
    /// [`loop.call_soon_threadsafe`](https://docs.python.org/3/library/asyncio-eventloop.html#asyncio.loop.call_soon_threadsafe).
    #[track_caller]
    pub fn call_soon_threadsafe(
        &self,
        f: impl FnOnce() + Send + 'static,
    ) -> Result<ThreadsafeHandle> {
        let (handle, call) = ThreadsafeHandle::new(f);
        if self.core.is_owner() && !self.core.is_closed() {
            // What was queued before keeps its place before it.
            let context = In::Copy(context::snapshot());
            self.core.queue_call(Callback::new(call, context, Location::caller()));
            return Ok(handle);
        }
        match self.core.send_call(Box::new(call)) {
            Ok(()) => Ok(handle),
            Err(_) => Err(Error::msg("Event loop is closed")),
        }
    }
}

/// Who is told of failures that nobody waits for.
pub type ExceptionHandler = Rc<dyn Fn(&ExceptionContext)>;

/// A failure that nobody waits for, and what is known of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ExceptionContext {
    /// What happened.
    pub message: String,
    /// The failure itself, if there is one.
    pub exception: Option<Error>,
    /// The name of the task it is about.
    pub task: Option<Rc<str>>,
    /// Where the callback, future or task was created.
    pub created_at: Option<&'static Location<'static>>,
}

impl ExceptionContext {
    /// A context with nothing but a message and a failure.
    pub fn new(message: impl Into<String>, exception: Option<Error>) -> ExceptionContext {
        ExceptionContext { message: message.into(), exception, task: None, created_at: None }
    }
}

impl fmt::Display for ExceptionContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(task) = &self.task {
            write!(f, "\ntask: {task}")?;
        }
        if let Some(exception) = &self.exception {
            write!(f, "\nexception: {exception}")?;
        }
        if let Some(location) = self.created_at {
            write!(f, "\ncreated at {location}")?;
        }
        Ok(())
    }
}
