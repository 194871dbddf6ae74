//! Running a program from its main coroutine to its end.
//!
//! The end is the larger part: leftovers are cancelled and waited for, what they fail with is told,
//! generators are closed, the executor's threads end, and only then the loop goes.

use std::cell::Cell;
use std::fmt;
use std::future::IntoFuture;
use std::panic::Location;
use std::rc::Rc;
use std::time::Duration;

use super::cell::{self, DoneCall, Listener, OnceDone};
use super::context::{self, Context};
use super::event_loop::{ExceptionContext, Loop};
use super::futures::Future;
use super::handles::{Callback, In};
use super::interrupts::{Interrupts, KeyboardInterrupt};
use super::running;
use super::tasks::{How, Task};
use super::turn::Ended;
use crate::{Error, Result};

/// As long as CPython waits for the threads of the default executor.
const JOIN_THREADS: Duration = Duration::from_secs(300);

/// Runs `main` on a new loop, cleans up after it, and gives its result.
///
/// What is left when `main` is done is cancelled and waited for; what it then fails with goes to
/// the exception handler. Asynchronous generators are closed, the default executor is shut down,
/// and the loop is closed. The first SIGINT meanwhile cancels `main`; see [`Runner::run`].
///
/// # Errors
///
/// What `main` fails with; [`KeyboardInterrupt`] where a SIGINT ended it; or where a loop runs on
/// this thread already.
///
/// # Panics
///
/// A panic in `main` does not unwind through `run`; it is returned as an error.
///
/// The original is
/// [`asyncio.run`](https://docs.python.org/3/library/asyncio-runner.html#asyncio.run).
///
/// ```
/// use fourfold::asyncio;
///
/// let greeting = asyncio::run(async { Ok("hello") });
/// assert_eq!(greeting.unwrap(), "hello");
/// ```
#[track_caller]
pub fn run<T, C>(main: C) -> Result<T>
where
    T: 'static,
    C: IntoFuture<Output = Result<T>>,
    C::IntoFuture: 'static,
{
    if running::with_running_loop(|_| ()).is_some() {
        return Err(Error::msg("asyncio.run() cannot be called from a running event loop"));
    }
    let mut runner = Runner::new();
    let result = runner.run(main);
    let closed = runner.close();
    let value = result?;
    closed.map(|()| value)
}

/// Runs several main coroutines, one after the other, on one loop and in one context.
///
/// The loop is made when it is first needed. Dropping the runner [closes](Runner::close) it.
///
/// The original is
/// [`asyncio.Runner`](https://docs.python.org/3/library/asyncio-runner.html#asyncio.Runner).
///
/// ```
/// use fourfold::asyncio::{self, Loop, Runner};
/// use std::time::Duration;
///
/// let mut runner = Runner::new().loop_factory(Loop::with_virtual_time);
/// let one = runner.run(async { Ok(1) })?;
/// let two = runner.run(async move {
///     asyncio::sleep(Duration::from_secs(3600)).await?;
///     Ok(one + 1)
/// })?;
/// assert_eq!(two, 2);
/// runner.close()?;
/// # Ok::<(), fourfold::Error>(())
/// ```
pub struct Runner {
    debug: Option<bool>,
    handle_sigint: Option<bool>,
    loop_factory: Option<LoopFactory>,
    state: State,
}

type LoopFactory = Box<dyn FnOnce() -> Result<Loop>>;

enum State {
    Created,
    Open(Open),
    Closed,
}

struct Open {
    event_loop: Loop,
    context: Rc<Context>,
}

impl Runner {
    /// A runner with a loop on the real clock.
    pub fn new() -> Runner {
        Runner { debug: None, handle_sigint: None, loop_factory: None, state: State::Created }
    }

    /// Turns debug mode on or off. Without this the environment decides, by
    /// `FOURFOLD_ASYNCIO_DEBUG`.
    pub fn debug(mut self, on: bool) -> Runner {
        self.debug = Some(on);
        self
    }

