//! The values of a generator as an iterator.

use super::super::core;
use super::super::microtasks::next_tick;
use super::{Generator, IteratorResult};
use crate::Result;

impl<Y: 'static, R: 'static> Generator<Y, (), R> {
    /// The values that are left; a failure is the last of them. Dropped before the end, as by a `break`,
    /// it leaves the generator; what that throws is an uncaught exception.
    ///
    /// The original is `for (const value of generator)`.
    ///
    /// ```
    /// use fourfold::js::{Yielder, generator};
    ///
    /// let squares = generator(async |y: Yielder<u64>| {
    ///     for n in 1.. {
    ///         y.yield_(n * n).await?;
    ///     }
    ///     Ok(())
    /// });
    /// let first: Vec<u64> = squares.values().take(3).collect::<Result<_, _>>()?;
    /// assert_eq!(first, [1, 4, 9]);
    /// assert!(squares.next(())?.done());
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    pub fn values(&self) -> GeneratorValues<Y, R> {
        GeneratorValues { generator: Some(self.clone()) }
    }
}

/// Iterates over the values of a [`Generator`].
#[derive(Debug)]
pub struct GeneratorValues<Y: 'static, R: 'static = ()> {
    /// `None` when nothing is left to be closed.
    generator: Option<Generator<Y, (), R>>,
}

impl<Y: 'static, R: 'static> Iterator for GeneratorValues<Y, R> {
    type Item = Result<Y>;

    fn next(&mut self) -> Option<Result<Y>> {
        match self.generator.as_ref()?.next(()) {
            Ok(IteratorResult::Value(value)) => Some(Ok(value)),
            Ok(IteratorResult::Done(_)) => {
                self.generator = None;
                None
            }
            Err(error) => {
                self.generator = None;
                Some(Err(error))
            }
        }
    }
}

impl<Y: 'static, R: 'static> Drop for GeneratorValues<Y, R> {
    fn drop(&mut self) {
        let Some(generator) = self.generator.take() else { return };
        if let Err(error) = generator.close() {
            if core::try_with_running(|_| ()).is_some() {
                next_tick(move || Err::<(), _>(error));
            } else {
                eprintln!("Uncaught {error}, from a generator that a loop was leaving");
            }
        }
    }
}

impl<Y: 'static, R: 'static> IntoIterator for &Generator<Y, (), R> {
    type Item = Result<Y>;
    type IntoIter = GeneratorValues<Y, R>;

    fn into_iter(self) -> GeneratorValues<Y, R> {
        self.values()
    }
}

impl<Y: 'static, R: 'static> IntoIterator for Generator<Y, (), R> {
    type Item = Result<Y>;
    type IntoIter = GeneratorValues<Y, R>;

    fn into_iter(self) -> GeneratorValues<Y, R> {
        GeneratorValues { generator: Some(self) }
    }
}
