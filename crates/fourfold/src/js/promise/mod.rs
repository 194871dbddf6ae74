//! A value that is not there yet.
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | [`Promise`], and how one is made that is settled already |
//! | `resolve.rs` | [`Resolvers`], what they may be given, and the resolution procedure |
//! | `settling.rs` | the same for promises that an async function or a `then` settles |
//! | `then.rs` | `then`, `catch`, `finally` |
//! | `awaiting.rs` | `promise.await` |

mod awaiting;
mod resolve;
mod settling;
mod then;

use std::cell::UnsafeCell;
use std::fmt;
use std::future::IntoFuture;
use std::panic::Location;

use fourfold_kernel::task::{self, Exit, Handle};

use super::cell::{Flag, PromiseData};
use super::core::{self, Core};
use crate::{Error, Result};

pub use awaiting::Await;
pub use resolve::{IntoPromise, Resolution, Resolve, Resolvers, Then, Thenable};
pub(crate) use settling::Settling;

/// A value, or an [`Error`], that will be there later.
///
/// A promise may be awaited by many, and as often as one likes: every one gets a clone of the value. It
/// belongs to the thread of its loop. A clone is the same promise; dropping all of them changes
/// nothing for who is to settle it.
///
/// The original is
/// [`Promise`](https://tc39.es/ecma262/#sec-promise-objects).
///
/// ```
/// use fourfold::js::{self, Promise};
///
/// let answer = js::run(async {
///     let promise = Promise::new(|settle| {
///         js::set_timeout(move || settle.resolve(41), 1);
///         Ok(())
///     });
///     promise.then(|n: i32| Ok(n + 1)).await
/// })?;
/// assert_eq!(answer, 42);
/// # Ok::<(), fourfold::Error>(())
/// ```
pub struct Promise<T: 'static> {
    repr: UnsafeCell<Repr<T>>,
}

/// A promise that was made with its value needs no cell as long as there is one reference to it, and
/// nobody reacts but the one who awaits it.
enum Repr<T: 'static> {
    Cell(Handle<Result<T>, PromiseData>),
    /// The value is there until the cell is made.
    Fulfilled(Option<T>, &'static Location<'static>),
}

/// Whether a promise is settled, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Not yet.
    Pending,
    /// With a value.
    Fulfilled,
    /// With an error.
    Rejected,
}