    /// Makes the loop with `factory`, as [`Loop::with_virtual_time`].
    pub fn loop_factory(mut self, factory: impl FnOnce() -> Result<Loop> + 'static) -> Runner {
        self.loop_factory = Some(Box::new(factory));
        self
    }

    /// Whether SIGINT cancels the main task. Without this it does so in the process's main thread,
    /// where nobody else has installed a handler for it, as in the original.
    pub fn handle_sigint(mut self, on: bool) -> Runner {
        self.handle_sigint = Some(on);
        self
    }

    fn open(&mut self) -> Result<&Open> {
        if matches!(self.state, State::Created) {
            let event_loop = match self.loop_factory.take() {
                Some(factory) => factory()?,
                None => Loop::new()?,
            };
            if let Some(debug) = self.debug {
                event_loop.set_debug(debug);
            }
            self.state =
                State::Open(Open { event_loop, context: Rc::new(context::copy_context()) });
        }
        match &self.state {
            State::Open(open) => Ok(open),
            State::Created | State::Closed => Err(Error::msg("Runner is closed")),
        }
    }

    /// The runner's loop, made now if it was not yet.
    ///
    /// # Errors
    ///
    /// Where the runner is closed, or the loop cannot be made.
    pub fn get_loop(&mut self) -> Result<Loop> {
        Ok(self.open()?.event_loop.clone())
    }

    /// Runs `main` to its end and gives its result. Other tasks it started stay suspended in the
    /// loop, until the next `run` or until [`close`](Runner::close).
    ///
    /// # Errors
    ///
    /// What `main` fails with; [`KeyboardInterrupt`]; where the runner is closed, or a loop runs on
    /// this thread already.
    ///
    /// # Cancellation
    ///
    /// The first SIGINT cancels the main task, which may clean up. If it ends as cancelled, the
    /// error is a [`KeyboardInterrupt`]; a main task that refuses ends as it likes.
    ///
    /// The second SIGINT interrupts at once: the loop is left at the end of the step or callback
    /// that is running, and `run` returns a [`KeyboardInterrupt`] without waiting for clean-up. The
    /// main task is then a leftover, so that [`close`](Runner::close) cancels it once more, at the
    /// await its clean-up is in. An interrupt during `close` leaves the loop again, and everything
    /// is dropped where it stands. Where a step does not end, one more SIGINT ends the process.
    #[track_caller]
    pub fn run<T, C>(&mut self, main: C) -> Result<T>
    where
        T: 'static,
        C: IntoFuture<Output = Result<T>>,
        C::IntoFuture: 'static,
    {
        self.start(None, main.into_future(), Location::caller())
    }

    /// As [`run`](Runner::run), in `context` instead of the runner's own.
    ///
    /// # Errors
    ///
    /// As for [`run`](Runner::run).
    #[track_caller]
    pub fn run_in<T, C>(&mut self, context: Rc<Context>, main: C) -> Result<T>
    where
        T: 'static,
        C: IntoFuture<Output = Result<T>>,
        C::IntoFuture: 'static,
    {
        self.start(Some(context), main.into_future(), Location::caller())
    }

