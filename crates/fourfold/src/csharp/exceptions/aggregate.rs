//! Several exceptions at once.

use std::fmt;
use std::sync::Arc;

use super::simple::Raised;
use crate::{Error, Kind, Result};

/// One or more exceptions: what a blocking wait raises, and what a cancellation raises where callbacks
/// failed. A [group](Kind::Group) for other dialects.
///
/// ```
/// use fourfold::Error;
/// use fourfold::csharp::AggregateException;
///
/// let inner = AggregateException::new(vec![Error::msg("b"), Error::msg("c")]);
/// let outer = AggregateException::new(vec![Error::msg("a"), inner.into()]);
/// assert_eq!(outer.to_string(), "One or more errors occurred. (a) (One or more errors occurred. (b) (c))");
/// assert_eq!(outer.flatten().inner_exceptions().len(), 3);
///
/// // Those that are handled are gone, the others are raised again.
/// let rest = outer.flatten().handle(|error| error.to_string() == "a").unwrap_err();
/// assert_eq!(rest.errors().len(), 2);
/// ```
///
/// The original: [`AggregateException`](https://learn.microsoft.com/dotnet/api/system.aggregateexception).
#[derive(Clone, Debug)]
pub struct AggregateException {
    message: Arc<str>,
    inner: Arc<[Error]>,
}

const MESSAGE: &str = "One or more errors occurred.";

impl AggregateException {
    /// Of these, with the original's text.
    pub fn new(inner: Vec<Error>) -> AggregateException {
        AggregateException::with_message(MESSAGE, inner)
    }

    /// Of these, with a text of its own.
    pub fn with_message(message: impl Into<Arc<str>>, inner: Vec<Error>) -> AggregateException {
        AggregateException { message: message.into(), inner: inner.into() }
    }

    /// What it consists of, in order.
    pub fn inner_exceptions(&self) -> &[Error] {
        &self.inner
    }

    /// The first of them.
    pub fn inner_exception(&self) -> Option<&Error> {
        self.inner.first()
    }

    /// The same without aggregates inside: their members come after those that are none, level by
    /// level, as in the original.
    pub fn flatten(&self) -> AggregateException {
        let mut plain = Vec::new();
        let mut groups = std::collections::VecDeque::from([self.clone()]);
        while let Some(group) = groups.pop_front() {
            for error in &*group.inner {
                match AggregateException::of(error) {
                    Some(nested) => groups.push_back(nested.clone()),
                    None => plain.push(error.clone()),
                }
            }
        }
        AggregateException { message: self.message.clone(), inner: plain.into() }
    }

    /// Asks `handled` of each.
    ///
    /// # Errors
    ///
    /// Those of which it said no, as another of these.
    pub fn handle(&self, mut handled: impl FnMut(&Error) -> bool) -> Result<()> {
        let unhandled: Vec<_> =
            self.inner.iter().filter(|error| !handled(error)).cloned().collect();
        if unhandled.is_empty() {
            return Ok(());
        }
        Err(AggregateException::with_message(self.message.clone(), unhandled).into())
    }

    /// The innermost cause: as long as there is one inner exception it is looked into.
    pub fn base_exception(&self) -> Error {
        match &*self.inner {
            [only] => match AggregateException::of(only) {
                Some(nested) => nested.base_exception(),
                None => only.clone(),
            },
            _ => self.clone().into(),
        }
    }

    /// What `error` holds, if it is one of these.
    pub fn of(error: &Error) -> Option<&AggregateException> {
        error.downcast_ref::<Raised<AggregateException>>().map(|raised| &raised.0)
    }
}

impl fmt::Display for AggregateException {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.inner.iter().try_for_each(|error| write!(f, " ({error})"))
    }
}

impl From<AggregateException> for Error {
    fn from(exception: AggregateException) -> Error {
        let inner = exception.inner.to_vec();
        Error::typed(Kind::Group, Raised(exception), inner)
    }
}
