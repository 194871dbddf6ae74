//! The thread-safe side of a reactor.

use std::fmt;
use std::io;
use std::sync::Arc;
use std::task::Waker;

use mio::event::Source;

use super::slots::Slots;
use super::{Interest, Registration};

/// Registers sources with a reactor and wakes it, from any thread. Clones are the same handle.
#[derive(Clone)]
pub struct Handle(pub(super) Arc<Shared>);

pub(super) struct Shared {
    pub(super) slots: Slots,
    /// Of the same selector; it stays valid when the reactor is gone.
    pub(super) registry: mio::Registry,
    pub(super) waker: mio::Waker,
}

impl Handle {
    /// Begins to watch `source` for `interest`. What it is ready for already is told at the next
    /// poll of the reactor.
    ///
    /// Deregister the source before it is closed or given to another reactor;
    /// [`Registered`](super::Registered) does so by itself. Any thread; does not wait.
    ///
    /// # Errors
    ///
    /// When the source cannot be watched (a regular file) or is watched already, when the system
    /// has no room for it, and when the reactor is gone.
    pub fn register(
        &self,
        source: &mut (impl Source + ?Sized),
        interest: Interest,
    ) -> io::Result<Registration> {
        let (index, token) = self.0.slots.allocate()?;
        // Made first, so that a failure, or a panic of the source, releases the slot.
        let registration = Registration::new(self.clone(), index, token);
        self.0.registry.register(source, token, interest)?;
        Ok(registration)
    }

    /// Ends the registration of `source`: its events are ignored from here on, those included
    /// that the reactor has fetched and not yet told. Any thread; does not wait. A listener may
    /// still be woken once where the reactor is telling it on another thread just now.
    ///
    /// # Errors
    ///
    /// Those of the system. The registration is over all the same.
    pub fn deregister(
        &self,
        registration: Registration,
        source: &mut (impl Source + ?Sized),
    ) -> io::Result<()> {
        registration.deregister(source)
    }

    /// Makes a poll that sleeps, or else the next one, return. Many wakes may become one. Any
    /// thread; does not wait.
    ///
    /// It is a system call: whoever hands work to a loop calls it only where the loop sleeps.
    ///
    /// # Errors
    ///
    /// Those of the system, which has no reason for one but a lack of memory.
    pub fn wake(&self) -> io::Result<()> {
        self.0.waker.wake()
    }

    /// How many sources are registered. A loop need not poll where this is 0, unless it sleeps.
    pub fn len(&self) -> usize {
        self.0.slots.len()
    }

    /// Whether no source is registered.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether somebody waits for a source of which `wants` is true: a loop that ends by itself asks
    /// this. It looks at the sources one by one.
    ///
    /// `wants` must not use the reactor, and neither clone nor drop the waker.
    pub fn any_waker(&self, wants: impl Fn(&Waker) -> bool) -> bool {
        !self.is_empty() && self.0.slots.any_waker(&wants)
    }

    /// Whether both are handles of one reactor.
    pub fn same_reactor(&self, other: &Handle) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl fmt::Debug for Handle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Handle").field("registered", &self.len()).finish_non_exhaustive()
    }
}
