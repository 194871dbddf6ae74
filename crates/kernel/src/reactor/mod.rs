//! reactor

/// A thread-safe way to register sources with a reactor.
#[derive(Clone, Debug)]
pub struct Handle {}
