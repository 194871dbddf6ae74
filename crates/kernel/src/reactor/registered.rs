//! A source together with its registration.
//!
//! # Invariant
//!
//! The source is deregistered before it is closed. Otherwise another source that is given the
//! same file descriptor, or a duplicate that outlives this one, could be told of in its place.

use std::fmt;
use std::io;

use mio::event::Source;

use super::{Handle, Interest, Registration};

/// A source that is registered for as long as it is in here.
pub struct Registered<S: Source> {
    /// `None` only while it is being taken out.
    source: Option<S>,
    registration: Registration,
}

impl<S: Source> Registered<S> {
    /// Registers `source`. See [`Handle::register`].
    ///
    /// # Errors
    ///
    /// As [`Handle::register`]; the source is dropped then.
    pub fn new(handle: &Handle, mut source: S, interest: Interest) -> io::Result<Registered<S>> {
        let registration = handle.register(&mut source, interest)?;
        Ok(Registered { source: Some(source), registration })
    }

    /// The source. Its calls do not wait; go through the [`registration`](Self::registration).
    #[inline]
    pub fn source(&self) -> &S {
        self.source.as_ref().expect("taken out only by value")
    }

    /// The source's readiness.
    #[inline]
    pub fn registration(&self) -> &Registration {
        &self.registration
    }

    /// Deregisters the source and gives it back.
    ///
    /// # Errors
    ///
    /// Those of the system; the source is dropped then.
    pub fn into_source(mut self) -> io::Result<S> {
        let mut source = self.source.take().expect("taken out only by value");
        self.registration.deregister_source(&mut source)?;
        Ok(source)
    }
}

impl<S: Source> Drop for Registered<S> {
    fn drop(&mut self) {
        if let Some(mut source) = self.source.take() {
            // Nobody is left to tell; the generation keeps late events away all the same.
            let _ = self.registration.deregister_source(&mut source);
        }
    }
}

impl<S: Source + fmt::Debug> fmt::Debug for Registered<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registered").field("source", &self.source).finish_non_exhaustive()
    }
}
