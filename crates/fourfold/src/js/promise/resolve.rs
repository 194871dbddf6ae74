//! What a promise may be resolved with, and the resolution procedure.

use std::cell::Cell;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use fourfold_kernel::task::{Erased, Handle};

use super::super::async_local_storage::{self, Frame};
use super::super::cell::PromiseData;
use super::super::errors::TypeError;
use super::super::listener::{Listener, Listening};
use super::super::microtasks::{Microtask, Reaction};
use super::Promise;
use crate::{Error, Result};

/// What a promise of `T` can be resolved with: a `T`, another promise of one, or a [`Thenable`].
///
/// A promise that is resolved with a promise or a thenable follows it: there is no promise of a
/// promise. It is implemented for exactly these three, and for a [`Resolution`], which is one of them.
pub trait Resolve<T: 'static>: sealed::Sealed<T> {
    #[doc(hidden)]
    fn into_resolution(self) -> Resolution<T>;
}

mod sealed {
    pub trait Sealed<T> {}

    impl<T> Sealed<T> for T {}
    impl<T: 'static> Sealed<T> for super::Promise<T> {}
    impl<T: 'static> Sealed<T> for super::Thenable<T> {}
    impl<T: 'static> Sealed<T> for super::Resolution<T> {}
}

/// What a promise is resolved with, where only the running program knows what it is: a value of another
/// language.
#[derive(Debug)]
pub enum Resolution<T: 'static> {
    /// A value: the promise is fulfilled.
    Value(T),
    /// A promise, to be followed.
    Promise(Promise<T>),
    /// A thenable, to be followed.
    Thenable(Thenable<T>),
}

impl<T: 'static> Resolve<T> for Resolution<T> {
    #[inline]
    fn into_resolution(self) -> Resolution<T> {
        self
    }
}

impl<T: 'static> Resolve<T> for T {
    #[inline]
    fn into_resolution(self) -> Resolution<T> {
        Resolution::Value(self)
    }
}

impl<T: 'static> Resolve<T> for Promise<T> {
    #[inline]
    fn into_resolution(self) -> Resolution<T> {
        Resolution::Promise(self)
    }
}

impl<T: 'static> Resolve<T> for Thenable<T> {
    fn into_resolution(self) -> Resolution<T> {
        Resolution::Thenable(self)
    }
}

/// What is a promise, or becomes one: what [`Promise::all`] and its like take many of.
pub trait IntoPromise {
    /// Of what the promise is.
    type Value: Clone + 'static;

    /// As a promise; of a promise, that promise.
    fn into_promise(self) -> Promise<Self::Value>;
}

impl<T: Clone + 'static> IntoPromise for Promise<T> {
    type Value = T;

    fn into_promise(self) -> Promise<T> {
        self
    }
}

impl<T: Clone + 'static> IntoPromise for &Promise<T> {
    type Value = T;

    fn into_promise(self) -> Promise<T> {
        self.clone()
    }
}

impl<T: Clone + 'static> IntoPromise for Thenable<T> {
    type Value = T;

    #[track_caller]
    fn into_promise(self) -> Promise<T> {
        Promise::resolve(self)
    }
}

/// Something that is not a promise of ours and yet has a `then`.
///
/// What follows a thenable calls its `then` once, in a microtask. Later calls of the resolvers that it
/// is given, and what it throws after it called one, change nothing.
///
/// The original is any object with a method
/// [`then`](https://tc39.es/ecma262/#sec-newpromiseresolvethenablejob).
///
/// ```
/// use fourfold::js::{self, Promise, Thenable};
///
/// let seven = js::run(async {
///     Promise::<i32>::resolve(Thenable::new(|settle| {
///         settle.resolve(7);
///         Ok(())
///     }))
///     .await
/// })?;
/// assert_eq!(seven, 7);
/// # Ok::<(), fourfold::Error>(())
/// ```
pub struct Thenable<T: 'static>(Box<dyn Then<T>>);

/// The method of a [`Thenable`].
pub trait Then<T: 'static> {
    /// Has `settle` called with what is there, now or later.
    ///
    /// # Errors
    ///
    /// What it throws; whoever follows is rejected with it.
    fn then(self: Box<Self>, settle: Resolvers<T>) -> Result<()>;
}

impl<T: 'static, F: FnOnce(Resolvers<T>) -> Result<()>> Then<T> for F {
    fn then(self: Box<Self>, settle: Resolvers<T>) -> Result<()> {
        (*self)(settle)
    }
}

