//! What the process hears of, and how it ends.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::callback::{Callback, Outcome};
use super::core::{self, Core, CoreRef};
use super::microtasks::Job;
use super::rejections::{Rejection, Step};
use crate::{Error, Result};

/// The listeners of the process, and how it is left.
#[derive(Default)]
pub(super) struct Process {
    unhandled_rejection: Listeners<OnRejection>,
    rejection_handled: Listeners<OnRejection>,
    uncaught_exception: Listeners<OnUncaught>,
    uncaught_exception_monitor: Listeners<OnUncaught>,
    before_exit: Listeners<OnExit>,
    exit: Listeners<OnExit>,
    warning: Listeners<OnWarning>,
    numbers: Cell<u64>,
    exit_code: Cell<Option<i32>>,
    leaving: Cell<bool>,
    failure: RefCell<Option<Failure>>,
}

/// Those of one event, each with its number.
type Listeners<F> = RefCell<Vec<(u64, Rc<F>)>>;
type OnRejection = dyn Fn(&Rejection) -> Result<()>;
type OnUncaught = dyn Fn(&Error, Origin) -> Result<()>;
type OnExit = dyn Fn(i32) -> Result<()>;
type OnWarning = dyn Fn(&Warning) -> Result<()>;

/// The exit code where a listener for uncaught exceptions throws.
const LISTENER_FAILED: i32 = 7;

/// Names a function that listens to the process. Dropping it changes nothing.
#[derive(Clone)]
pub struct Listener {
    core: CoreRef,
    number: u64,
    remove: fn(&Process, u64),
}

impl Listener {
    /// Has the function not called any more, except for what is being told of already.
    ///
    /// The original is
    /// [`process.off`](https://nodejs.org/api/events.html#emitteroffeventname-listener).
    pub fn remove(&self) {
        (self.remove)(&self.core.owned().process, self.number);
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("number", &self.number).finish_non_exhaustive()
    }
}

/// From where an exception came that nobody caught.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A callback threw it.
    UncaughtException,
    /// A promise was rejected with it, and nobody reacted.
    UnhandledRejection,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Origin::UncaughtException => "uncaughtException",
            Origin::UnhandledRejection => "unhandledRejection",
        })
    }
}

/// What a loop ended with that was not its own choice.
pub(super) struct Failure {
    pub(super) error: Error,
    pub(super) origin: Origin,
    pub(super) rejection: Option<Rejection>,
    pub(super) path: Vec<Step>,
}

/// Something that the process warns of.
///
/// The original is
/// [`'warning'`](https://nodejs.org/api/process.html#event-warning).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    name: String,
    message: String,
}

impl Warning {
    /// What kind of warning it is.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it says.
    pub fn message(&self) -> &str {
        &self.message
    }
}

