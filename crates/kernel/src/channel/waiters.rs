//! Who waits at a channel: nodes in the frames of the waiting, linked in the order they came.
//!
//! # Who touches a node
//!
//! The owner makes it, links it under the channel's lock, and from then on until it is out of the
//! list again touches only `outcome`, an atomic. All else is the lock's. Whoever takes a node out of
//! the list to complete it (the *completer*, under the lock) moves value and waker, and stores the
//! outcome last: from that moment the node is the owner's again, and may be gone.
//!
//! A node of a select belongs to a *ticket* that all its nodes share. To complete one the ticket has
//! to be claimed first; a node whose ticket is claimed already is dropped from the list unseen.

use std::cell::UnsafeCell;
use std::marker::PhantomPinned;
use std::ptr;
use std::task::Waker;

use crate::sync::{AtomicUsize, Ordering, spin_loop};
use crate::trace::Place;

/// Nothing has happened yet.
pub(super) const WAITING: usize = 0;
/// The value was taken, or is there.
pub(super) const DONE: usize = 1;
/// The channel was closed.
pub(super) const CLOSED: usize = 2;

/// A place in a list of waiters.
pub(super) struct Node<T> {
    links: UnsafeCell<Links<T>>,
    outcome: AtomicUsize,
    _pinned: PhantomPinned,
}

struct Links<T> {
    previous: *const Node<T>,
    next: *const Node<T>,
    linked: bool,
    /// What a sender gives, or a receiver got.
    value: Option<T>,
    /// Of a plain wait; that of a select lies in its ticket.
    waker: Option<Waker>,
    ticket: *const Ticket,
    /// Which of the select's cases this is.
    case: usize,
}

impl<T> Node<T> {
    pub(super) fn new(value: Option<T>) -> Node<T> {
        Node {
            links: UnsafeCell::new(Links {
                previous: ptr::null(),
                next: ptr::null(),
                linked: false,
                value,
                waker: None,
                ticket: ptr::null(),
                case: 0,
            }),
            outcome: AtomicUsize::new(WAITING),
            _pinned: PhantomPinned,
        }
    }

    /// As a trace names it.
    pub(super) fn place(&self) -> Place {
        Place::Hand(ptr::from_ref(self).addr())
    }

    /// What has come of the wait. With [`DONE`] or [`CLOSED`] the node is the owner's alone.
    #[inline]
    pub(super) fn outcome(&self) -> usize {
        self.outcome.load(Ordering::Acquire)
    }

    /// Ready for another wait.
    pub(super) fn reset(&mut self) {
        let links = self.links.get_mut();
        debug_assert!(!links.linked);
        links.ticket = ptr::null();
        *self.outcome_mut() = AtomicUsize::new(WAITING);
    }

    fn outcome_mut(&mut self) -> &mut AtomicUsize {
        &mut self.outcome
    }

    /// The value.
    ///
    /// # Safety
    ///
    /// The caller owns the node and it is not linked, or the caller has the channel's lock.
    #[inline]
    pub(super) unsafe fn value(&self) -> *mut Option<T> {
        // SAFETY: the caller's promise; no reference is made, only an address inside the node.
        unsafe { &raw mut (*self.links.get()).value }
    }

    /// Whether it is in a list.
    ///
    /// # Safety
    ///
    /// The caller has the channel's lock.
    pub(super) unsafe fn is_linked(&self) -> bool {
        // SAFETY: the caller's promise.
        unsafe { (*self.links.get()).linked }
    }

    /// Sets the waker and returns the former one.
    ///
    /// # Safety
    ///
    /// The caller has the channel's lock.
    pub(super) unsafe fn set_waker(&self, waker: Option<Waker>) -> Option<Waker> {
        // SAFETY: the caller's promise.
        unsafe { std::mem::replace(&mut (*self.links.get()).waker, waker) }
    }

    /// Makes it a node of a select.
    ///
    /// # Safety
    ///
    /// The caller owns the node and it is not linked; the ticket outlives its being linked.
    pub(super) unsafe fn set_ticket(&self, ticket: *const Ticket, case: usize) {
        // SAFETY: the caller's promise.
        unsafe {
            let links = self.links.get();
            (*links).ticket = ticket;
            (*links).case = case;
        }
    }

    /// Ends the wait. The node may be gone when this returns.
    ///
    /// # Safety
    ///
    /// The caller took the node out of the list, under the channel's lock, which it still has.
    #[inline]
    pub(super) unsafe fn complete(node: *const Node<T>, outcome: usize) -> Option<Waker> {
        // SAFETY: alive until the outcome is stored; see the module.
        unsafe {
            let links = (*node).links.get();
            let ticket = (*links).ticket;
            let waker = match ticket.as_ref() {
                None => (*links).waker.take(),
                Some(ticket) => ticket.take_waker(),
            };
            (*node).outcome.store(outcome, Ordering::Release);
            waker
        }
    }
}

