//! Generators: functions that stop in the middle, hand a value out, and go on when asked.
//!
//! A body is an `async` closure that gets a [`Yielder`]; `y.yield_(value).await` is `yield`. No
//! loop is needed: whoever holds the generator resumes it. That also makes it a coroutine to be
//! driven by hand, which is how the first event loops in Python were written.
//!
//! ```
//! use fourfold::generator::{StopIteration, Yielder, generator};
//!
//! let mut echo = generator(async |y: Yielder<i32, &'static str>| {
//!     let sent = y.yield_(1).await?;
//!     assert_eq!(sent, Some("abc"));
//!     y.yield_(2).await?;
//!     Ok("the end")
//! });
//! assert_eq!(echo.next().unwrap(), 1);
//! assert_eq!(echo.send("abc").unwrap(), 2);
//! assert!(echo.next().unwrap_err().is::<StopIteration>());
//! assert_eq!(echo.take_value(), Some("the end"));
//! ```

mod yielder;

use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

pub(crate) use yielder::{Resume, Slot};
pub use yielder::{Yield, Yielder};

use crate::{Error, Result};

/// The generator came to its end; [`Generator::take_value`] gives what it returned.
///
/// The original is
/// [`StopIteration`](https://docs.python.org/3/library/exceptions.html#StopIteration).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StopIteration;

/// Arrives at the `yield_` of a generator that is closed.
///
/// The original is
/// [`GeneratorExit`](https://docs.python.org/3/library/exceptions.html#GeneratorExit).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GeneratorExit;

impl fmt::Display for StopIteration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the generator has come to its end")
    }
}

impl fmt::Display for GeneratorExit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the generator is being closed")
    }
}

impl std::error::Error for StopIteration {}
impl std::error::Error for GeneratorExit {}

/// Makes a generator of `body`; nothing of it runs before the first
/// [`next`](Generator::next).
///
/// The body may await its yielder and what awaits it, nothing else: see
/// [`next`](Generator::next). In a [goroutine](crate::go) it may wait by plain calls; they park the
/// goroutine that resumed it. Write the yielder's types at the closure: `Yielder<Y, S>` yields
/// `Y` and is sent `S`.
///
/// ```
/// use fourfold::generator::{Yielder, generator};
///
/// let squares = generator(async |y: Yielder<u64>| {
///     for n in 1.. {
///         y.yield_(n * n).await?;
///     }
///     Ok(())
/// });
/// let first: Vec<u64> = squares.into_iter().take(3).collect::<Result<_, _>>().unwrap();
/// assert_eq!(first, [1, 4, 9]);
/// ```
pub fn generator<Y, S, R, F>(body: F) -> Generator<Y, S, R>
where
    Y: 'static,
    S: 'static,
    R: 'static,
    F: AsyncFnOnce(Yielder<Y, S>) -> Result<R> + 'static,
{
    let slot = Rc::new(Slot::default());
    let yielder = Yielder::new(slot.clone());
    let body = Box::pin(async move { body(yielder).await });
    Generator { slot, body: Some(body), started: false, value: None }
}

/// A function that is resumed for each of its values.
///
/// Dropping one that is suspended closes it, as [`close`](Generator::close) does.
///
/// The original is
/// [the generator-iterator](https://docs.python.org/3/reference/expressions.html#generator-iterator-methods).
pub struct Generator<Y: 'static, S: 'static = (), R: 'static = ()> {
    slot: Rc<Slot<Y, S>>,
    /// `None` once it came to its end, and while it runs.
    body: Option<Pin<Box<dyn Future<Output = Result<R>>>>>,
    started: bool,
    value: Option<R>,
}

