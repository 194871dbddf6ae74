//! The error objects of the language.

use std::fmt;

use super::combinators::AggregateError;
use crate::Error;

/// Something was used as what it is not.
///
/// The original is
/// [`TypeError`](https://tc39.es/ecma262/#sec-native-error-types-used-in-this-standard-typeerror).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypeError {
    message: String,
}

impl TypeError {
    /// A `TypeError` with this text.
    pub fn new(message: impl Into<String>) -> TypeError {
        TypeError { message: message.into() }
    }

    /// A promise was resolved with itself.
    pub(crate) fn chaining_cycle() -> Error {
        TypeError::new("Chaining cycle detected for promise #<Promise>").into()
    }
}

impl fmt::Display for TypeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for TypeError {}

/// A value is not among those that are allowed.
///
/// The original is
/// [`RangeError`](https://tc39.es/ecma262/#sec-native-error-types-used-in-this-standard-rangeerror).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RangeError {
    message: String,
}

impl RangeError {
    /// A `RangeError` with this text.
    pub fn new(message: impl Into<String>) -> RangeError {
        RangeError { message: message.into() }
    }
}

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for RangeError {}

/// An error as JavaScript writes it: its name and its text.
pub(crate) struct Named<'a>(pub(crate) &'a Error);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Named(error) = self;
        let name = if error.is::<TypeError>() {
            "TypeError"
        } else if error.is::<RangeError>() {
            "RangeError"
        } else if error.is::<AggregateError>() {
            "AggregateError"
        } else {
            "Error"
        };
        write!(f, "{name}: {error}")
    }
}