/// Waiters in the order they came. Used under the channel's lock.
pub(super) struct List<T> {
    first: *const Node<T>,
    last: *const Node<T>,
}

impl<T> List<T> {
    pub(super) const fn new() -> List<T> {
        List { first: ptr::null(), last: ptr::null() }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.first.is_null()
    }

    /// Adds a node at the end.
    ///
    /// # Safety
    ///
    /// It is in no list, and stays where it is until it is in none again.
    pub(super) unsafe fn push(&mut self, node: *const Node<T>) {
        // SAFETY: the caller's promise; what is in the list is alive.
        unsafe {
            let links = (*node).links.get();
            (*links).previous = self.last;
            (*links).next = ptr::null();
            (*links).linked = true;
            match self.last.as_ref() {
                Some(last) => (*last.links.get()).next = node,
                None => self.first = node,
            }
        }
        self.last = node;
    }

    /// Takes a node out.
    ///
    /// # Safety
    ///
    /// It is in this list.
    pub(super) unsafe fn remove(&mut self, node: *const Node<T>) {
        // SAFETY: the caller's promise; neighbours are in the list and so alive.
        unsafe {
            let links = (*node).links.get();
            match (*links).previous.as_ref() {
                Some(previous) => (*previous.links.get()).next = (*links).next,
                None => self.first = (*links).next,
            }
            match (*links).next.as_ref() {
                Some(next) => (*next.links.get()).previous = (*links).previous,
                None => self.last = (*links).previous,
            }
            (*links).linked = false;
        }
    }

    /// Takes out the first that can be completed: it is the caller's to complete.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<*const Node<T>> {
        loop {
            if self.first.is_null() {
                return None;
            }
            let node = self.first;
            // SAFETY: it is in this list.
            let claimed = unsafe {
                self.remove(node);
                let links = (*node).links.get();
                match (*links).ticket.as_ref() {
                    None => true,
                    Some(ticket) => ticket.claim((*links).case),
                }
            };
            if claimed {
                return Some(node);
            }
        }
    }
}

const OPEN: usize = 0;
/// Its owner changes the waker.
const CHANGING: usize = 1;
/// Case `n` is the one: `n + CLAIMED`.
const CLAIMED: usize = 2;

/// What the nodes of one select share: which of them is completed, and whom that wakes.
pub(super) struct Ticket {
    state: AtomicUsize,
    waker: UnsafeCell<Option<Waker>>,
    /// Others look at it while its owner has a `&mut` to what it lies in: so no such reference may
    /// count as the only one.
    _pinned: PhantomPinned,
}

impl Ticket {
    pub(super) fn new() -> Ticket {
        Ticket {
            state: AtomicUsize::new(OPEN),
            waker: UnsafeCell::new(None),
            _pinned: PhantomPinned,
        }
    }

    /// Sets the waker before any node is linked.
    pub(super) fn set_waker(&mut self, waker: Waker) {
        *self.waker.get_mut() = Some(waker);
    }

    /// The case that was claimed.
    #[inline]
    pub(super) fn claimed(&self) -> Option<usize> {
        self.state.load(Ordering::Acquire).checked_sub(CLAIMED)
    }

    /// Replaces the waker while nodes are linked; false if one was claimed meanwhile.
    pub(super) fn change_waker(&self, waker: &Waker) -> bool {
        let taken =
            self.state.compare_exchange(OPEN, CHANGING, Ordering::Acquire, Ordering::Relaxed);
        if taken.is_err() {
            return false;
        }
        // SAFETY: nobody claims it in this state, and only who claims it touches the waker.
        let former = unsafe {
            let slot = &mut *self.waker.get();
            match slot {
                Some(old) if old.will_wake(waker) => None,
                _ => slot.replace(waker.clone()),
            }
        };
        self.state.store(OPEN, Ordering::Release);
        drop(former);
        true
    }

    /// Makes `case` the one that is completed, unless there is one already.
    fn claim(&self, case: usize) -> bool {
        loop {
            match self.state.compare_exchange(
                OPEN,
                case + CLAIMED,
                Ordering::AcqRel,
                Ordering::Acquire,
            ) {
                Ok(_) => return true,
                Err(CHANGING) => {
                    spin_loop();
                    #[cfg(loom)]
                    loom::thread::yield_now();
                }
                Err(_) => return false,
            }
        }
    }

    /// # Safety
    ///
    /// The caller claimed it.
    unsafe fn take_waker(&self) -> Option<Waker> {
        // SAFETY: claimed once, and the owner changes the waker only while it is open.
        unsafe { (*self.waker.get()).take() }
    }
}