impl<Y: 'static, S: 'static, R: 'static> Generator<Y, S, R> {
    /// Runs the body to its next `yield_`, which then gives `None` when it is resumed.
    ///
    /// # Errors
    ///
    /// [`StopIteration`] where the body returned, now or before; what the body fails with. A body
    /// that awaits anything but its yielder cannot go on without a loop: that is an error too,
    /// and its end.
    ///
    /// # Panics
    ///
    /// Where the body does; the generator is at its end then.
    ///
    /// The original is
    /// [`generator.__next__`](https://docs.python.org/3/reference/expressions.html#generator.__next__).
    // Iteration is `iter`: here the end is an error, as in the original.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> Result<Y> {
        self.resume(Resume::Send(None))
    }

    /// As [`next`](Generator::next), and the `yield_` the body is suspended at gives `value`.
    ///
    /// # Errors
    ///
    /// As [`next`](Generator::next); where the body was not started: "can't send non-None value
    /// to a just-started generator".
    ///
    /// The original is
    /// [`generator.send`](https://docs.python.org/3/reference/expressions.html#generator.send).
    pub fn send(&mut self, value: S) -> Result<Y> {
        self.resume(Resume::Send(Some(value)))
    }

    /// As [`next`](Generator::next), and the `yield_` the body is suspended at fails with `error`.
    ///
    /// # Errors
    ///
    /// As [`next`](Generator::next); `error` itself where the body does not catch it, was not
    /// started, or came to its end before.
    ///
    /// The original is
    /// [`generator.throw`](https://docs.python.org/3/reference/expressions.html#generator.throw).
    pub fn throw(&mut self, error: impl Into<Error>) -> Result<Y> {
        self.resume(Resume::Throw(error.into()))
    }

    /// Ends the body: [`GeneratorExit`] arrives at the `yield_` it is suspended at. Gives what
    /// the body returns, if it returns instead of passing the exit on.
    ///
    /// # Errors
    ///
    /// What the body fails with; "generator ignored GeneratorExit" where it yields again.
    ///
    /// The original is
    /// [`generator.close`](https://docs.python.org/3/reference/expressions.html#generator.close).
    pub fn close(&mut self) -> Result<Option<R>> {
        if self.body.is_none() {
            return Ok(None);
        }
        match self.resume(Resume::Throw(GeneratorExit.into())) {
            Ok(_) => Err(Error::msg("generator ignored GeneratorExit")),
            Err(end) if end.is::<StopIteration>() => Ok(self.value.take()),
            Err(end) if end.is::<GeneratorExit>() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the body returned, once: the `value` of Python's `StopIteration`.
    pub fn take_value(&mut self) -> Option<R> {
        self.value.take()
    }

    /// Whether the body came to its end.
    pub fn finished(&self) -> bool {
        self.body.is_none()
    }

    /// The values that are left; a failure is the last of them.
    pub fn iter(&mut self) -> Iter<&mut Self> {
        Iter(self)
    }

    pub(crate) fn resume(&mut self, resume: Resume<S>) -> Result<Y> {
        let Some(mut body) = self.body.take() else {
            return Err(match resume {
                Resume::Send(_) => StopIteration.into(),
                Resume::Throw(error) => error,
            });
        };
        if self.started {
            self.slot.resume(resume);
        } else {
            match resume {
                Resume::Send(None) => self.started = true,
                Resume::Send(Some(_)) => {
                    self.body = Some(body);
                    let text = "can't send non-None value to a just-started generator";
                    return Err(Error::msg(text));
                }
                Resume::Throw(error) => return Err(error),
            }
        }
        let end = match body.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Pending => match self.slot.take_yielded() {
                Some(value) => {
                    self.body = Some(body);
                    return Ok(value);
                }
                None => Error::msg(
                    "a generator awaited something else than its yielder, and there is no loop to \
                     wake it; use an async generator",
                ),
            },
            Poll::Ready(Ok(value)) => {
                self.value = Some(value);
                StopIteration.into()
            }
            Poll::Ready(Err(error)) if error.is::<StopIteration>() => {
                Error::msg("generator raised StopIteration").caused_by(error)
            }
            Poll::Ready(Err(error)) => error,
        };
        Err(end)
    }
}

impl<Y: 'static, S: 'static, R: 'static> Drop for Generator<Y, S, R> {
    fn drop(&mut self) {
        if !self.started || self.body.is_none() {
            return;
        }
        // Nobody is left to hear of a failure, and a panic here might be a second one.
        match catch_unwind(AssertUnwindSafe(|| self.close())) {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => {
                eprintln!("Exception ignored in a generator that was dropped: {error}")
            }
            Err(_) => eprintln!("Panic ignored in a generator that was dropped"),
        }
    }
}

impl<Y: 'static, S: 'static, R: 'static> fmt::Debug for Generator<Y, S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (&self.body, self.started) {
            (None, _) => "<generator finished>",
            (Some(_), false) => "<generator not started>",
            (Some(_), true) => "<generator suspended>",
        })
    }
}

/// Iterates over the values of a generator; [`StopIteration`] ends it.
#[derive(Debug)]
pub struct Iter<G>(G);

impl<Y: 'static, S: 'static, R: 'static> Iterator for Iter<&mut Generator<Y, S, R>> {
    type Item = Result<Y>;

    fn next(&mut self) -> Option<Result<Y>> {
        value_or_end(self.0.next())
    }
}

impl<Y: 'static, S: 'static, R: 'static> Iterator for Iter<Generator<Y, S, R>> {
    type Item = Result<Y>;

    fn next(&mut self) -> Option<Result<Y>> {
        value_or_end(self.0.next())
    }
}

fn value_or_end<Y>(next: Result<Y>) -> Option<Result<Y>> {
    match next {
        Err(end) if end.is::<StopIteration>() => None,
        other => Some(other),
    }
}

impl<Y: 'static, S: 'static, R: 'static> IntoIterator for Generator<Y, S, R> {
    type Item = Result<Y>;
    type IntoIter = Iter<Self>;

    fn into_iter(self) -> Iter<Self> {
        Iter(self)
    }
}

impl<Y: 'static, S: 'static, R: 'static> IntoIterator for &mut Generator<Y, S, R> {
    type Item = Result<Y>;
    type IntoIter = Iter<Self>;

    fn into_iter(self) -> Iter<Self> {
        Iter(self)
    }
}
