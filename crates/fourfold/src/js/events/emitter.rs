//! The emitter.

use std::any::Any;
use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::rc::Rc;

use super::super::core;
use super::super::microtasks::next_tick;
use super::super::process;
use super::listeners::{Call, Entry, EventListener, Key, List, ListenerOutcome};
use super::{ERROR, ERROR_MONITOR, Event, NEW_LISTENER, REMOVE_LISTENER};
use crate::{Error, Result};

/// Tells those who listen to its events: at once, one after the other, in the order in which they came.
///
/// It belongs to one thread. A clone is the same emitter. Listeners run where
/// [`emit`](EventEmitter::emit) is called, in its frame; who is added or removed meanwhile makes no
/// difference to the event that is being told.
///
/// The original is
/// [`EventEmitter`](https://nodejs.org/api/events.html#class-eventemitter).
///
/// ```
/// use std::{cell::Cell, rc::Rc};
/// use fourfold::js::{Event, EventEmitter, events};
///
/// const PAID: Event<u32> = Event::new("paid");
///
/// let shop = EventEmitter::new();
/// let sum = Rc::new(Cell::new(0));
/// let adding = sum.clone();
/// shop.on(&PAID, move |amount| adding.set(adding.get() + amount));
/// shop.once(&PAID, |_| println!("the first one"));
/// assert!(shop.emit(&PAID, 20)?);
/// shop.emit(&PAID, 22)?;
/// assert_eq!(sum.get(), 42);
/// // An error that nobody listens to is thrown.
/// assert!(shop.emit(&events::ERROR, fourfold::Error::msg("closed")).is_err());
/// # Ok::<(), fourfold::Error>(())
/// ```
#[derive(Clone, Default)]
pub struct EventEmitter(Rc<Inner>);

pub(super) struct Inner {
    lists: RefCell<Vec<List>>,
    numbers: Cell<u64>,
    capturing: Cell<bool>,
    most: Cell<usize>,
}

impl Default for Inner {
    fn default() -> Self {
        Inner {
            lists: RefCell::default(),
            numbers: Cell::new(0),
            capturing: Cell::new(false),
            most: Cell::new(EventEmitter::DEFAULT_MAX_LISTENERS),
        }
    }
}

impl EventEmitter {
    /// With more listeners to one event the process warns of a leak, unless told otherwise.
    pub const DEFAULT_MAX_LISTENERS: usize = 10;

    /// An emitter that nobody listens to.
    pub fn new() -> EventEmitter {
        EventEmitter::default()
    }

    /// An emitter for which the rejection of a promise that a listener returned is an
    /// [`ERROR`], in a tick of its own.
    ///
    /// The original is the option
    /// [`captureRejections`](https://nodejs.org/api/events.html#capture-rejections-of-promises).
    pub fn capture_rejections() -> EventEmitter {
        let emitter = EventEmitter::default();
        emitter.0.capturing.set(true);
        emitter
    }

    pub(super) fn of(inner: Rc<Inner>) -> EventEmitter {
        EventEmitter(inner)
    }

