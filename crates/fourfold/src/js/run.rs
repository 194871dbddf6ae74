//! Running a program, and what its end says.

use std::fmt;
use std::future::IntoFuture;
use std::marker::PhantomData;
use std::panic::Location;
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::Arc;

use fourfold_kernel::task::Erased;
use fourfold_kernel::timer::Clock;

use super::cell::PromiseData;
use super::core::{self, Core};
use super::errors::Named;
use super::listener::{Listener, Listening};
use super::microtasks::Reaction;
use super::process::{Failure, Origin};
use super::promise::{Promise, State};
use super::rejections::Step;
use crate::{Error, Result};

/// Runs a program to its end: calls `main` as an async function, and runs the loop until nothing is left
/// that keeps it alive.
///
/// It gives what `main` returned, once the loop has ended.
///
/// # Errors
///
/// * What `main` failed with. The loop ends at once then, unless a listener for uncaught exceptions has
///   it go on.
/// * An [`Uncaught`], where a rejection stays unhandled, or a callback throws: the loop ends at once.
/// * An [`Exit`], after [`process::exit`](super::process::exit), and where nothing is left that could
///   settle what `main` awaits; its code is 13 then.
/// * Those of the system, where it refuses a loop.
///
/// # Panics
///
/// Where a loop of this dialect is running on this thread already.
///
/// The original is running a module with Node.
///
/// ```
/// use fourfold::js;
///
/// let text = js::run(async {
///     js::set_timeout_promise(1).await?;
///     Ok("the end")
/// })?;
/// assert_eq!(text, "the end");
/// # Ok::<(), fourfold::Error>(())
/// ```
#[track_caller]
pub fn run<T, M>(main: M) -> Result<T>
where
    T: Clone + 'static,
    M: IntoFuture<Output = Result<T>>,
    M::IntoFuture: 'static,
{
    Builder::new().run(main)
}

/// As [`run`], for a function `main`: writes what the program failed with to standard error, with the
/// places the error came through, and gives the exit code that Node would: 0; 1 for a failure; 13 where
/// `main` can never settle; that of [`process::exit`](super::process::exit).
///
/// ```no_run
/// use std::process::ExitCode;
/// use fourfold::js;
///
/// fn main() -> ExitCode {
///     js::main(async {
///         js::set_timeout(|| println!("a moment later"), 100);
///         Ok(())
///     })
/// }
/// ```
#[track_caller]
pub fn main<T, M>(main: M) -> ExitCode
where
    T: Clone + 'static,
    M: IntoFuture<Output = Result<T>>,
    M::IntoFuture: 'static,
{
    match Builder::new().end(main) {
        Ok(end) => {
            if let Some(text) = end.text() {
                eprintln!("{text}");
            }
            ExitCode::from(end.code as u8)
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// A loop that is yet to be run, and its settings.
///
/// ```
/// use fourfold::js;
///
/// // A minute passes in no time: on a virtual clock the next timer is always due.
/// js::Builder::new().virtual_time().run(async { js::set_timeout_promise(60_000).await })
/// # ?; Ok::<(), fourfold::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Builder {
    clock: Clock,
}

impl Builder {
    /// A loop with the settings of [`run`].
    pub fn new() -> Builder {
        Builder { clock: Clock::real() }
    }

    /// Time stands still while anything runs and jumps to the next timer when nothing does.
    #[must_use]
    pub fn virtual_time(self) -> Builder {
        Builder { clock: Clock::virtual_at_zero() }
    }

    /// As [`run`].
    ///
    /// # Errors
    ///
    /// As [`run`].
    ///
    /// # Panics
    ///
    /// As [`run`].
    #[track_caller]
    pub fn run<T, M>(self, main: M) -> Result<T>
    where
        T: Clone + 'static,
        M: IntoFuture<Output = Result<T>>,
        M::IntoFuture: 'static,
    {
        self.end(main)?.into_result()
    }

    #[track_caller]
    fn end<T, M>(self, main: M) -> Result<End<T>>
    where
        T: Clone + 'static,
        M: IntoFuture<Output = Result<T>>,
        M::IntoFuture: 'static,
    {
        let made_at = Location::caller();
        assert!(
            core::try_with_running(|_| ()).is_none(),
            "a loop of the JavaScript dialect is running on this thread already: call an async_fn"
        );
        let core = Core::new(if self.clock.is_virtual() { self.clock } else { Clock::real() })?;
        let _closed = Closed(&core);
        let _driver = fourfold_kernel::driver::enter(core.clone());
        let _running = core::enter(&core);
        let main: Promise<T> = super::async_fn::start(&core, main.into_future(), made_at);
        core.watch_main(&main);
        core.drain();
        let code = core.run_to_the_end(&|| main.state() == State::Pending);
        core.tell_exit(code);
        let unsettled = main.state() == State::Pending && !core.is_leaving();
        let code = core.exit_code().unwrap_or(code);
        let value = match main.state() {
            State::Pending => None,
            State::Fulfilled | State::Rejected => Some(main.outcome()),
        };
        let exited = core.is_leaving();
        Ok(End { value, failure: core.take_failure(), code, exited, unsettled })
    }
}

impl Default for Builder {
    fn default() -> Self {
        Builder::new()
    }
}

impl Core {
    /// Has a failure of `main` end the loop, unless somebody listens: at once if it failed before its
    /// first await, as a throw in a script does, and else in a microtask. Listeners for unhandled
    /// rejections are not told.
    fn watch_main<T: 'static>(&self, main: &Promise<T>) {
        main.handle();
        match main
            .cell()
            .listen(Listener::react(Listening::new(Rc::new(Main::<T>(PhantomData)), 0)))
        {
            Ok(_) => {}
            Err(_) => {
                if let Some(Err(error)) = main.cell().get() {
                    self.uncaught(error.clone(), Origin::UncaughtException);
                }
            }
        }
    }

    /// Runs until nothing is left, also after that was told of. Gives the exit code.
    fn run_to_the_end(&self, main_is_pending: &dyn Fn() -> bool) -> i32 {
        loop {
            self.spin();
            if self.is_leaving() {
                return self.exit_code().unwrap_or(0);
            }
            self.tell_before_exit();
            if self.is_leaving() {
                return self.exit_code().unwrap_or(0);
            }
            if !self.is_alive() {
                let unsettled = if main_is_pending() { 13 } else { 0 };
                return self.exit_code().unwrap_or(unsettled);
            }
        }
    }
}

/// Closes a loop however it is left.
struct Closed<'a>(&'a Arc<Core>);

