//! `all`, `all_settled`, `any`, `race`: one promise of many.
//!
//! Each is a group that listens to its promises. A group holds none of them, and its promises hold the
//! group only while they may still tell it something: the moment its own promise is settled it listens
//! to none of the others any more. So a race that is won leaves nothing behind at the losers, however
//! long they live.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::ptr::NonNull;
use std::rc::Rc;

use fourfold_kernel::task::{Erased, ListenerKey};

use super::cell::PromiseData;
use super::core;
use super::listener::{Listener, Listening, Places};
use super::microtasks::{Microtask, Reaction};
use super::promise::{IntoPromise, Promise};
use crate::{Error, Kind, Result};

/// How a promise ended, to [`Promise::all_settled`].
#[derive(Clone, Debug)]
pub enum Settled<T> {
    /// With this value.
    Fulfilled(T),
    /// With this error.
    Rejected(Error),
}

impl<T> Settled<T> {
    /// As a result.
    ///
    /// # Errors
    ///
    /// What the promise was rejected with.
    pub fn into_result(self) -> Result<T> {
        match self {
            Settled::Fulfilled(value) => Ok(value),
            Settled::Rejected(error) => Err(error),
        }
    }
}

/// All promises given to [`Promise::any`] were rejected.
///
/// It is an error of the kind [`Group`](Kind::Group), whose members are what they were rejected with, in
/// the order of the promises. The original is
/// [`AggregateError`](https://tc39.es/ecma262/#sec-aggregate-error-objects).
#[derive(Clone, Debug)]
pub struct AggregateError {
    errors: Vec<Error>,
    message: String,
}

impl AggregateError {
    /// An aggregate of these errors.
    pub fn new(errors: Vec<Error>, message: impl Into<String>) -> AggregateError {
        AggregateError { errors, message: message.into() }
    }

    /// What it is an aggregate of.
    pub fn errors(&self) -> &[Error] {
        &self.errors
    }

    /// As the error type of all dialects, of the kind [`Group`](Kind::Group).
    pub fn into_error(self) -> Error {
        let errors = self.errors.clone();
        Error::typed(Kind::Group, self, errors)
    }
}

impl fmt::Display for AggregateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for AggregateError {}

impl<T: Clone + 'static> Promise<T> {
    /// A promise of all values, in the order of `promises`; rejected as soon as one of them is. The
    /// items may be promises, references to some, or thenables.
    ///
    /// The original is
    /// [`Promise.all`](https://tc39.es/ecma262/#sec-promise.all).
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    ///
    /// ```
    /// use fourfold::js::{self, Promise};
    ///
    /// let both = js::run(async {
    ///     let slow = js::set_timeout_promise_with(2, "slow");
    ///     Promise::all([slow, Promise::resolve("fast")]).await
    /// })?;
    /// assert_eq!(both, ["slow", "fast"]);
    /// # Ok::<(), fourfold::Error>(())
    /// ```
    #[track_caller]
    pub fn all<P: IntoPromise<Value = T>>(
        promises: impl IntoIterator<Item = P>,
    ) -> Promise<Vec<T>> {
        let take = |values: &mut Vec<Option<T>>, index: usize, outcome: Result<T>| {
            values[index] = Some(outcome?);
            Ok(())
        };
        let end = |values: Vec<Option<T>>| Ok(values.into_iter().flatten().collect());
        gather(promises, Location::caller(), take, end)
    }

    /// A promise of how each of `promises` ends, in their order. It is never rejected.
    ///
    /// The original is
    /// [`Promise.allSettled`](https://tc39.es/ecma262/#sec-promise.allsettled).
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    #[track_caller]
    pub fn all_settled<P: IntoPromise<Value = T>>(
        promises: impl IntoIterator<Item = P>,
    ) -> Promise<Vec<Settled<T>>> {
        let take = |outcomes: &mut Vec<Option<Settled<T>>>, index: usize, outcome: Result<T>| {
            outcomes[index] = Some(match outcome {
                Ok(value) => Settled::Fulfilled(value),
                Err(error) => Settled::Rejected(error),
            });
            Ok(())
        };
        let end = |outcomes: Vec<Option<Settled<T>>>| Ok(outcomes.into_iter().flatten().collect());
        gather(promises, Location::caller(), take, end)
    }

    /// A promise of the first value; rejected with an [`AggregateError`] where all of `promises` are
    /// rejected, or there are none.
    ///
    /// The original is
    /// [`Promise.any`](https://tc39.es/ecma262/#sec-promise.any).
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    #[track_caller]
    pub fn any<P: IntoPromise<Value = T>>(promises: impl IntoIterator<Item = P>) -> Promise<T> {
        let take = |errors: &mut Vec<Option<Error>>, index: usize, outcome: Result<T>| match outcome
        {
            Ok(value) => Err(Ok(value)),
            Err(error) => {
                errors[index] = Some(error);
                Ok(())
            }
        };
        let end = |errors: Vec<Option<Error>>| {
            let errors = errors.into_iter().flatten().collect();
            Err(AggregateError::new(errors, "All promises were rejected").into_error())
        };
        group(promises, Location::caller(), take, end, true)
    }

    /// A promise that ends as the first of `promises` does. Of none, it never does. The losers are not
    /// listened to any more.
    ///
    /// The original is
    /// [`Promise.race`](https://tc39.es/ecma262/#sec-promise.race).
    ///
    /// # Panics
    ///
    /// Where no loop of this dialect is running on this thread.
    #[track_caller]
    pub fn race<P: IntoPromise<Value = T>>(promises: impl IntoIterator<Item = P>) -> Promise<T> {
        let take = |_: &mut Vec<Option<()>>, _: usize, outcome: Result<T>| Err(outcome);
        let end = |_: Vec<Option<()>>| unreachable!("a race ends with its first");
        group(promises, Location::caller(), take, end, false)
    }
}