    /// Calls `listener` for each such event, after those who listen already.
    ///
    /// The original is
    /// [`emitter.on`](https://nodejs.org/api/events.html#emitteroneventname-listener).
    pub fn on<A: 'static, R: ListenerOutcome>(
        &self,
        event: &Event<A>,
        listener: impl Fn(&A) -> R + 'static,
    ) -> EventListener {
        self.add(event, repeating(listener), false, false)
    }

    /// Calls `listener` for the next such event; it listens no more by then.
    ///
    /// The original is
    /// [`emitter.once`](https://nodejs.org/api/events.html#emitteronceeventname-listener).
    pub fn once<A: 'static, R: ListenerOutcome>(
        &self,
        event: &Event<A>,
        listener: impl FnOnce(&A) -> R + 'static,
    ) -> EventListener {
        self.add(event, single(listener), true, false)
    }

    /// As [`on`](EventEmitter::on), before those who listen already.
    ///
    /// The original is
    /// [`emitter.prependListener`](https://nodejs.org/api/events.html#emitterprependlistenereventname-listener).
    pub fn prepend_listener<A: 'static, R: ListenerOutcome>(
        &self,
        event: &Event<A>,
        listener: impl Fn(&A) -> R + 'static,
    ) -> EventListener {
        self.add(event, repeating(listener), false, true)
    }

    /// As [`once`](EventEmitter::once), before those who listen already.
    ///
    /// The original is
    /// [`emitter.prependOnceListener`](https://nodejs.org/api/events.html#emitterprependoncelistenereventname-listener).
    pub fn prepend_once_listener<A: 'static, R: ListenerOutcome>(
        &self,
        event: &Event<A>,
        listener: impl FnOnce(&A) -> R + 'static,
    ) -> EventListener {
        self.add(event, single(listener), true, true)
    }

    /// Calls it no more. Nothing happens where it does not listen.
    ///
    /// The original is
    /// [`emitter.off`](https://nodejs.org/api/events.html#emitteroffeventname-listener).
    pub fn off(&self, listener: &EventListener) {
        if std::ptr::eq(listener.emitter.as_ptr(), Rc::as_ptr(&self.0)) {
            self.remove(&listener.key, listener.number);
        }
    }

    /// Calls nobody any more who listens to this event.
    ///
    /// The original is
    /// [`emitter.removeAllListeners`](https://nodejs.org/api/events.html#emitterremovealllistenerseventname).
    pub fn remove_all_listeners_of<A: 'static>(&self, event: &Event<A>) {
        self.remove_all(&event.key());
    }

    /// Calls nobody any more who listens to any event.
    pub fn remove_all_listeners(&self) {
        let last = REMOVE_LISTENER.key();
        let keys: Vec<Key> = self.0.lists.borrow().iter().map(|list| list.key.clone()).collect();
        for key in keys.iter().filter(|key| **key != last) {
            self.remove_all(key);
        }
        self.remove_all(&last);
    }

    /// How many listen to this event.
    ///
    /// The original is
    /// [`emitter.listenerCount`](https://nodejs.org/api/events.html#emitterlistenercounteventname-listener).
    pub fn listener_count<A: 'static>(&self, event: &Event<A>) -> usize {
        self.entries(&event.key()).map_or(0, |entries| entries.len())
    }

    /// The names of the events that somebody listens to, in the order in which somebody began to.
    ///
    /// The original is
    /// [`emitter.eventNames`](https://nodejs.org/api/events.html#emittereventnames).
    pub fn event_names(&self) -> Vec<Cow<'static, str>> {
        self.0.lists.borrow().iter().map(|list| list.key.name.clone()).collect()
    }

    /// With how many listeners to one event the process does not warn yet; 0 is any number.
    ///
    /// The original is
    /// [`emitter.getMaxListeners`](https://nodejs.org/api/events.html#emittergetmaxlisteners).
    pub fn max_listeners(&self) -> usize {
        self.0.most.get()
    }

    /// Sets that number.
    ///
    /// The original is
    /// [`emitter.setMaxListeners`](https://nodejs.org/api/events.html#emittersetmaxlistenersn).
    pub fn set_max_listeners(&self, most: usize) {
        self.0.most.set(most);
    }

    /// Calls those who listen to `event` with `arguments`, and tells whether there were any.
    ///
    /// # Errors
    ///
    /// What a listener throws: those behind it are not called then. Where nobody listens to an event named
    /// `error`, that error.
    ///
    /// # Panics
    ///
    /// Where a listener does.
    ///
    /// The original is
    /// [`emitter.emit`](https://nodejs.org/api/events.html#emitteremiteventname-args).
    pub fn emit<A: 'static>(&self, event: &Event<A>, arguments: A) -> Result<bool> {
        self.tell(&event.key(), &arguments)
    }

    fn tell(&self, key: &Key, arguments: &dyn Any) -> Result<bool> {
        let error =
            if key.name == "error" { Some(arguments.downcast_ref::<Error>()) } else { None };
        if let Some(Some(_)) = error {
            self.tell(&ERROR_MONITOR.key(), arguments)?;
        }
        let Some(entries) = self.entries(key) else {
            return match error {
                None => Ok(false),
                Some(Some(error)) => Err(error.clone()),
                Some(None) => Err(Error::msg("Unhandled error: nobody listens to `error`")),
            };
        };
        let capturing = self.0.capturing.get().then_some(self);
        for entry in entries.iter() {
            if entry.once {
                if entry.fired.replace(true) {
                    continue;
                }
                self.remove(key, entry.number);
            }
            (entry.call)(arguments, capturing)?;
        }
        Ok(true)
    }

    /// A promise that a listener returned was rejected.
    pub(super) fn emit_captured(&self, error: Error) -> Result<()> {
        struct Capturing<'a>(&'a Cell<bool>);
        impl Drop for Capturing<'_> {
            fn drop(&mut self) {
                self.0.set(true);
            }
        }
        // Those who hear of it must not make another error of that.
        self.0.capturing.set(false);
        let _capturing = Capturing(&self.0.capturing);
        self.emit(&ERROR, error).map(drop)
    }

    fn entries(&self, key: &Key) -> Option<Rc<Vec<Rc<Entry>>>> {
        let lists = self.0.lists.borrow();
        Some(lists.iter().find(|list| list.key == *key)?.entries.clone())
    }

    /// Tells of a listener that comes or goes.
    fn tell_of(&self, event: &Event<Cow<'static, str>>, key: &Key) {
        if let Err(error) = self.tell(&event.key(), &key.name) {
            next_tick(move || Err::<(), _>(error));
        }
    }

    fn add<A: 'static>(
        &self,
        event: &Event<A>,
        call: Call,
        once: bool,
        first: bool,
    ) -> EventListener {
        let key = event.key();
        self.tell_of(&NEW_LISTENER, &key);
        let number = self.0.numbers.get();
        self.0.numbers.set(number + 1);
        let entry = Rc::new(Entry { number, once, fired: Cell::new(false), call });
        let mut lists = self.0.lists.borrow_mut();
        let place = lists.iter().position(|list| list.key == key).unwrap_or_else(|| {
            lists.push(List { key: key.clone(), entries: Rc::default(), warned: false });
            lists.len() - 1
        });
        let list = &mut lists[place];
        let entries = Rc::make_mut(&mut list.entries);
        entries.insert(if first { 0 } else { entries.len() }, entry);
        let (count, most) = (entries.len(), self.0.most.get());
        let warns = most > 0 && count > most && !std::mem::replace(&mut list.warned, count > most);
        drop(lists);
        if warns {
            warn_of_leak(count, &key.name, most);
        }
        EventListener { emitter: Rc::downgrade(&self.0), key, number }
    }

    fn remove(&self, key: &Key, number: u64) {
        let mut lists = self.0.lists.borrow_mut();
        let Some(place) = lists.iter().position(|list| list.key == *key) else { return };
        let entries = &mut lists[place].entries;
        let Some(index) = entries.iter().position(|entry| entry.number == number) else { return };
        let gone = Rc::make_mut(entries).remove(index);
        if entries.is_empty() {
            lists.remove(place);
        }
        drop(lists);
        drop(gone);
        self.tell_of(&REMOVE_LISTENER, key);
    }

    /// The last one first, as Node does.
    fn remove_all(&self, key: &Key) {
        let entries = self.entries(key).unwrap_or_default();
        for entry in entries.iter().rev() {
            self.remove(key, entry.number);
        }
    }
}

