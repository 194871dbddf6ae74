//! What the body of an async generator is given.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use super::super::core::{self, Core};
use super::super::errors::TypeError;
use super::super::generators::{GeneratorReturn, IteratorResult};
use super::super::promise::{IntoPromise, Promise, Resolve};
use super::AsyncGenerator;
use super::queue::{Completion, Queue, Stepped, boxed, return_again};
use crate::Result;

/// Yields from within an async generator's body. Clones yield from the same generator.
pub struct AsyncYielder<Y: 'static, S: 'static = ()>(Rc<Queue<Y, S>>);

impl<Y: Clone + 'static, S: 'static> AsyncYielder<Y, S> {
    pub(super) fn new(queue: Rc<Queue<Y, S>>) -> AsyncYielder<Y, S> {
        AsyncYielder(queue)
    }

    /// Awaits `value`, gives it to who waits, and suspends the body until it is resumed. Gives what
    /// [`next`](AsyncGenerator::next) was called with.
    ///
    /// # Errors
    ///
    /// What `value` is rejected with, and the body goes on without having yielded; what the caller
    /// throws; [`GeneratorReturn`] where the generator is left.
    ///
    /// The original is
    /// [`yield`](https://tc39.es/ecma262/#sec-asyncgeneratoryield).
    pub async fn yield_(&self, value: impl Resolve<Y>) -> Result<S> {
        let value = Promise::<Y>::resolve(value).await?;
        self.give(value).await
    }

    /// `AsyncGeneratorYield`.
    async fn give(&self, value: Y) -> Result<S> {
        let completion = match self.0.take_due() {
            Some(completion) => completion,
            None => {
                self.0.complete(Ok(Stepped::Value(value)));
                match self.0.take_completion() {
                    Some(completion) => completion,
                    None => Suspended { queue: &self.0, waiting: false }.await,
                }
            }
        };
        match completion {
            Completion::Next(value) => Ok(value),
            Completion::Throw(error) => Err(error),
            Completion::Return(value) => Err(self.0.leave_with(value.await?)),
        }
    }

    /// Yields all that `inner` yields, and passes on to it what this generator is resumed with. Gives what
    /// it returns, if it has not come to its end before.
    ///
    /// # Errors
    ///
    /// What `inner` is rejected with; [`GeneratorReturn`], after `inner` was left.
    ///
    /// The original is
    /// [`yield*`](https://tc39.es/ecma262/#sec-generator-function-definitions-runtime-semantics-evaluation).
    pub async fn yield_star<R>(&self, inner: &AsyncGenerator<Y, S, R>) -> Result<Option<R>>
    where
        R: Clone + 'static,
        S: Default,
    {
        let mut completion = Completion::Next(S::default());
        let mut leaving = None;
        loop {
            let value = match inner.request(completion).await? {
                IteratorResult::Value(value) => value,
                IteratorResult::Done(returned) => {
                    let Some(kept) = leaving else { return Ok(returned) };
                    // What `inner` made of it, or the same where that is of another type.
                    return Err(self.0.leave_with(returned.map_or(kept, boxed)));
                }
            };
            (completion, leaving) = match self.give(value).await {
                Ok(sent) => (Completion::Next(sent), None),
                Err(left) if left.is::<GeneratorReturn>() => {
                    let value = self.0.take_leaving();
                    (Completion::Return(return_again(value.clone())), Some(value))
                }
                Err(error) => (Completion::Throw(error), None),
            };
        }
    }

    /// Yields all of what is no generator: the values of promises.
    ///
    /// # Errors
    ///
    /// What a promise is rejected with; [`GeneratorReturn`]; a [`TypeError`] in place of what is thrown,
    /// which cannot be passed on.
    ///
    /// The original is `yield*` with an array.
    pub async fn yield_each<P>(&self, values: impl IntoIterator<Item = P>) -> Result<()>
    where
        P: IntoPromise<Value = Y>,
    {
        for value in values {
            let value = value.into_promise().then(|value: Y| Ok(Kept(value))).await?;
            match self.give(value.0).await {
                Ok(_) => {}
                // What the iterator says to either is awaited.
                Err(left) if left.is::<GeneratorReturn>() => {
                    Promise::resolve(()).await?;
                    return Err(left);
                }
                Err(_) => {
                    Promise::resolve(()).await?;
                    let text = "The iterator does not provide a 'throw' method.";
                    return Err(TypeError::new(text).into());
                }
            }
        }
        // So is that it has come to its end.
        Promise::resolve(()).then(|()| Ok(())).await
    }
}

/// A value as it is: the result of an iterator is an object, which no promise follows.
#[derive(Clone)]
struct Kept<Y>(Y);

impl<Y: 'static, S: 'static> Clone for AsyncYielder<Y, S> {
    fn clone(&self) -> Self {
        AsyncYielder(self.0.clone())
    }
}

impl<Y: 'static, S: 'static> fmt::Debug for AsyncYielder<Y, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncYielder").finish_non_exhaustive()
    }
}

/// The body waits to be resumed.
struct Suspended<'a, Y, S> {
    queue: &'a Queue<Y, S>,
    waiting: bool,
}

impl<Y, S> Future for Suspended<'_, Y, S> {
    type Output = Completion<S>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Completion<S>> {
        if self.waiting
            && let Some(completion) = self.queue.take_resumed()
        {
            self.waiting = false;
            return Poll::Ready(completion);
        }
        self.waiting = true;
        self.queue.suspend(context.waker());
        core::try_with_running(Core::awaits);
        Poll::Pending
    }
}

impl<Y, S> Drop for Suspended<'_, Y, S> {
    /// A body that gives the wait up runs on; who asks meanwhile waits for its next `yield_`.
    fn drop(&mut self) {
        if self.waiting {
            self.queue.give_up();
        }
    }
}