/// A group whose first rejection is its own.
fn gather<T, P, I, O>(
    promises: impl IntoIterator<Item = P>,
    made_at: &'static Location<'static>,
    take: impl Fn(&mut Vec<Option<I>>, usize, Result<T>) -> Result<()> + 'static,
    end: impl FnOnce(Vec<Option<I>>) -> Result<O> + 'static,
) -> Promise<O>
where
    T: Clone + 'static,
    P: IntoPromise<Value = T>,
    I: 'static,
    O: Clone + 'static,
{
    let take = move |items: &mut Vec<Option<I>>, index: usize, outcome: Result<T>| {
        take(items, index, outcome).map_err(Err)
    };
    group(promises, made_at, take, end, true)
}

/// A promise of `promises`: each outcome is handed to `take`, which may end the group with an outcome of
/// its own; after the last `end` makes it of what was taken, where the group `ends`.
fn group<T, P, I, O, F, E>(
    promises: impl IntoIterator<Item = P>,
    made_at: &'static Location<'static>,
    take: F,
    end: E,
    ends: bool,
) -> Promise<O>
where
    T: Clone + 'static,
    P: IntoPromise<Value = T>,
    I: 'static,
    O: Clone + 'static,
    F: Fn(&mut Vec<Option<I>>, usize, Result<T>) -> std::result::Result<(), Result<O>> + 'static,
    E: FnOnce(Vec<Option<I>>) -> Result<O> + 'static,
{
    core::with_running(|core| {
        let promise = Promise::pending_on(core, made_at);
        let group = Rc::new(Group {
            promise: promise.clone(),
            items: RefCell::new(Vec::new()),
            inputs: RefCell::new(Vec::new()),
            places: Places::default(),
            left: Cell::new(1),
            take,
            end: Cell::new(Some(end)),
            ends,
            _outcomes: PhantomData,
        });
        for (index, item) in promises.into_iter().enumerate() {
            group.items.borrow_mut().push(None);
            group.inputs.borrow_mut().push(None);
            group.left.set(group.left.get() + 1);
            group.listen(u32::try_from(index).expect("fewer than 2^32 promises"), item);
        }
        group.arrived();
        promise
    })
}