    fn start<T: 'static>(
        &mut self,
        context: Option<Rc<Context>>,
        main: impl std::future::Future<Output = Result<T>> + 'static,
        location: &'static Location<'static>,
    ) -> Result<T> {
        if running::with_running_loop(|_| ()).is_some() {
            let text = "Runner.run() cannot be called from a running event loop";
            return Err(Error::msg(text));
        }
        let handle_sigint = self.handle_sigint;
        let open = self.open()?;
        let core = open.event_loop.core();
        let how = How {
            context: Some(context.unwrap_or_else(|| open.context.clone())),
            ..How::default()
        };
        let task = Task::start(core, main, how, location);
        let interrupts = Interrupts::watch(core, Some(task.erased()), handle_sigint);
        match open.event_loop.run_task(&task) {
            Err(cancelled)
                if cancelled.is_cancelled() && interrupts.seen() && task.uncancel() == 0 =>
            {
                Err(KeyboardInterrupt::error().caused_by(cancelled))
            }
            other => other,
        }
    }

    /// Cancels the tasks that are left and waits for them, closes asynchronous generators, shuts
    /// the default executor down, and closes the loop. Closing twice does nothing.
    ///
    /// # Errors
    ///
    /// [`KeyboardInterrupt`] where a SIGINT came; an error of one of the parts. The loop is closed
    /// in any case.
    pub fn close(&mut self) -> Result<()> {
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Open(open) => {
                let _interrupts =
                    Interrupts::watch(open.event_loop.core(), None, self.handle_sigint);
                let result = shut_down(&open.event_loop);
                // A loop that somebody else runs stays open, and theirs.
                open.event_loop.close().and(result)
            }
            State::Created | State::Closed => Ok(()),
        }
    }
}

impl Default for Runner {
    fn default() -> Runner {
        Runner::new()
    }
}

impl Drop for Runner {
    fn drop(&mut self) {
        if std::thread::panicking() {
            // No more steps: the loop's last handle drops what is left.
            return;
        }
        if let Err(error) = self.close() {
            eprintln!("closing a Runner that was dropped failed: {error}");
        }
    }
}

impl fmt::Debug for Runner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Created => "created",
            State::Open(_) => "open",
            State::Closed => "closed",
        };
        f.debug_struct("Runner").field("state", &state).finish_non_exhaustive()
    }
}

fn shut_down(event_loop: &Loop) -> Result<()> {
    cancel_all_tasks(event_loop)?;
    let closing = Loop::from_core(event_loop.core().this());
    event_loop.run_until_complete(async move { closing.shutdown_asyncgens().await })?;
    event_loop
        .run_until_complete(super::executor::shut_default_down(event_loop, Some(JOIN_THREADS)))
}

/// Cancels every task of the loop and runs it until they are done, as `gather` with
/// `return_exceptions` does.
fn cancel_all_tasks(event_loop: &Loop) -> Result<()> {
    event_loop.check_can_run()?;
    let core = event_loop.core();
    let left = core.tasks();
    if left.is_empty() {
        return Ok(());
    }
    for task in &left {
        cell::cancel(task, None);
    }
    let gathered = Future::<()>::new(core);
    let pending = Rc::new(Cell::new(left.len()));
    for task in &left {
        let (gathered, pending) = (gathered.clone(), pending.clone());
        let one_less = move || {
            pending.set(pending.get() - 1);
            if pending.get() == 0 {
                // Nobody else has this future, so it is not done.
                let _ = gathered.set_result(());
            }
        };
        let location = Location::caller();
        let make: OnceDone = Box::new(move |_| Callback::new(one_less, In::Copy(None), location));
        let call = Rc::new(DoneCall::Once(Cell::new(Some(make))));
        if let Err(Listener::Call(call)) = task.listen(Listener::Call(call)) {
            call.queue(task.clone());
        }
    }
    // A foreign future hears of no cancellation and might never end. Where a task is suspended in
    // one, awaited bare, there is nothing to clean up from: it is dropped.
    for task in left.iter().filter(|task| cell::is_in_foreign_wait(task)) {
        task.abort();
    }
    let this = core.this();
    gathered.on_done(move || this.stop());
    match core.run() {
        Ended::Interrupted => return Err(KeyboardInterrupt::error()),
        Ended::Stopped if !gathered.done() => {
            return Err(Error::msg("Event loop stopped before Future completed."));
        }
        Ended::Stopped => {}
    }
    for task in &left {
        let local = task.data().local();
        if let Some(failure) = local.failure() {
            local.seen();
            let text = "unhandled exception during asyncio.run() shutdown";
            let mut context = ExceptionContext::new(text, Some(failure));
            context.task = Some(local.name());
            context.created_at = Some(local.location);
            core.report(context);
        }
    }
    Ok(())
}
