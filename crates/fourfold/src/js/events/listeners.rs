//! Lists of listeners, and what a listener may return.

use std::any::{Any, TypeId};
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;
use std::rc::{Rc, Weak};

use super::super::microtasks::next_tick;
use super::super::promise::Promise;
use super::emitter::{EventEmitter, Inner};
use crate::{Error, Result};

/// Names a list of listeners.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) name: Cow<'static, str>,
    pub(super) arguments: TypeId,
}

/// One listener. It is called with the arguments, and with the emitter where that hears of rejections.
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) once: bool,
    /// One that listens once was told.
    pub(super) fired: Cell<bool>,
    pub(super) call: Call,
}

pub(super) type Call = Box<dyn Fn(&dyn Any, Option<&EventEmitter>) -> Result<()>>;

/// The listeners of one event. An emitter that tells holds the list as it was; who changes it meanwhile
/// changes a copy.
pub(super) struct List {
    pub(super) key: Key,
    pub(super) entries: Rc<Vec<Rc<Entry>>>,
    pub(super) warned: bool,
}

/// What a listener may return: nothing, a [`Result`] whose error is thrown, or a promise.
///
/// A promise that is rejected is an [`ERROR`](super::ERROR) of an emitter that
/// [captures rejections](EventEmitter::capture_rejections); of every other it is left to itself.
pub trait ListenerOutcome {
    /// As a result; `emitter` is one that captures rejections.
    ///
    /// # Errors
    ///
    /// What the listener threw.
    fn into_result(self, emitter: Option<&EventEmitter>) -> Result<()>;
}

impl ListenerOutcome for () {
    fn into_result(self, _: Option<&EventEmitter>) -> Result<()> {
        Ok(())
    }
}

impl<E: Into<Error>> ListenerOutcome for Result<(), E> {
    fn into_result(self, _: Option<&EventEmitter>) -> Result<()> {
        self.map_err(Into::into)
    }
}

impl<T: Clone + 'static> ListenerOutcome for Promise<T> {
    fn into_result(self, emitter: Option<&EventEmitter>) -> Result<()> {
        let Some(emitter) = emitter.cloned() else { return Ok(()) };
        let _: Promise<()> = self.then_else(
            |_| Ok(()),
            move |error| {
                next_tick(move || emitter.emit_captured(error));
                Ok(())
            },
        );
        Ok(())
    }
}

/// Names one who listens. Dropping it changes nothing.
#[derive(Clone)]
pub struct EventListener {
    pub(super) emitter: Weak<Inner>,
    pub(super) key: Key,
    pub(super) number: u64,
}

impl EventListener {
    /// Listens no more: the same as [`EventEmitter::off`].
    pub fn remove(&self) {
        if let Some(inner) = self.emitter.upgrade() {
            EventEmitter::of(inner).off(self);
        }
    }
}

impl fmt::Debug for EventListener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("EventListener").field(&self.key.name).finish()
    }
}