macro_rules! event {
    ($(#[$doc:meta])* $name:ident, $field:ident, ($($argument:ident: $of:ty),*)) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// Where no loop of this dialect is running on this thread.
        #[track_caller]
        pub fn $name<R: Outcome>(listener: impl Fn($($of),*) -> R + 'static) -> Listener {
            core::with_running(|core| {
                let process = &core.local().process;
                let number = process.numbers.get();
                process.numbers.set(number + 1);
                let listener = move |$($argument: $of),*| listener($($argument),*).into_result();
                process.$field.borrow_mut().push((number, Rc::new(listener)));
                let remove = |process: &Process, number| {
                    let gone = process.$field.borrow_mut().extract_if(.., |(n, _)| *n == number).next();
                    drop(gone);
                };
                Listener { core: CoreRef::new(core), number, remove }
            })
        }
    };
}

event! {
    /// Calls `listener` for each rejection that nobody handled by the time the microtasks were drained.
    /// Where there is a listener the loop goes on.
    ///
    /// The original is
    /// [`'unhandledRejection'`](https://nodejs.org/api/process.html#event-unhandledrejection).
    on_unhandled_rejection, unhandled_rejection, (rejection: &Rejection)
}

event! {
    /// Calls `listener` when somebody reacts to a promise whose rejection was told of as unhandled.
    ///
    /// The original is
    /// [`'rejectionHandled'`](https://nodejs.org/api/process.html#event-rejectionhandled).
    on_rejection_handled, rejection_handled, (rejection: &Rejection)
}

event! {
    /// Calls `listener` with what a callback threw, or a promise was rejected with, and nobody caught.
    /// Where there is a listener the loop goes on. One that throws itself ends it with code 7, and `exit`
    /// is not told then.
    ///
    /// The original is
    /// [`'uncaughtException'`](https://nodejs.org/api/process.html#event-uncaughtexception).
    on_uncaught_exception, uncaught_exception, (error: &Error, origin: Origin)
}

event! {
    /// Calls `listener` as [`on_uncaught_exception`] does, before the listeners of that, and without
    /// keeping the loop from ending.
    ///
    /// The original is
    /// [`'uncaughtExceptionMonitor'`](https://nodejs.org/api/process.html#event-uncaughtexceptionmonitor).
    on_uncaught_exception_monitor, uncaught_exception_monitor, (error: &Error, origin: Origin)
}

event! {
    /// Calls `listener` with the exit code when nothing is left to do. What it begins is done, and then
    /// it is called again.
    ///
    /// The original is
    /// [`'beforeExit'`](https://nodejs.org/api/process.html#event-beforeexit).
    on_before_exit, before_exit, (code: i32)
}

event! {
    /// Calls `listener` with the exit code when the loop has ended. What it begins is not done.
    ///
    /// The original is [`'exit'`](https://nodejs.org/api/process.html#event-exit).
    on_exit, exit, (code: i32)
}

event! {
    /// Calls `listener` with each warning, which else is written to standard error.
    ///
    /// The original is
    /// [`'warning'`](https://nodejs.org/api/process.html#event-warning).
    on_warning, warning, (warning: &Warning)
}

/// Has the loop end, with this exit code, as soon as the callback or the step that runs now is over.
///
/// In Node nothing behind the call is run; here the function that calls it runs on to its next await or
/// its end. The original is [`process.exit`](https://nodejs.org/api/process.html#processexitcode).
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
#[track_caller]
pub fn exit(code: i32) {
    core::with_running(|core| {
        core.local().process.exit_code.set(Some(code));
        core.leave();
    });
}

/// The code that the process is to exit with, if nothing else decides it.
///
/// The original is [`process.exitCode`](https://nodejs.org/api/process.html#processexitcode_1).
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
#[track_caller]
pub fn set_exit_code(code: i32) {
    core::with_running(|core| core.local().process.exit_code.set(Some(code)));
}

/// The code that was set, if one was.
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
#[track_caller]
pub fn exit_code() -> Option<i32> {
    core::with_running(Core::exit_code)
}

/// Warns: tells the listeners, or standard error where there are none, in a tick of its own.
///
/// The original is
/// [`process.emitWarning`](https://nodejs.org/api/process.html#processemitwarningwarning-options).
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
#[track_caller]
pub fn emit_warning(name: &str, message: &str) {
    core::with_running(|core| warn_on(core, name, message));
}

pub(super) fn warn_on(core: &Core, name: &str, message: &str) {
    let warning = Warning { name: name.into(), message: message.into() };
    let tell = Callback::new(move || core::with_running(|core| core.warn(&warning)));
    core.local().ticks.borrow_mut().push_back(Job::new(tell));
}

/// Calls the listeners there are now, though one of them may add others, up to one that throws. Whether
/// there were any.
fn tell<F: ?Sized>(listeners: &Listeners<F>, call: impl Fn(&F) -> Result<()>) -> Result<bool> {
    let listeners = listeners.borrow().clone();
    for (_, listener) in &listeners {
        let returned = catch_unwind(AssertUnwindSafe(|| call(listener)));
        returned.unwrap_or_else(|panic| Err(Error::from_panic(panic)))?;
    }
    Ok(!listeners.is_empty())
}

impl Core {
    /// Whether the loop is to be left at once.
    #[inline]
    pub(super) fn is_leaving(&self) -> bool {
        self.owned().process.leaving.get()
    }

    pub(super) fn leave(&self) {
        self.local().process.leaving.set(true);
    }

    pub(super) fn exit_code(&self) -> Option<i32> {
        self.local().process.exit_code.get()
    }

    pub(super) fn take_failure(&self) -> Option<Failure> {
        self.local().process.failure.take()
    }

    /// Nobody caught `error`.
    pub(super) fn uncaught(&self, error: Error, origin: Origin) {
        self.uncaught_or(error, origin, None);
    }

    pub(super) fn uncaught_with(&self, rejection: Rejection, origin: Origin) {
        self.uncaught_or(rejection.reason.clone(), origin, Some(rejection));
    }

    #[cold]
    fn uncaught_or(&self, error: Error, origin: Origin, rejection: Option<Rejection>) {
        let process = &self.local().process;
        let told = tell(&process.uncaught_exception_monitor, |listener| listener(&error, origin))
            .and_then(|_| tell(&process.uncaught_exception, |listener| listener(&error, origin)));
        match told {
            Ok(true) => {}
            Ok(false) => self.fail(error, origin, rejection, 1),
            Err(error) => {
                // Nobody is told of what the last to be told cannot bear.
                let silenced = process.exit.take();
                drop(silenced);
                self.fail(error, Origin::UncaughtException, None, LISTENER_FAILED);
            }
        }
    }

    fn fail(&self, error: Error, origin: Origin, rejection: Option<Rejection>, code: i32) {
        let path = self.path_of(&error);
        let failure = Failure { error, origin, rejection, path };
        let former = self.local().process.failure.replace(Some(failure));
        drop(former);
        self.local().process.exit_code.set(Some(code));
        self.leave();
    }

    /// A callback threw and nobody caught it: if somebody listened, what is queued runs after the next
    /// callback, or in the check phase, and not at once.
    pub(super) fn threw(&self) {
        if !self.is_leaving() {
            self.drain_later();
        }
    }

    /// Whether somebody listens.
    ///
    /// # Errors
    ///
    /// What a listener threw.
    pub(super) fn tell_unhandled(&self, rejection: &Rejection) -> Result<bool> {
        tell(&self.local().process.unhandled_rejection, |listener| listener(rejection))
    }

    /// # Errors
    ///
    /// What a listener threw.
    pub(super) fn tell_handled(&self, rejection: &Rejection) -> Result<()> {
        let heard = tell(&self.local().process.rejection_handled, |listener| listener(rejection))?;
        if !heard {
            let text =
                format!("Promise rejection was handled asynchronously ({})", rejection.made_at);
            warn_on(self, "PromiseRejectionHandledWarning", &text);
        }
        Ok(())
    }

    fn warn(&self, warning: &Warning) -> Result<()> {
        if !tell(&self.local().process.warning, |listener| listener(warning))? {
            eprintln!("{}: {}", warning.name, warning.message);
        }
        Ok(())
    }

    pub(super) fn tell_before_exit(&self) {
        let code = self.exit_code().unwrap_or(0);
        if let Err(error) = tell(&self.local().process.before_exit, |listener| listener(code)) {
            self.uncaught(error, Origin::UncaughtException);
        }
        self.drain();
    }

    pub(super) fn tell_exit(&self, code: i32) {
        if let Err(error) = tell(&self.local().process.exit, |listener| listener(code)) {
            self.uncaught(error, Origin::UncaughtException);
        }
    }
}

impl Process {
    #[inline]
    pub(super) fn is_leaving(&self) -> bool {
        self.leaving.get()
    }

    pub(super) fn clear(&self) {
        drop((self.unhandled_rejection.take(), self.rejection_handled.take()));
        drop((self.uncaught_exception.take(), self.uncaught_exception_monitor.take()));
        drop(self.warning.take());
        drop((self.before_exit.take(), self.exit.take()));
        drop(self.failure.take());
    }
}
