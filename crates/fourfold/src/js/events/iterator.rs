//! An async iterator of events.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::rc::Rc;

use super::super::abort::AbortSignal;
use super::super::async_generators::AsyncIterator;
use super::super::generators::IteratorResult;
use super::super::promise::{Promise, Resolvers};
use super::waiting::Listening;
use super::{ERROR, Event, EventEmitter, EventListener};
use crate::{Error, Result};

/// An async iterator of the arguments of all such events from now on, until the emitter tells an error or
/// the iterator is closed.
///
/// What nobody asked for yet is kept. Dropping the iterator closes it, once the promises that it gave are
/// settled.
///
/// The original is
/// [`events.on`](https://nodejs.org/api/events.html#eventsonemitter-eventname-options).
///
/// ```
/// use fourfold::js::{self, AsyncIterator, Event, EventEmitter, events};
///
/// const DATA: Event<i32> = Event::new("data");
///
/// let first = js::run(async {
///     let emitter = EventEmitter::new();
///     let numbers = events::on(&emitter, &DATA);
///     emitter.emit(&DATA, 1)?;
///     Ok(numbers.next_result().await?.value())
/// })?;
/// assert_eq!(first, Some(1));
/// # Ok::<(), fourfold::Error>(())
/// ```
pub fn on<A: Clone + 'static>(emitter: &EventEmitter, event: &Event<A>) -> EventIterator<A> {
    listen(emitter, event, OnOptions::new())
}

/// As [`on`], with options.
///
/// # Errors
///
/// An [`AbortError`](super::super::AbortError) where the signal is aborted already.
pub fn on_with_options<A: Clone + 'static>(
    emitter: &EventEmitter,
    event: &Event<A>,
    options: OnOptions,
) -> Result<EventIterator<A>> {
    match options.signal.as_ref().and_then(AbortSignal::reason) {
        Some(reason) => Err(AbortSignal::abort_error(&reason)),
        None => Ok(listen(emitter, event, options)),
    }
}

/// A signal that ends an iterator of events, and events that are its end.
#[derive(Clone, Default)]
#[must_use]
pub struct OnOptions {
    signal: Option<AbortSignal>,
    close: Vec<Rc<AddClose>>,
}

/// Adds a listener that closes the iterator.
type AddClose = dyn Fn(&EventEmitter, Close) -> EventListener;

type Close = Box<dyn Fn()>;

impl OnOptions {
    /// No signal, and no event is the end.
    pub fn new() -> OnOptions {
        OnOptions::default()
    }

    /// Where `signal` is aborted the iterator fails with an [`AbortError`](super::super::AbortError).
    pub fn signal(self, signal: &AbortSignal) -> OnOptions {
        OnOptions { signal: Some(signal.clone()), ..self }
    }

    /// The iterator ends at such an event.
    pub fn close<A: 'static>(mut self, event: &Event<A>) -> OnOptions {
        let event = event.clone();
        self.close.push(Rc::new(move |emitter, close| emitter.on(&event, move |_| close())));
        self
    }
}

impl fmt::Debug for OnOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnOptions").field("signal", &self.signal).finish_non_exhaustive()
    }
}

fn listen<A: Clone + 'static>(
    emitter: &EventEmitter,
    event: &Event<A>,
    options: OnOptions,
) -> EventIterator<A> {
    let shared = Rc::new(Shared {
        events: RefCell::default(),
        waiting: RefCell::default(),
        error: RefCell::default(),
        finished: Cell::new(false),
        dropped: Cell::new(false),
        listening: Listening::default(),
    });
    let listening = &shared.listening;
    let told = shared.clone();
    listening.add(emitter.on(event, move |arguments: &A| told.tell(arguments.clone())));
    if event.name() != ERROR.name() {
        let told = shared.clone();
        listening.add(emitter.on(&ERROR, move |error| told.fail(error.clone())));
    }
    for close in &options.close {
        let told = shared.clone();
        listening.add(close(emitter, Box::new(move || told.finish())));
    }
    if let Some(signal) = &options.signal {
        let told = shared.clone();
        listening.add_signal(
            signal.add_event_listener(move |reason| told.fail(AbortSignal::abort_error(reason))),
        );
    }
    EventIterator(shared)
}

/// The iterator that [`on`] gives.
pub struct EventIterator<A: Clone + 'static>(Rc<Shared<A>>);

struct Shared<A: Clone + 'static> {
    /// Told, and not asked for.
    events: RefCell<VecDeque<A>>,
    /// Asked for, and not told. One of the two is empty.
    waiting: RefCell<VecDeque<Resolvers<IteratorResult<A>>>>,
    error: RefCell<Option<Error>>,
    finished: Cell<bool>,
    dropped: Cell<bool>,
    listening: Listening,
}

impl<A: Clone + 'static> Shared<A> {
    fn next_waiting(&self) -> Option<Resolvers<IteratorResult<A>>> {
        self.waiting.borrow_mut().pop_front()
    }

    fn tell(&self, arguments: A) {
        match self.next_waiting() {
            Some(waiting) => waiting.resolve(IteratorResult::Value(arguments)),
            None => self.events.borrow_mut().push_back(arguments),
        }
        self.finish_if_dropped();
    }

    fn fail(&self, error: Error) {
        match self.next_waiting() {
            Some(waiting) => waiting.reject(error),
            None => {
                self.error.replace(Some(error));
            }
        }
        self.finish();
    }

    fn finish(&self) {
        self.listening.remove();
        self.finished.set(true);
        while let Some(waiting) = self.next_waiting() {
            waiting.resolve(IteratorResult::Done(None));
        }
    }

    fn finish_if_dropped(&self) {
        if self.dropped.get() && self.waiting.borrow().is_empty() {
            self.finish();
        }
    }
}

impl<A: Clone + 'static> EventIterator<A> {
    /// Ends the iterator with an error: that of the promise that waits longest, or of the next.
    ///
    /// The original is the iterator's `throw`.
    pub fn throw(&self, error: impl Into<Error>) {
        self.0.fail(error.into());
    }
}

impl<A: Clone + 'static> AsyncIterator for EventIterator<A> {
    type Value = A;
    type Return = ();

    #[track_caller]
    fn next_result(&self) -> Promise<IteratorResult<A>> {
        let shared = &self.0;
        let next = shared.events.borrow_mut().pop_front();
        if let Some(arguments) = next {
            return Promise::resolve(IteratorResult::Value(arguments));
        }
        if let Some(error) = shared.error.take() {
            return Promise::reject(error);
        }
        if shared.finished.get() {
            return self.close_early();
        }
        let (promise, resolvers) = Promise::with_resolvers();
        shared.waiting.borrow_mut().push_back(resolvers);
        promise
    }

    #[track_caller]
    fn close_early(&self) -> Promise<IteratorResult<A>> {
        self.0.finish();
        Promise::resolve(IteratorResult::Done(None))
    }
}

impl<A: Clone + 'static> Drop for EventIterator<A> {
    fn drop(&mut self) {
        self.0.dropped.set(true);
        self.0.finish_if_dropped();
    }
}

impl<A: Clone + 'static> fmt::Debug for EventIterator<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let finished = self.0.finished.get();
        f.debug_struct("EventIterator").field("finished", &finished).finish_non_exhaustive()
    }
}