struct Group<T: 'static, I, O: 'static, F, E> {
    promise: Promise<O>,
    items: RefCell<Vec<Option<I>>>,
    /// The promises that are listened to.
    inputs: RefCell<Vec<Option<Input>>>,
    /// Where its listeners lie.
    places: Places,
    /// How many have not told, and one for the list while it is read.
    left: Cell<usize>,
    take: F,
    end: Cell<Option<E>>,
    ends: bool,
    _outcomes: PhantomData<fn(T)>,
}

/// A promise that is listened to, without a reference: while its listener is in its list it lives, and
/// when the listener goes, [`Group::forget`] takes this away.
struct Input {
    cell: NonNull<()>,
    key: ListenerKey,
}

impl<T, I, O, F, E> Group<T, I, O, F, E>
where
    T: Clone + 'static,
    I: 'static,
    O: Clone + 'static,
    F: Fn(&mut Vec<Option<I>>, usize, Result<T>) -> std::result::Result<(), Result<O>> + 'static,
    E: FnOnce(Vec<Option<I>>) -> Result<O> + 'static,
{
    fn listen(self: &Rc<Self>, index: u32, item: impl IntoPromise<Value = T>) {
        let promise = item.into_promise();
        promise.handle();
        let cell = promise.cell().erase();
        // SAFETY: the group that it refers to owns the places, and drops them with itself.
        let listener =
            unsafe { Listener::react_in(&self.places, Listening::new(self.clone(), index)) };
        match cell.listen(listener) {
            Ok(key) => {
                let cell = cell.into_raw();
                // SAFETY: the reference that was just turned into a pointer; the pointer is kept without.
                drop(unsafe { Erased::<PromiseData>::from_raw(cell) });
                self.inputs.borrow_mut()[index as usize] = Some(Input { cell, key });
            }
            Err(listener) => {
                // Its drop says that nobody listens, which is so.
                drop(listener);
                let core = self.promise.core();
                core.queue_microtask(Microtask::React(self.clone(), index, cell));
            }
        }
    }

    /// One more has told.
    fn arrived(&self) {
        self.left.set(self.left.get() - 1);
        if self.left.get() == 0
            && self.ends
            && let Some(end) = self.end.take()
        {
            let items = self.items.take();
            self.promise.settle(end(items));
        }
    }

    /// Ends the group before all have told.
    fn end_with(&self, outcome: Result<O>) {
        let Some(end) = self.end.take() else { return };
        drop(end);
        self.promise.settle(outcome);
        let items = self.items.take();
        drop(items);
        let count = self.inputs.borrow().len();
        for index in 0..count {
            let input = self.inputs.borrow_mut()[index].take();
            if let Some(Input { cell, key }) = input {
                // SAFETY: the listener is in the promise's list, or it would have taken the input away;
                // so the promise lives. The reference is not this one's to give back.
                let cell = ManuallyDrop::new(unsafe { Erased::<PromiseData>::from_raw(cell) });
                let listener = cell.unlisten(key);
                drop(listener);
            }
        }
    }
}

impl<T, I, O, F, E> Reaction for Group<T, I, O, F, E>
where
    T: Clone + 'static,
    I: 'static,
    O: Clone + 'static,
    F: Fn(&mut Vec<Option<I>>, usize, Result<T>) -> std::result::Result<(), Result<O>> + 'static,
    E: FnOnce(Vec<Option<I>>) -> Result<O> + 'static,
{
    fn react(self: Rc<Self>, index: u32, source: Erased<PromiseData>) {
        // SAFETY: the promises of this group are promises of `T`.
        let source: Promise<T> = Promise::from_handle(unsafe { source.into_handle() });
        let outcome = source.outcome();
        let mut items = self.items.take();
        if items.is_empty() {
            // It has ended.
            return;
        }
        let taken = (self.take)(&mut items, index as usize, outcome);
        let former = self.items.replace(items);
        drop(former);
        match taken {
            Ok(()) => self.arrived(),
            Err(outcome) => self.end_with(outcome),
        }
    }

    fn forget(&self, index: u32) {
        // Nobody else has it borrowed: listeners are dropped outside of all borrows.
        if let Some(input) = self.inputs.borrow_mut().get_mut(index as usize) {
            *input = None;
        }
    }
}