impl<T: 'static> Promise<T> {
    pub(crate) fn from_handle(cell: Handle<Result<T>, PromiseData>) -> Promise<T> {
        Promise { repr: UnsafeCell::new(Repr::Cell(cell)) }
    }

    /// The cell, which is made now if there is none.
    #[inline]
    pub(crate) fn cell(&self) -> &Handle<Result<T>, PromiseData> {
        // SAFETY: a promise is not `Sync`; the only change behind this reference is in `make_cell`, which
        // is called where there is no cell, and of which no reference is given out then.
        match unsafe { &*self.repr.get() } {
            Repr::Cell(cell) => cell,
            Repr::Fulfilled(..) => self.make_cell(),
        }
    }

    #[cold]
    fn make_cell(&self) -> &Handle<Result<T>, PromiseData> {
        // SAFETY: as in `cell`; this reference ends here.
        let (value, made_at) = match unsafe { &mut *self.repr.get() } {
            Repr::Fulfilled(value, made_at) => (value.take(), *made_at),
            Repr::Cell(_) => unreachable!("called where there is no cell"),
        };
        let cell = core::with_running(|core| task::promise(PromiseData::new(core, made_at, None)));
        if let Some(value) = value {
            // SAFETY: it was made by `promise`, just now.
            let finished = unsafe { cell.finish(Ok(value)) };
            debug_assert!(finished.is_ok());
        }
        // SAFETY: as in `cell`. What is replaced is empty, so its drop runs no code; the reference that is
        // given is to what is never replaced again.
        unsafe {
            *self.repr.get() = Repr::Cell(cell);
            match &*self.repr.get() {
                Repr::Cell(cell) => cell,
                Repr::Fulfilled(..) => unreachable!("just written"),
            }
        }
    }

    pub(crate) fn core(&self) -> &Core {
        self.cell().data().core()
    }

    /// A promise without a body, to be settled by hand.
    #[inline]
    pub(crate) fn pending_on(core: &Core, made_at: &'static Location<'static>) -> Promise<T> {
        Promise::from_handle(task::promise(PromiseData::new(core, made_at, None)))
    }

    /// Makes a promise and has `executor` settle it, which runs at once. What it throws rejects the
    /// promise, unless that was resolved already.
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread, and where `executor` does.
    ///
    /// The original is
    /// [`new Promise`](https://tc39.es/ecma262/#sec-promise-executor).
    #[track_caller]
    pub fn new(executor: impl FnOnce(Resolvers<T>) -> Result<()>) -> Promise<T>
    where
        T: Clone,
    {
        let (promise, resolvers) = Promise::with_resolvers();
        if let Err(error) = executor(resolvers.clone()) {
            resolvers.reject(error);
        }
        promise
    }

    /// A promise, and what settles it.
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    ///
    /// The original is
    /// [`Promise.withResolvers`](https://tc39.es/ecma262/#sec-promise.withResolvers).
    #[track_caller]
    pub fn with_resolvers() -> (Promise<T>, Resolvers<T>) {
        let made_at = Location::caller();
        let promise = core::with_running(|core| Promise::pending_on(core, made_at));
        let resolvers = Resolvers::first_of(&promise);
        (promise, resolvers)
    }

    /// Says that a timer fulfills it.
    pub(super) fn is_of_timer(&self) {
        self.cell().data().local().set(Flag::Timer);
    }

    /// A promise of `value`: settled with it, or following it if it is a thenable. Of a promise, that
    /// promise.
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    ///
    /// The original is
    /// [`Promise.resolve`](https://tc39.es/ecma262/#sec-promise.resolve).
    #[track_caller]
    pub fn resolve(value: impl Resolve<T>) -> Promise<T>
    where
        T: Clone,
    {
        let made_at = Location::caller();
        match value.into_resolution() {
            Resolution::Promise(promise) => promise,
            Resolution::Value(value) => {
                core::insist_on_running();
                Promise { repr: UnsafeCell::new(Repr::Fulfilled(Some(value), made_at)) }
            }
            other => core::with_running(|core| {
                let promise = Promise::pending_on(core, made_at);
                Resolvers::first_of(&promise).resolve_with(other);
                promise
            }),
        }
    }

    /// A promise that is rejected with `error`.
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    ///
    /// The original is
    /// [`Promise.reject`](https://tc39.es/ecma262/#sec-promise.reject).
    #[track_caller]
    pub fn reject(error: impl Into<Error>) -> Promise<T> {
        let made_at = Location::caller();
        let promise = core::with_running(|core| Promise::pending_on(core, made_at));
        Resolvers::first_of(&promise).reject(error);
        promise
    }

    /// Calls `f` at once and gives a promise of what it returns or throws.
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread, and where `f` does.
    ///
    /// The original is
    /// [`Promise.try`](https://tc39.es/ecma262/#sec-promise.try).
    #[track_caller]
    pub fn try_call<R: Resolve<T>>(f: impl FnOnce() -> Result<R>) -> Promise<T>
    where
        T: Clone,
    {
        let (promise, resolvers) = Promise::with_resolvers();
        match f() {
            Ok(value) => resolvers.resolve(value),
            Err(error) => resolvers.reject(error),
        }
        promise
    }

    /// How it stands. JavaScript does not tell; a debugger does.
    pub fn state(&self) -> State {
        // SAFETY: as in `cell`.
        if let Repr::Fulfilled(..) = unsafe { &*self.repr.get() } {
            State::Fulfilled
        } else if !self.cell().is_done() {
            State::Pending
        } else if self.cell().data().local().has(Flag::Rejected) {
            State::Rejected
        } else {
            State::Fulfilled
        }
    }

    /// Where it was made.
    pub fn made_at(&self) -> &'static Location<'static> {
        self.cell().data().local().made_at
    }

    /// A number that no other promise has while this one lives: what a
    /// [`Rejection`](super::Rejection) calls it.
    pub fn id(&self) -> usize {
        self.cell().address()
    }

    /// Whether both are the same promise.
    pub fn same(&self, other: &Promise<T>) -> bool {
        self.cell().same(other.cell())
    }

    /// Settles a promise without a body that is pending.
    pub(crate) fn settle(&self, outcome: Result<T>) {
        if let Err(error) = &outcome {
            self.core().rejected_by_hand(&self.cell().erase(), error);
        }
        // SAFETY: all callers settle promises that were made by `pending_on`.
        let finished = unsafe { self.cell().finish(outcome) };
        debug_assert!(finished.is_ok(), "resolvers settle a promise once");
    }

    /// The value it was made with, where it has no cell and the value was not taken before.
    #[inline]
    fn take_fulfilled(&mut self) -> Option<T> {
        match self.repr.get_mut() {
            Repr::Fulfilled(value, _) => value.take(),
            Repr::Cell(_) => None,
        }
    }

    /// This promise itself, which is not used here any more.
    #[inline]
    fn take(&mut self, site: &'static Location<'static>) -> Promise<T> {
        let gone = Repr::Fulfilled(None, site);
        Promise { repr: UnsafeCell::new(std::mem::replace(self.repr.get_mut(), gone)) }
    }

    #[inline]
    fn has_cell(&mut self) -> bool {
        matches!(self.repr.get_mut(), Repr::Cell(_))
    }

    /// Somebody reacts to it: it is not unhandled, or not any more.
    #[inline]
    pub(crate) fn handle(&self) {
        let local = self.cell().data().local();
        if !local.has(Flag::Handled) {
            local.set(Flag::Handled);
            if local.has(Flag::Reported) {
                self.core().handled_late(self.cell().erase());
            }
        }
    }

    /// The outcome of a promise that is settled; the value is moved out where nobody else has it.
    #[inline]
    pub(crate) fn outcome(self) -> Result<T>
    where
        T: Clone,
    {
        let cell = match self.repr.into_inner() {
            Repr::Cell(cell) => cell,
            Repr::Fulfilled(value, _) => return Ok(value.expect("taken where a cell is made")),
        };
        if cell.is_only() {
            // SAFETY: where the only reference is this one, nobody has borrowed the outcome: who borrows
            // it has a reference of its own.
            if let Some(outcome) = unsafe { cell.take() } {
                return outcome;
            }
        }
        match cell.get() {
            Some(Ok(value)) => Ok(value.clone()),
            Some(Err(error)) => Err(error.clone()),
            None => unreachable!("asked of settled promises only"),
        }
    }
}

/// What a promise is rejected with whose body did not come to its end.
pub(crate) fn ended(data: &PromiseData, exit: Exit) -> Error {
    data.local().set(Flag::Rejected);
    match exit {
        Exit::Panicked(payload) => Error::from_panic(payload),
        Exit::Aborted => Error::cancelled_with("the loop of this promise has ended"),
    }
}

impl<T: 'static> Clone for Promise<T> {
    fn clone(&self) -> Self {
        Promise::from_handle(self.cell().clone())
    }
}

impl<T: 'static> fmt::Debug for Promise<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Promise")
            .field("state", &self.state())
            .field("made_at", &format_args!("{}", self.made_at()))
            .finish()
    }
}

impl<T: Clone + 'static> IntoFuture for Promise<T> {
    type Output = Result<T>;
    type IntoFuture = Await<T>;

    #[inline]
    #[track_caller]
    fn into_future(self) -> Await<T> {
        Await::new(self, Location::caller())
    }
}

impl<T: Clone + 'static> IntoFuture for &Promise<T> {
    type Output = Result<T>;
    type IntoFuture = Await<T>;

    #[inline]
    #[track_caller]
    fn into_future(self) -> Await<T> {
        Await::new(self.clone(), Location::caller())
    }
}
