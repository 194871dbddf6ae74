//! The way into a loop from other threads: an inbox, the reactor that is woken where the loop sleeps, and
//! the count of what works for the loop elsewhere.
//!
//! # Invariants
//!
//! 1. What is sent to a loop that sleeps wakes it, once, however many send.
//! 2. A loop that sleeps because something outside works for it is told when nothing does any more: whoever
//!    ends the last such work sends it something, unless it is the loop's own thread, which does not sleep.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::queue::{Closed, Inbox, Push, Taken};
use crate::reactor::Handle;

/// How other threads reach a loop.
pub struct Door<T> {
    inbox: Inbox<T>,
    reactor: Handle,
    outside: AtomicUsize,
}

impl<T> Door<T> {
    /// Of a loop that is awake and sleeps in `reactor`.
    pub fn new(reactor: Handle) -> Door<T> {
        Door { inbox: Inbox::new(), reactor, outside: AtomicUsize::new(0) }
    }

    /// The reactor that the loop sleeps in.
    #[inline]
    pub fn reactor(&self) -> &Handle {
        &self.reactor
    }

    /// Hands something to the loop, and wakes it if it sleeps. Any thread.
    ///
    /// # Errors
    ///
    /// What was sent, where the loop is [closed](Door::close).
    #[inline]
    pub fn send(&self, value: T) -> Result<(), Closed<T>> {
        if self.inbox.push(value)? == Push::Wake {
            // Failing here would leave the loop asleep; the system refuses only when it is out of memory
            // for an eight-byte counter.
            let woken = self.reactor.wake();
            debug_assert!(woken.is_ok());
        }
        Ok(())
    }

    /// Takes all that was sent, oldest first. The loop's thread.
    #[inline]
    pub fn take(&self) -> Taken<T> {
        self.inbox.take()
    }

    /// Whether nothing was sent that was not taken.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.inbox.is_empty()
    }

    /// Whether the loop may sleep now: it is woken from here on. Not where something was sent meanwhile.
    #[inline]
    pub fn prepare_to_sleep(&self) -> bool {
        self.inbox.prepare_to_sleep()
    }

    /// Takes all that was sent, and refuses what comes from here on.
    pub fn close(&self) -> Taken<T> {
        self.inbox.close()
    }

    /// Something begins to work for the loop elsewhere. Pairs with [`outside_ends`](Door::outside_ends).
    #[inline]
    pub fn outside_begins(&self) {
        self.outside.fetch_add(1, Ordering::AcqRel);
    }

    /// It has ended. `true`: nothing works for the loop any more, of which it is to be told (invariant 2).
    #[inline]
    #[must_use = "the loop is to be told of the last"]
    pub fn outside_ends(&self) -> bool {
        self.outside.fetch_sub(1, Ordering::AcqRel) == 1
    }

    /// Whether something works for the loop elsewhere.
    #[inline]
    pub fn has_outside(&self) -> bool {
        self.outside.load(Ordering::Acquire) > 0
    }
}

impl<T> fmt::Debug for Door<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Door").field("outside", &self.outside).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reactor::Reactor;

    #[test]
    fn what_is_sent_to_a_sleeping_loop_ends_its_sleep() {
        let mut reactor = Reactor::new().unwrap();
        let door = Door::new(reactor.handle());
        assert!(door.prepare_to_sleep());
        std::thread::scope(|scope| {
            scope.spawn(|| door.send(1).unwrap());
            // For ever, if it is not woken.
            reactor.poll(None).unwrap();
        });
        assert_eq!(door.take().collect::<Vec<_>>(), [1]);
    }

    #[test]
    fn a_closed_door_gives_back_what_is_sent() {
        let door = Door::new(Reactor::new().unwrap().handle());
        door.send(1).unwrap();
        assert_eq!(door.close().collect::<Vec<_>>(), [1]);
        assert_eq!(door.send(2).unwrap_err().0, 2);
    }

    #[test]
    fn the_last_that_works_outside_is_known_as_such() {
        let door = Door::<()>::new(Reactor::new().unwrap().handle());
        door.outside_begins();
        door.outside_begins();
        assert!(!door.outside_ends());
        assert!(door.has_outside());
        assert!(door.outside_ends());
        assert!(!door.has_outside());
    }
}