fn repeating<A: 'static, R: ListenerOutcome>(listener: impl Fn(&A) -> R + 'static) -> Call {
    Box::new(move |arguments, capturing| match arguments.downcast_ref() {
        Some(arguments) => listener(arguments).into_result(capturing),
        None => Ok(()),
    })
}

fn single<A: 'static, R: ListenerOutcome>(listener: impl FnOnce(&A) -> R + 'static) -> Call {
    let listener = Cell::new(Some(listener));
    Box::new(move |arguments, capturing| match (arguments.downcast_ref(), listener.take()) {
        (Some(arguments), Some(listener)) => listener(arguments).into_result(capturing),
        _ => Ok(()),
    })
}

#[cold]
fn warn_of_leak(count: usize, name: &str, most: usize) {
    let text = format!(
        "Possible EventEmitter memory leak detected. {count} {name} listeners added to \
         [EventEmitter]. MaxListeners is {most}. Use emitter.set_max_listeners() to increase limit"
    );
    let name = "MaxListenersExceededWarning";
    if core::try_with_running(|core| process::warn_on(core, name, &text)).is_none() {
        eprintln!("{name}: {text}");
    }
}

impl fmt::Debug for EventEmitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventEmitter").field("event_names", &self.event_names()).finish()
    }
}