impl<T: 'static> Thenable<T> {
    /// A thenable whose `then` is this function.
    pub fn new(then: impl FnOnce(Resolvers<T>) -> Result<()> + 'static) -> Thenable<T> {
        Thenable(Box::new(then))
    }

    /// A thenable of a type of one's own.
    pub fn of(then: impl Then<T> + 'static) -> Thenable<T> {
        Thenable(Box::new(then))
    }

    /// Calls `then`; what it throws rejects, unless `settle` was used before.
    pub(super) fn call(self, settle: Resolvers<T>) {
        let kept = settle.clone();
        match catch_unwind(AssertUnwindSafe(|| self.0.then(settle))) {
            Ok(Ok(())) => {}
            Ok(Err(error)) => kept.reject(error),
            Err(panic) => kept.reject(Error::from_panic(panic)),
        }
    }
}

impl<T: 'static> fmt::Debug for Thenable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Thenable(..)")
    }
}

/// What settles a promise: the first call counts, every other does nothing.
///
/// A clone is the same pair. Where all are dropped without a call the promise stays pending for ever,
/// which by itself keeps no loop running.
///
/// The original is a pair of
/// [resolving functions](https://tc39.es/ecma262/#sec-createresolvingfunctions).
pub struct Resolvers<T: 'static> {
    cell: Handle<Result<T>, PromiseData>,
    /// The pair counts while the promise has this number. A pair that was used raises it, so the one
    /// that a thenable is given is of the next number, and no other is alive.
    pair: u32,
}

impl<T: 'static> Resolvers<T> {
    #[inline]
    pub(super) fn first_of(promise: &Promise<T>) -> Resolvers<T> {
        Resolvers { cell: promise.cell().clone(), pair: 0 }
    }

    fn promise(&self) -> Promise<T> {
        Promise::from_handle(self.cell.clone())
    }

    /// Uses the pair up; whether it still counted.
    #[inline]
    fn claim(&self) -> bool {
        let pair = &self.cell.data().local().number;
        let counts = pair.get() == self.pair;
        if counts {
            pair.set(self.pair + 1);
        }
        counts
    }

    /// Resolves the promise: with a value it is fulfilled; a promise or a thenable it follows. With
    /// itself it is rejected, with a [`TypeError`].
    pub fn resolve(&self, value: impl Resolve<T>)
    where
        T: Clone,
    {
        self.resolve_with(value.into_resolution());
    }

    pub(super) fn resolve_with(&self, resolution: Resolution<T>)
    where
        T: Clone,
    {
        if !self.claim() {
            return;
        }
        let promise = &self.promise();
        match resolution {
            Resolution::Value(value) => promise.settle(Ok(value)),
            Resolution::Promise(other) if other.same(promise) => {
                promise.settle(Err(TypeError::chaining_cycle()));
            }
            Resolution::Promise(source) => {
                let adoption = Rc::new(Adoption { target: promise.clone() });
                let source = source.cell().erase();
                promise.core().queue_microtask(Microtask::React(adoption, 0, source));
            }
            Resolution::Thenable(thenable) => {
                let resolvers = Resolvers { cell: self.cell.clone(), pair: self.pair + 1 };
                let frame = async_local_storage::capture();
                let job = ThenableJob(Cell::new(Some((thenable, resolvers, frame))));
                let source = promise.cell().erase();
                promise.core().queue_microtask(Microtask::React(Rc::new(job), 0, source));
            }
        }
    }

    /// Rejects the promise.
    pub fn reject(&self, error: impl Into<Error>) {
        if self.claim() {
            self.promise().settle(Err(error.into()));
        }
    }
}

/// A promise without a body that follows another.
struct Adoption<T: 'static> {
    target: Promise<T>,
}

impl<T: Clone + 'static> Reaction for Adoption<T> {
    fn react(self: Rc<Self>, step: u32, source: Erased<PromiseData>) {
        // SAFETY: it is the promise of `T` that this adoption was made with.
        let source: Promise<T> = Promise::from_handle(unsafe { source.into_handle() });
        if step > 0 {
            return self.target.settle(source.outcome());
        }
        // The job that calls `then`.
        source.handle();
        let target = self.clone();
        if source.cell().listen(Listener::react(Listening::new(target, 1))).is_err() {
            let settled = Microtask::React(self.clone(), 1, source.cell().erase());
            self.target.core().queue_microtask(settled);
        }
    }
}

/// A promise without a body that follows a thenable.
struct ThenableJob<T: 'static>(Cell<Option<Following<T>>>);

type Following<T> = (Thenable<T>, Resolvers<T>, Option<Frame>);

impl<T: 'static> Reaction for ThenableJob<T> {
    fn react(self: Rc<Self>, _: u32, _: Erased<PromiseData>) {
        if let Some((thenable, resolvers, frame)) = self.0.take() {
            let _frame = async_local_storage::enter(frame);
            thenable.call(resolvers);
        }
    }
}

impl<T: 'static> Clone for Resolvers<T> {
    fn clone(&self) -> Self {
        Resolvers { cell: self.cell.clone(), pair: self.pair }
    }
}

impl<T: 'static> fmt::Debug for Resolvers<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Resolvers").field(&self.promise()).finish()
    }
}
