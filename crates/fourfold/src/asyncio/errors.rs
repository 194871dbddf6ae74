//! The failures asyncio names, as values inside [`crate::Error`].

use std::fmt;

use crate::Error;

/// An operation that the state of a future does not allow.
///
/// The original is
/// [`asyncio.InvalidStateError`](https://docs.python.org/3/library/asyncio-exceptions.html#asyncio.InvalidStateError).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidState(&'static str);

impl InvalidState {
    #[allow(clippy::new_ret_no_self)]
    pub(crate) fn new(text: &'static str) -> Error {
        Error::new(InvalidState(text))
    }

    pub(crate) fn already_done() -> Error {
        InvalidState::new("invalid state")
    }
}

impl fmt::Display for InvalidState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for InvalidState {}
