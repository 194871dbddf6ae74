//! What the programs have in common: their errors, how they show them, and how a program ends.

use std::fmt;
use std::future::Future;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use fourfold::js::{
    self, AbortError, AggregateError, DomException, IteratorResult, Promise, RangeError, Thenable,
    TypeError,
};
use fourfold::{Error, Result};

/// `console.log` as an expression: prints, and returns what a callback does that returns nothing.
macro_rules! say {
    ($($text:tt)*) => {{
        println!($($text)*);
        ::fourfold::Result::<()>::Ok(())
    }};
}
pub(crate) use say;

/// A reason that is no error: JavaScript can throw anything.
#[derive(Debug)]
pub(crate) struct Value(pub(crate) &'static str);

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Value {}

/// A string, or another value that is no error, thrown or given as a reason.
pub(crate) fn value(text: &'static str) -> Error {
    Error::new(Value(text))
}

/// `new Error("text")`.
pub(crate) fn error(message: impl Into<String>) -> Error {
    Error::msg(message.into())
}

/// `throw new Error("text")`.
pub(crate) fn throw<T>(message: impl Into<String>) -> Result<T> {
    Err(error(message))
}

/// `new RangeError("text")`.
pub(crate) fn range_error(message: impl Into<String>) -> Error {
    RangeError::new(message).into()
}

/// An error's `name`.
pub(crate) fn name(error: &Error) -> &'static str {
    if error.is::<TypeError>() {
        "TypeError"
    } else if error.is::<RangeError>() {
        "RangeError"
    } else if error.is::<AggregateError>() {
        "AggregateError"
    } else if error.is::<AbortError>() {
        "AbortError"
    } else {
        error.downcast_ref::<DomException>().map_or("Error", DomException::name)
    }
}

/// An error's `code`.
pub(crate) fn code(error: &Error) -> String {
    if let Some(exception) = error.downcast_ref::<DomException>() {
        return exception.code().to_string();
    }
    error.downcast_ref::<AbortError>().map_or("undefined", AbortError::code).into()
}

/// An error as its name, its code and its text; a value as it is.
pub(crate) fn show_code(error: &Error) -> String {
    if error.is::<Value>() {
        return error.to_string();
    }
    format!("{} {}: {error}", name(error), code(error))
}

/// An error as its name and its text; a value as it is.
pub(crate) fn reason(error: &Error) -> String {
    if error.is::<Value>() { error.to_string() } else { show(error) }
}

/// What a generator answered: its value, and whether it is done.
pub(crate) fn item<Y: fmt::Display, R: fmt::Display>(result: IteratorResult<Y, R>) -> String {
    match result {
        IteratorResult::Value(value) => format!("{value} false"),
        IteratorResult::Done(Some(value)) => format!("{value} true"),
        IteratorResult::Done(None) => "undefined true".into(),
    }
}

/// An error as its name and its text.
pub(crate) fn show(error: &Error) -> String {
    format!("{}: {error}", name(error))
}

/// A thenable whose `then` cannot fail.
pub(crate) fn thenable<T: 'static>(then: impl FnOnce(js::Resolvers<T>) + 'static) -> Thenable<T> {
    Thenable::new(move |settle| {
        then(settle);
        Ok(())
    })
}

/// What `await null` awaits.
pub(crate) fn null() -> Promise<()> {
    Promise::resolve(())
}

/// Keeps the loop from going on for so many milliseconds.
pub(crate) fn busy(milliseconds: u64) {
    let until = Instant::now() + Duration::from_millis(milliseconds);
    while Instant::now() < until {
        std::hint::spin_loop();
    }
}

/// Asks the file system for something, as `fs.stat`, and calls `f` in the poll phase.
pub(crate) fn stat(f: impl FnOnce() + 'static) {
    js::queue_work(
        || Ok(std::env::current_exe()?.metadata()?.is_file()),
        move |found| {
            found.expect("this program is a file");
            f();
        },
    );
}

/// A function that prints a text.
pub(crate) fn log(text: impl fmt::Display + 'static) -> impl FnOnce() + 'static {
    move || println!("{text}")
}

/// Has a promise reacted to as fulfilled or rejected, by a line that begins with `name`.
pub(crate) fn report<T: Clone + fmt::Display + 'static>(name: &'static str, promise: &Promise<T>) {
    promise.then_else::<(), _, _>(
        move |value| {
            println!("{name}: fulfilled {value}");
            Ok(())
        },
        move |error| {
            println!("{name}: rejected {}", show(&error));
            Ok(())
        },
    );
}

/// Runs a program, and ends the process as Node does where that is not with code 0.
pub(crate) fn program(main: impl Future<Output = Result<()>> + 'static) {
    let ended = js::main(main);
    if let Some(code) = (1..=255).find(|&code: &u8| ExitCode::from(code) == ended) {
        std::process::exit(code.into());
    }
}
