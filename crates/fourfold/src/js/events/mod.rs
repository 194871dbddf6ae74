//! `EventEmitter`: objects that tell, at once and in order, those who listen.
//!
//! In JavaScript an event is a name and takes any arguments; here an [`Event`] is a name and the type of
//! its arguments.
//!
//! | file | tells |
//! |---|---|
//! | `mod.rs` | [`Event`], and the events that mean something to an emitter itself |
//! | `emitter.rs` | [`EventEmitter`] |
//! | `listeners.rs` | lists of listeners, and what a listener may return |
//! | `waiting.rs` | [`once`]: a promise of an event |
//! | `iterator.rs` | [`on`]: an async iterator of events |

mod emitter;
mod iterator;
mod listeners;
mod waiting;

use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use crate::Error;

pub use emitter::EventEmitter;
pub use iterator::{EventIterator, OnOptions, on, on_with_options};
use listeners::Key;
pub use listeners::{EventListener, ListenerOutcome};
pub use waiting::{once, once_with_signal};

/// A kind of event: its name, and the type of what is told with it.
///
/// Two of one name and different types are different events.
///
/// ```
/// use fourfold::js::{Event, EventEmitter};
///
/// const DATA: Event<String> = Event::new("data");
///
/// let stream = EventEmitter::new();
/// stream.on(&DATA, |text| println!("{text}"));
/// assert!(stream.emit(&DATA, "hello".to_string())?);
/// # Ok::<(), fourfold::Error>(())
/// ```
pub struct Event<A> {
    name: Cow<'static, str>,
    arguments: PhantomData<fn(&A)>,
}

impl<A: 'static> Event<A> {
    /// The event of this name.
    pub const fn new(name: &'static str) -> Event<A> {
        Event { name: Cow::Borrowed(name), arguments: PhantomData }
    }

    /// The event of a name that is not known before the program runs.
    pub fn named(name: impl Into<String>) -> Event<A> {
        Event { name: Cow::Owned(name.into()), arguments: PhantomData }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn key(&self) -> Key {
        Key { name: self.name.clone(), arguments: TypeId::of::<A>() }
    }
}

/// Something went wrong. If nobody listens, emitting it fails.
///
/// The original is
/// [`'error'`](https://nodejs.org/api/events.html#error-events).
pub const ERROR: Event<Error> = Event::new("error");

/// Is told of every [`ERROR`], before its listeners, without being one.
///
/// The original is
/// [`errorMonitor`](https://nodejs.org/api/events.html#eventserrormonitor).
pub const ERROR_MONITOR: Event<Error> = Event::new("Symbol(events.errorMonitor)");

/// Somebody is about to listen to the event of this name. What its listeners throw is an uncaught
/// exception.
///
/// The original is
/// [`'newListener'`](https://nodejs.org/api/events.html#event-newlistener).
pub const NEW_LISTENER: Event<Cow<'static, str>> = Event::new("newListener");

/// Somebody listens to the event of this name no more. What its listeners throw is an uncaught exception.
///
/// The original is
/// [`'removeListener'`](https://nodejs.org/api/events.html#event-removelistener).
pub const REMOVE_LISTENER: Event<Cow<'static, str>> = Event::new("removeListener");

impl<A> Clone for Event<A> {
    fn clone(&self) -> Self {
        Event { name: self.name.clone(), arguments: PhantomData }
    }
}

impl<A> fmt::Debug for Event<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Event").field(&self.name).finish()
    }
}