impl Drop for Closed<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// What hears of the end of `main`.
struct Main<T>(PhantomData<fn(T)>);

impl<T: 'static> Reaction for Main<T> {
    fn react(self: Rc<Self>, _: u32, source: Erased<PromiseData>) {
        // SAFETY: it listens to the promise of `T` that `main` returned.
        let main: Promise<T> = Promise::from_handle(unsafe { source.into_handle() });
        if let Some(Err(error)) = main.cell().get() {
            main.core().uncaught(error.clone(), Origin::UnhandledRejection);
        }
    }
}

/// How a program ended.
struct End<T> {
    value: Option<Result<T>>,
    failure: Option<Failure>,
    code: i32,
    /// It was left before it had come to its end.
    exited: bool,
    /// It came to its end, and `main` did not.
    unsettled: bool,
}

impl<T> End<T> {
    fn into_result(self) -> Result<T> {
        match (self.failure, self.value) {
            (Some(failure), Some(Err(error))) if failure.error.ptr_eq(&error) => Err(error),
            (Some(failure), _) => Err(Uncaught::new(failure).into()),
            (None, Some(Err(error))) => Err(error),
            (None, Some(Ok(value))) if !self.exited || self.code == 0 => Ok(value),
            (None, _) => Err(Exit { code: self.code, unsettled: !self.exited }.into()),
        }
    }

    /// What is to be told of it.
    fn text(&self) -> Option<String> {
        if let Some(failure) = &self.failure {
            return Some(failure.text());
        }
        self.unsettled
            .then(|| format!("Warning: Detected unsettled top-level await\n    {UNSETTLED}"))
    }
}

impl Failure {
    fn text(&self) -> String {
        let mut text = Named(&self.error).to_string();
        if let Some(rejection) = &self.rejection
            && self.path.is_empty()
        {
            text.push_str(&format!("\n    promise made at {}", rejection.made_at));
        }
        for step in &self.path {
            text.push_str(&format!("\n    {step}"));
        }
        let mut cause = self.error.cause();
        while let Some(error) = cause {
            text.push_str(&format!("\n  caused by {}", Named(error)));
            cause = error.cause();
        }
        text
    }
}

/// Nobody caught what a callback threw, or handled a rejection: what [`run`] fails with.
///
/// Its text names the places that the error came through.
#[derive(Clone, Debug)]
pub struct Uncaught {
    reason: Error,
    origin: Origin,
    path: Vec<Step>,
    text: String,
}

impl Uncaught {
    fn new(failure: Failure) -> Uncaught {
        let text = failure.text();
        Uncaught { reason: failure.error, origin: failure.origin, path: failure.path, text }
    }

    /// What was thrown, or rejected with.
    pub fn reason(&self) -> &Error {
        &self.reason
    }

    /// Which of the two.
    pub fn origin(&self) -> Origin {
        self.origin
    }

    /// The way it took through promises and awaits, from where it was rejected first.
    pub fn path(&self) -> &[Step] {
        &self.path
    }
}

impl fmt::Display for Uncaught {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Uncaught {}

const UNSETTLED: &str = "nothing is left that could settle what main awaits; keep what it waits for \
                         referenced, or settle it (exit code 13)";

/// The loop ended before `main` did, without a failure: what [`run`] fails with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    code: i32,
    unsettled: bool,
}

impl Exit {
    /// The exit code.
    pub fn code(&self) -> i32 {
        self.code
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.unsettled {
            f.write_str(UNSETTLED)
        } else {
            write!(f, "the loop was ended by process::exit({})", self.code)
        }
    }
}

impl std::error::Error for Exit {}
