//! What the twins have in common: what the originals have from their language.

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fourfold::js::{self, AggregateError, Outcome, Promise, RangeError, TypeError};
use fourfold::{Error, Result};

/// Runs a program as Node does, and ends the process with its code if that is not 0.
pub(crate) fn main(program: impl Future<Output = Result<()>> + 'static) {
    let ended = js::main(program);
    if let Some(code) = (1..=255).find(|&code: &u8| ExitCode::from(code) == ended) {
        std::process::exit(code.into());
    }
}

/// `console.log` as an expression: prints, and returns what a callback does that returns nothing.
macro_rules! say {
    ($($text:tt)*) => {{
        println!($($text)*);
        ::fourfold::Result::<()>::Ok(())
    }};
}
pub(crate) use say;

/// `new Error(text)`.
pub(crate) fn error(text: impl Into<String>) -> Error {
    Error::msg(text.into())
}

/// `throw new Error(text)`.
pub(crate) fn throw<T>(text: impl Into<String>) -> Result<T> {
    Err(error(text))
}

/// A reason that is no error: JavaScript can throw anything.
#[derive(Debug)]
pub(crate) struct Value(pub(crate) &'static str);

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Value {}

/// `error.name`.
pub(crate) fn name(error: &Error) -> &'static str {
    if error.is::<TypeError>() {
        "TypeError"
    } else if error.is::<RangeError>() {
        "RangeError"
    } else if error.is::<AggregateError>() {
        "AggregateError"
    } else {
        "Error"
    }
}

/// What can be printed: as JavaScript has it as a text, and errors with their names.
pub(crate) trait Show {
    fn show(&self) -> String;
}

impl Show for Error {
    fn show(&self) -> String {
        match self.downcast_ref::<Value>() {
            Some(value) => value.to_string(),
            None => format!("{}: {self}", name(self)),
        }
    }
}

impl Show for () {
    fn show(&self) -> String {
        "undefined".into()
    }
}

macro_rules! shown {
    ($($t:ty)*) => {$(
        impl Show for $t {
            fn show(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

shown! { &str String i32 }

pub(crate) fn show(value: &impl Show) -> String {
    value.show()
}

/// Prints how a promise ends.
pub(crate) fn on<T: Show + Clone + 'static>(promise: &Promise<T>, name: &'static str) {
    promise.then_else(
        move |value| say!("{name}: fulfilled {}", show(&value)),
        move |error| say!("{name}: rejected {}", show(&error)),
    );
}

/// `promise.catch(handler)`, where nobody asks for the value.
pub(crate) fn caught<T: Clone + 'static>(
    promise: &Promise<T>,
    handler: impl FnOnce(Error) -> Result<()> + 'static,
) -> Promise<()> {
    promise.then_else(|_| Ok(()), handler)
}

/// What `await null` awaits.
pub(crate) fn null() -> Promise<()> {
    Promise::resolve(())
}

/// `after(ms, value)`, as many originals have it.
pub(crate) fn after<T: Clone + 'static>(ms: u32, value: T) -> Promise<T> {
    js::set_timeout_promise_with(ms, value)
}

/// A promise that is rejected with an error of this text after some time.
pub(crate) fn failing<T: Clone + 'static>(ms: u32, text: &'static str) -> Promise<T> {
    Promise::new(|settle| {
        js::set_timeout(move || settle.reject(error(text)), ms);
        Ok(())
    })
}

/// `(text) => () => console.log(text)`.
pub(crate) fn log(text: &'static str) -> impl Fn() + Copy + 'static {
    move || println!("{text}")
}

/// Keeps the loop from going on for some milliseconds.
pub(crate) fn busy(ms: u64) {
    let begin = Instant::now();
    while begin.elapsed() < Duration::from_millis(ms) {}
}

/// `fs.stat(__filename, after)`: an I/O callback.
pub(crate) fn stat<R: Outcome>(after: impl FnOnce() -> R + 'static) {
    let stat = || Ok(std::fs::metadata(std::env::current_exe()?)?);
    js::queue_work(stat, |found| {
        found.expect("the program is a file");
        after()
    });
}

/// A variable that functions share, as `let` makes one. It stays until the process ends, so that all of
/// them can have it.
pub(crate) struct Var<T: 'static>(&'static RefCell<T>);

impl<T: 'static> Var<T> {
    pub(crate) fn new(value: T) -> Var<T> {
        Var(Box::leak(Box::new(RefCell::new(value))))
    }

    pub(crate) fn set(self, value: T) {
        let former = self.0.replace(value);
        drop(former);
    }

    pub(crate) fn get(self) -> T
    where
        T: Clone,
    {
        self.0.borrow().clone()
    }

    /// Calls `f` with it, which must not come back to it.
    pub(crate) fn with<R>(self, f: impl FnOnce(&mut T) -> R) -> R {
        f(&mut self.0.borrow_mut())
    }
}

impl<T: Clone> Var<Option<T>> {
    /// One that is set when it is known.
    pub(crate) fn unset() -> Var<Option<T>> {
        Var::new(None)
    }

    /// What it was set to.
    pub(crate) fn it(self) -> T {
        self.get().expect("it was set by now")
    }
}

impl Var<u32> {
    /// `++variable`.
    pub(crate) fn next(self) -> u32 {
        self.with(|n| {
            *n += 1;
            *n
        })
    }
}

impl Var<Vec<String>> {
    pub(crate) fn push(self, step: impl Into<String>) {
        self.with(|steps| steps.push(step.into()));
    }

    /// `steps.join(' ')`.
    pub(crate) fn join(self) -> String {
        self.with(|steps| steps.join(" "))
    }
}

impl<T> Clone for Var<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Var<T> {}
