//! What the process hears of, and how it ends.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use super::core::{self, Core};
use super::microtasks::Job;
use super::rejections::{Rejection, Step};
use crate::Error;

/// The listeners of the process, and how it is left.
#[derive(Default)]
pub(super) struct Process {
    unhandled_rejection: Listeners<OnRejection>,
    rejection_handled: Listeners<OnRejection>,
    uncaught_exception: Listeners<OnUncaught>,
    before_exit: Listeners<OnExit>,
    exit: Listeners<OnExit>,
    warning: Listeners<OnWarning>,
    exit_code: Cell<Option<i32>>,
    leaving: Cell<bool>,
    failure: RefCell<Option<Failure>>,
}

type Listeners<F> = RefCell<Vec<Rc<F>>>;
type OnRejection = dyn Fn(&Rejection);
type OnUncaught = dyn Fn(&Error, Origin);
type OnExit = dyn Fn(i32);
type OnWarning = dyn Fn(&Warning);

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
    ($(#[$doc:meta])* $name:ident, $field:ident, ($($argument:ty),*)) => {
        $(#[$doc])*
        ///
        /// # Panics
        ///
        /// Where no loop of this dialect is running on this thread.
        #[track_caller]
        pub fn $name(listener: impl Fn($($argument),*) + 'static) {
            core::with_running(|core| {
                core.local().process.$field.borrow_mut().push(Rc::new(listener));
            });
        }
    };
}

event! {
    /// Calls `listener` for each rejection that nobody handled by the time the microtasks were drained.
    /// Where there is a listener the loop goes on.
    ///
    /// The original is
    /// [`'unhandledRejection'`](https://nodejs.org/api/process.html#event-unhandledrejection).
    on_unhandled_rejection, unhandled_rejection, (&Rejection)
}

event! {
    /// Calls `listener` when somebody reacts to a promise whose rejection was told of as unhandled.
    ///
    /// The original is
    /// [`'rejectionHandled'`](https://nodejs.org/api/process.html#event-rejectionhandled).
    on_rejection_handled, rejection_handled, (&Rejection)
}

event! {
    /// Calls `listener` with what a callback threw, or a promise was rejected with, and nobody caught.
    /// Where there is a listener the loop goes on.
    ///
    /// The original is
    /// [`'uncaughtException'`](https://nodejs.org/api/process.html#event-uncaughtexception).
    on_uncaught_exception, uncaught_exception, (&Error, Origin)
}

event! {
    /// Calls `listener` with the exit code when nothing is left to do. What it begins is done, and then
    /// it is called again.
    ///
    /// The original is
    /// [`'beforeExit'`](https://nodejs.org/api/process.html#event-beforeexit).
    on_before_exit, before_exit, (i32)
}

event! {
    /// Calls `listener` with the exit code when the loop has ended. What it begins is not done.
    ///
    /// The original is [`'exit'`](https://nodejs.org/api/process.html#event-exit).
    on_exit, exit, (i32)
}

event! {
    /// Calls `listener` with each warning, which else is written to standard error.
    ///
    /// The original is
    /// [`'warning'`](https://nodejs.org/api/process.html#event-warning).
    on_warning, warning, (&Warning)
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
    let tell =
        super::callback::Callback::new(move || core::with_running(|core| core.warn(&warning)));
    core.local().ticks.borrow_mut().push_back(Job::new(tell));
}

/// The listeners there are now: each is called though one of them may add others.
fn all<F: ?Sized>(listeners: &Listeners<F>) -> Vec<Rc<F>> {
    listeners.borrow().clone()
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

    /// Calls a listener; what it panics with ends the loop.
    fn call_listener(&self, f: impl FnOnce()) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(f)) {
            let error = Error::from_panic(panic);
            self.fail(error, Origin::UncaughtException, None);
        }
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
        let listeners = all(&self.local().process.uncaught_exception);
        if listeners.is_empty() {
            return self.fail(error, origin, rejection);
        }
        for listener in listeners {
            self.call_listener(|| listener(&error, origin));
        }
    }

    fn fail(&self, error: Error, origin: Origin, rejection: Option<Rejection>) {
        let path = self.path_of(&error);
        let failure = Failure { error, origin, rejection, path };
        let former = self.local().process.failure.replace(Some(failure));
        drop(former);
        self.local().process.exit_code.set(Some(1));
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
    pub(super) fn tell_unhandled(&self, rejection: &Rejection) -> bool {
        let listeners = all(&self.local().process.unhandled_rejection);
        for listener in &listeners {
            self.call_listener(|| listener(rejection));
        }
        !listeners.is_empty()
    }

    pub(super) fn tell_handled(&self, rejection: &Rejection) {
        let listeners = all(&self.local().process.rejection_handled);
        if listeners.is_empty() {
            let text =
                format!("Promise rejection was handled asynchronously ({})", rejection.made_at);
            return warn_on(self, "PromiseRejectionHandledWarning", &text);
        }
        for listener in listeners {
            self.call_listener(|| listener(rejection));
        }
    }

    fn warn(&self, warning: &Warning) {
        let listeners = all(&self.local().process.warning);
        if listeners.is_empty() {
            eprintln!("{}: {}", warning.name, warning.message);
        }
        for listener in listeners {
            self.call_listener(|| listener(warning));
        }
    }

    pub(super) fn tell_before_exit(&self) {
        let code = self.exit_code().unwrap_or(0);
        for listener in all(&self.local().process.before_exit) {
            self.call_listener(|| listener(code));
        }
        self.drain();
    }

    pub(super) fn tell_exit(&self, code: i32) {
        for listener in all(&self.local().process.exit) {
            self.call_listener(|| listener(code));
        }
    }
}

impl Process {
    pub(super) fn clear(&self) {
        drop((self.unhandled_rejection.take(), self.rejection_handled.take()));
        drop((self.uncaught_exception.take(), self.warning.take()));
        drop((self.before_exit.take(), self.exit.take()));
        drop(self.failure.take());
    }
}
