//! Functions that the loop calls, and what they may return.

use crate::{Error, Result};

/// What a callback may return: nothing, or a [`Result`] whose error is thrown.
pub trait Outcome {
    /// As a result.
    ///
    /// # Errors
    ///
    /// What the callback threw.
    fn into_result(self) -> Result<()>;
}

impl Outcome for () {
    #[inline]
    fn into_result(self) -> Result<()> {
        Ok(())
    }
}

impl<E: Into<Error>> Outcome for Result<(), E> {
    #[inline]
    fn into_result(self) -> Result<()> {
        self.map_err(Into::into)
    }
}

/// A function to be called once.
pub(crate) struct Callback(Box<dyn FnOnce() -> Result<()>>);

impl Callback {
    pub(crate) fn new<R: Outcome>(f: impl FnOnce() -> R + 'static) -> Callback {
        Callback(Box::new(move || f().into_result()))
    }

    pub(crate) fn call(self) -> Result<()> {
        (self.0)()
    }
}
