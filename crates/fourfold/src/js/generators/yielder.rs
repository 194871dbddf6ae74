//! What the body of a generator is given.

use std::any::Any;
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use super::super::errors::TypeError;
use super::{Completion, Generator, GeneratorReturn, Returned, Step, returned_as};
use crate::Result;
use crate::generator::{self, Slot};

/// Yields from within a generator's body. Clones yield from the same generator.
pub struct Yielder<Y, S = ()>(generator::Yielder<Y, S>, Rc<Cell<Returned>>);

impl<Y: 'static, S: 'static> Yielder<Y, S> {
    pub(super) fn new(slot: Rc<Slot<Y, S>>, returning: Rc<Cell<Returned>>) -> Yielder<Y, S> {
        Yielder(generator::Yielder::new(slot), returning)
    }

    /// Gives `value` to the caller and suspends the body until it is resumed. Gives what
    /// [`next`](Generator::next) was called with.
    ///
    /// # Errors
    ///
    /// What the caller throws; [`GeneratorReturn`] where the generator is left.
    ///
    /// The original is
    /// [`yield`](https://tc39.es/ecma262/#prod-YieldExpression).
    pub async fn yield_(&self, value: Y) -> Result<S> {
        let sent = self.0.yield_(value).await?;
        Ok(sent.expect("`next` always comes with a value"))
    }

    /// Yields all that `inner` yields, and passes on to it what this generator is resumed with. Gives what
    /// it returns, if it has not come to its end before.
    ///
    /// A generator that is left leaves `inner` first, and ends with what that ends with.
    ///
    /// # Errors
    ///
    /// What `inner` fails with; [`GeneratorReturn`], after `inner` was left.
    ///
    /// The original is
    /// [`yield*`](https://tc39.es/ecma262/#sec-generator-function-definitions-runtime-semantics-evaluation).
    ///
    /// ```
    /// use fourfold::js::{Yielder, generator};
    ///
    /// let inner = generator(async |y: Yielder<i32>| {
    ///     y.yield_(1).await?;
    ///     Ok("inner is done")
    /// });
    /// let outer = generator(async move |y: Yielder<i32>| {
    ///     assert_eq!(y.yield_star(&inner).await?, Some("inner is done"));
    ///     y.yield_(2).await?;
    ///     Ok(())
    /// });
    /// let all: Vec<i32> = outer.values().collect::<Result<_, _>>()?;
    /// assert_eq!(all, [1, 2]);
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    pub async fn yield_star<R: 'static>(&self, inner: &Generator<Y, S, R>) -> Result<Option<R>>
    where
        S: Default,
    {
        let mut completion = Completion::Next(S::default());
        loop {
            let leaving = matches!(completion, Completion::Return(_));
            let end = match inner.0.resume(completion)? {
                Step::Value(value) => {
                    completion = match self.yield_(value).await {
                        Ok(sent) => Completion::Next(sent),
                        Err(left) if left.is::<GeneratorReturn>() => {
                            Completion::Return(self.1.take())
                        }
                        Err(error) => Completion::Throw(error),
                    };
                    continue;
                }
                Step::Done(value) if !leaving => return Ok(Some(value)),
                Step::Done(value) => Some(Box::new(value) as Box<dyn Any>),
                Step::Left(value) => value,
                Step::Over => None,
            };
            if !leaving {
                return Ok(returned_as(end));
            }
            self.1.set(end);
            return Err(GeneratorReturn.into());
        }
    }

    /// Yields all of what is no generator.
    ///
    /// # Errors
    ///
    /// [`GeneratorReturn`]; a [`TypeError`] in place of what is thrown, which cannot be passed on.
    ///
    /// The original is `yield*` with an array.
    pub async fn yield_each(&self, values: impl IntoIterator<Item = Y>) -> Result<()> {
        for value in values {
            match self.yield_(value).await {
                Ok(_) => {}
                Err(left) if left.is::<GeneratorReturn>() => return Err(left),
                Err(_) => {
                    let text = "The iterator does not provide a 'throw' method.";
                    return Err(TypeError::new(text).into());
                }
            }
        }
        Ok(())
    }
}

impl<Y, S> Clone for Yielder<Y, S> {
    fn clone(&self) -> Self {
        Yielder(self.0.clone(), self.1.clone())
    }
}

impl<Y, S> fmt::Debug for Yielder<Y, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Yielder").finish_non_exhaustive()
    }
}
