//! `for … range` over the streams of the crate `futures`.

use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;

use fourfold_kernel::fiber;
use futures_core::Stream;

/// The items of a stream, one after the other, for a plain loop: each step waits by a plain call.
///
/// ```
/// use fourfold::go::{self, range};
///
/// let sum = go::run(|| {
///     let mut sum = 0;
///     for n in range(futures_util::stream::iter(1..4)) {
///         sum += n;
///     }
///     sum
/// });
/// assert_eq!(sum, 6);
/// ```
///
/// # Panics
///
/// A step, in a future that a worker polls: use the stream as it is there.
///
/// Go ranges over [functions](https://go.dev/ref/spec#For_range) likewise.
pub fn range<S: Stream>(stream: S) -> Range<S> {
    Range { stream: Some(Box::pin(stream)) }
}

/// What [`range`] returns.
#[must_use = "iterators do nothing until they are asked"]
pub struct Range<S> {
    /// `None` at the end.
    stream: Option<Pin<Box<S>>>,
}

impl<S: Stream> Iterator for Range<S> {
    type Item = S::Item;

    fn next(&mut self) -> Option<S::Item> {
        let stream = self.stream.as_mut()?;
        let item = fiber::wait(poll_fn(|context| stream.as_mut().poll_next(context)));
        if item.is_none() {
            self.stream = None;
        }
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.stream.as_ref().map_or((0, Some(0)), |stream| stream.size_hint())
    }
}

impl<S> fmt::Debug for Range<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Range").field("over", &self.stream.is_none()).finish_non_exhaustive()
    }
}
