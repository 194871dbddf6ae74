//! The error objects of the language.

use std::fmt;

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
