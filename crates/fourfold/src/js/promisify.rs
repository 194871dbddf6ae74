//! Functions that take a callback, as functions that give a promise, and the other way round.

use std::fmt;
use std::panic::Location;

use super::callback::Outcome;
use super::microtasks::next_tick;
use super::promise::{Promise, Resolution};
use crate::Result;

/// What a function calls when it is done: with what it made, or with what went wrong.
///
/// The original is an
/// [error-first callback](https://nodejs.org/api/errors.html#error-first-callbacks), `(err, value) => …`.
pub type ErrorFirst<T> = Box<dyn FnOnce(Result<T>)>;

/// Makes of a function that calls back when it is done one that gives a promise.
///
/// The promise is settled with what the callback is called with, and rejected with what `f` throws before
/// that. It stays pending for ever where the callback is dropped. Several arguments are one tuple.
///
/// The callback does not leave the loop's thread: what happens on another one comes back by
/// [`queue_work`](super::queue_work), whose `after` it can be, or through an [`Inbox`](super::Inbox).
///
/// # Panics
///
/// The function that this gives: where no loop of this dialect is running on this thread, and where `f`
/// does.
///
/// The original is
/// [`util.promisify`](https://nodejs.org/api/util.html#utilpromisifyoriginal).
///
/// ```
/// use fourfold::js::{self, ErrorFirst, promisify};
///
/// fn read(path: &'static str, callback: ErrorFirst<String>) {
///     js::queue_work(move || Ok(std::fs::read_to_string(path)?), callback);
/// }
///
/// let failed = js::run(async {
///     let read = promisify(read);
///     read("/there/is/no/such/file").await
/// });
/// assert!(failed.unwrap_err().is::<std::io::Error>());
/// ```
pub fn promisify<A, T, R>(f: impl Fn(A, ErrorFirst<T>) -> R) -> impl Fn(A) -> Promise<T>
where
    T: Clone + 'static,
    R: Outcome,
{
    move |arguments| {
        Promise::new(|settle| {
            let callback = Box::new(move |outcome: Result<T>| match outcome {
                Ok(value) => settle.resolve(value),
                Err(error) => settle.reject(error),
            });
            f(arguments, callback).into_result()
        })
    }
}

/// Makes of a function that gives a promise one that calls back.
///
/// The callback is called in a tick of its own; what it throws is an uncaught exception, and does not
/// reject anything.
///
/// The original is
/// [`util.callbackify`](https://nodejs.org/api/util.html#utilcallbackifyoriginal).
///
/// ```
/// use fourfold::js::{self, callbackify};
///
/// js::run(async {
///     let later = callbackify(|n: i32| js::set_timeout_promise_with(1, 2 * n));
///     later.call(21, |outcome| println!("{:?}", outcome));
///     Ok(())
/// })
/// # ?; Ok::<(), fourfold::Error>(())
/// ```
pub fn callbackify<A, T, F>(f: F) -> Callbackified<F>
where
    F: Fn(A) -> Promise<T>,
    T: Clone + 'static,
{
    Callbackified(f)
}

/// A function that [`callbackify`] made.
#[derive(Clone, Copy)]
pub struct Callbackified<F>(F);

impl<F> Callbackified<F> {
    /// Calls the function, and `callback` with the outcome of its promise.
    #[track_caller]
    pub fn call<A, T, R>(&self, arguments: A, callback: impl FnOnce(Result<T>) -> R + 'static)
    where
        F: Fn(A) -> Promise<T>,
        T: Clone + 'static,
        R: Outcome,
    {
        let promise = (self.0)(arguments);
        let _: Promise<()> = promise.react(Location::caller(), move |outcome| {
            next_tick(move || callback(outcome));
            Ok(Resolution::Value(()))
        });
    }
}

impl<F> fmt::Debug for Callbackified<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Callbackified(..)")
    }
}
