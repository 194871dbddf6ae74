//! A promise of an event.

use std::cell::RefCell;
use std::rc::Rc;

use super::super::abort::{AbortListener, AbortSignal};
use super::super::async_fn::async_fn;
use super::super::promise::Promise;
use super::{ERROR, Event, EventEmitter, EventListener};

/// A promise of the next such event's arguments; rejected with an error that the emitter tells before,
/// unless that is what is waited for.
///
/// The original is
/// [`events.once`](https://nodejs.org/api/events.html#eventsonceemitter-name-options).
///
/// # Panics
///
/// Where no loop of this dialect is running on this thread.
///
/// ```
/// use fourfold::js::{self, Event, EventEmitter, events};
///
/// const READY: Event<&'static str> = Event::new("ready");
///
/// let who = js::run(async {
///     let emitter = EventEmitter::new();
///     let emits = emitter.clone();
///     js::next_tick(move || emits.emit(&READY, "me").map(drop));
///     events::once(&emitter, &READY).await
/// })?;
/// assert_eq!(who, "me");
/// # Ok::<(), fourfold::Error>(())
/// ```
#[track_caller]
pub fn once<A: Clone + 'static>(emitter: &EventEmitter, event: &Event<A>) -> Promise<A> {
    wait_for(emitter, event, None)
}

/// As [`once`], and where `signal` is aborted before, rejected with an
/// [`AbortError`](super::super::AbortError).
///
/// # Panics
///
/// As [`once`].
#[track_caller]
pub fn once_with_signal<A: Clone + 'static>(
    emitter: &EventEmitter,
    event: &Event<A>,
    signal: &AbortSignal,
) -> Promise<A> {
    match signal.reason() {
        Some(reason) => Promise::reject(AbortSignal::abort_error(&reason)),
        None => wait_for(emitter, event, Some(signal)),
    }
}

/// Who listens for one promise. The first who is told has all of them removed.
#[derive(Default)]
pub(super) struct Listening {
    listeners: RefCell<Vec<EventListener>>,
    signal: RefCell<Option<AbortListener>>,
}

impl Listening {
    pub(super) fn add(&self, listener: EventListener) {
        self.listeners.borrow_mut().push(listener);
    }

    pub(super) fn add_signal(&self, listener: AbortListener) {
        self.signal.replace(Some(listener));
    }

    pub(super) fn remove(&self) {
        let (listeners, signal) = (self.listeners.take(), self.signal.take());
        listeners.iter().for_each(EventListener::remove);
        if let Some(signal) = signal {
            signal.remove();
        }
    }
}

#[track_caller]
fn wait_for<A: Clone + 'static>(
    emitter: &EventEmitter,
    event: &Event<A>,
    signal: Option<&AbortSignal>,
) -> Promise<A> {
    let (promise, resolvers) = Promise::with_resolvers();
    let listening = Rc::new(Listening::default());
    let (all, settle) = (listening.clone(), resolvers.clone());
    listening.add(emitter.once(event, move |arguments: &A| {
        all.remove();
        settle.resolve(arguments.clone());
    }));
    if event.name() != ERROR.name() {
        let (all, settle) = (listening.clone(), resolvers.clone());
        listening.add(emitter.once(&ERROR, move |error| {
            all.remove();
            settle.reject(error.clone());
        }));
    }
    if let Some(signal) = signal {
        let all = listening.clone();
        listening.add_signal(signal.add_event_listener(move |reason| {
            all.remove();
            resolvers.reject(AbortSignal::abort_error(reason));
        }));
    }
    // In Node it is an async function that returns the promise, which takes its ticks.
    async_fn(async move { Ok(promise) })
}
