//! How a select looks at its cases, and waits for all of them.
//!
//! The cases are tried in a random order. On the way each channel's lock is taken, if it is free, and
//! kept; so when none could be done all channels are locked, there is a moment at which none could
//! be, and each case leaves a node in its channel's list. Who completes a node claims the ticket that
//! all share, so one is completed and no more. Then the others are taken out again.
//!
//! If a lock is not free, all are given back, and it goes on as Go does (`runtime/select.go`): all
//! channels are locked in the order of their addresses, then the cases are tried.
//!
//! # Invariants
//!
//! 1. Nobody waits for a lock while he has one, but in the order of the addresses.
//! 2. A case is linked, unlinked and tried under its channel's lock.
//! 3. While a select looks it is linked nowhere.
//!
//! # Rejected
//!
//! * *Each node linked under its own lock alone, with the claim as the only arbiter.* Two selects
//!   that look for each other while both are linked already have to claim two tickets at once;
//!   undoing the first after the second failed loses whoever was turned away in between.
//! * *A random place to begin at.* Of two ready cases side by side the first would be chosen more
//!   often: the choice is uniform only over a random order.
//! * *All locks in order at once*, as Go: a case that is ready at the first look then costs four locks
//!   and a sort, and one that waits costs the sort.

use std::task::{Context, Poll, Waker};

use super::cases::{Collected, INLINE};
use super::shuffle::Shuffle;
use super::state::{Woken, wake};
use super::waiters::Ticket;
use crate::pool::{Reason, waiting};
use crate::sync::spin_loop;

/// What a select keeps between polls.
pub(super) struct Selection {
    order: Order,
    ticket: Ticket,
    linked: bool,
}

/// Cases in the order in which their channels were locked.
struct Order {
    inline: [Place; INLINE],
    len: usize,
    /// All of them, if they are too many.
    more: Vec<Place>,
}

#[derive(Clone, Copy)]
struct Place {
    /// Of a case, among those that have a channel.
    at: u32,
    /// The first case with this channel: it stands for the lock.
    first: bool,
}

impl Order {
    #[inline]
    fn places(&self) -> &[Place] {
        if self.more.is_empty() { &self.inline[..self.len] } else { &self.more }
    }

    #[inline]
    fn push(&mut self, at: usize, first: bool) {
        self.inline[self.len] = Place { at: at as u32, first };
        self.len += 1;
    }

    /// All cases by the addresses of their channels' locks; those of one channel in a random order,
    /// since who comes to it later takes the first.
    #[cold]
    fn sort(&mut self, cases: &mut Collected<'_>) {
        let mut places: Vec<Place> =
            Shuffle::new(cases.len()).map(|at| Place { at: at as u32, first: true }).collect();
        places.sort_by_key(|place| cases.get(place.at()).lock);
        for next in 1..places.len() {
            let former = cases.get(places[next - 1].at()).lock;
            places[next].first = cases.get(places[next].at()).lock != former;
        }
        if places.len() <= INLINE {
            self.len = places.len();
            self.inline[..self.len].copy_from_slice(&places);
        } else {
            self.more = places;
        }
    }
}

impl Place {
    #[inline]
    fn at(self) -> usize {
        self.at as usize
    }
}

/// What came of looking at all cases.
enum Looked {
    /// This one was done; no lock is kept.
    Chosen(usize),
    /// None could be done; all channels are locked.
    Locked,
    /// A lock was not free; none is kept.
    Busy,
}

/// How a select began.
pub(super) enum Begun {
    /// This case was done.
    Chosen(usize),
    /// Each has a node in its channel's list.
    Linked,
    /// There was nothing to leave.
    NoWaker,
}

impl Selection {
    #[inline]
    pub(super) fn new() -> Selection {
        let none = Place { at: 0, first: false };
        Selection {
            order: Order { inline: [none; INLINE], len: 0, more: Vec::new() },
            ticket: Ticket::new(),
            linked: false,
        }
    }

    /// Does one of the operations, if one can be done now.
    pub(super) fn try_now(&mut self, cases: &mut Collected<'_>) -> Option<usize> {
        let mut woken = None;
        let chosen = self.look(cases, &mut woken);
        if chosen.is_none() {
            // SAFETY: they are locked.
            unsafe { self.unlock_all(cases) };
        }
        wake(woken);
        chosen
    }

    /// Does one of the operations, or waits for all. `waker` is called with all channels locked, and
    /// only if there is something to wait for.
    ///
    /// # Safety
    ///
    /// As for [`poll`](Selection::poll), which continues it.
    #[inline]
    pub(super) unsafe fn begin(
        &mut self,
        cases: &mut Collected<'_>,
        waker: impl FnOnce() -> Option<Waker>,
    ) -> Begun {
        let mut woken = None;
        if let Some(chosen) = self.look(cases, &mut woken) {
            wake(woken);
            return Begun::Chosen(chosen);
        }
        // SAFETY: all are locked; the rest is the caller's promise.
        unsafe {
            let begun = match waker() {
                Some(waker) => {
                    self.link_all(cases, waker);
                    Begun::Linked
                }
                None => Begun::NoWaker,
            };
            self.unlock_all(cases);
            begun
        }
    }

    /// # Safety
    ///
    /// Between the first poll that is pending and the one that is ready, or `leave`, neither the
    /// selection nor the cases are moved; and the cases are the same each time.
    pub(super) unsafe fn poll(
        &mut self,
        cases: &mut Collected<'_>,
        context: &Context<'_>,
        reason: &'static Reason,
    ) -> Poll<usize> {
        if self.linked {
            return self.poll_linked(cases, context, reason);
        }
        let waker = context.waker().clone();
        // SAFETY: the caller's promise.
        match unsafe { self.begin(cases, || Some(waker)) } {
            Begun::Chosen(index) => Poll::Ready(index),
            Begun::Linked => {
                waiting(reason);
                Poll::Pending
            }
            Begun::NoWaker => unreachable!("there is one"),
        }
    }

    fn poll_linked(
        &mut self,
        cases: &mut Collected<'_>,
        context: &Context<'_>,
        reason: &'static Reason,
    ) -> Poll<usize> {
        if self.ticket.claimed().is_none() && self.ticket.change_waker(context.waker()) {
            waiting(reason);
            return Poll::Pending;
        }
        let chosen = self.ticket.claimed().expect("the waker cannot be changed once it is claimed");
        self.unlink_all(cases, Some(chosen));
        self.settle(cases, chosen);
        Poll::Ready(cases.get(chosen).index)
    }

    /// Gives up: nothing is chosen, or what was chosen is given back.
    #[inline]
    pub(super) fn leave(&mut self, cases: &mut Collected<'_>) {
        if self.linked {
            self.leave_linked(cases);
        }
    }

    #[cold]
    fn leave_linked(&mut self, cases: &mut Collected<'_>) {
        self.unlink_all(cases, None);
        if let Some(chosen) = self.ticket.claimed() {
            self.settle(cases, chosen);
            cases.get(chosen).case.give_back();
        }
    }

    // Looking

    /// Tries all cases in a random order. Returns with no lock and the index of the case that was
    /// done, or with none, and all channels locked.
    #[inline]
    fn look(&mut self, cases: &mut Collected<'_>, woken: &mut Woken) -> Option<usize> {
        let looked =
            if cases.len() <= INLINE { self.look_and_lock(cases, woken) } else { Looked::Busy };
        match looked {
            Looked::Chosen(index) => Some(index),
            Looked::Locked => None,
            Looked::Busy => self.lock_and_look(cases, woken),
        }
    }

    #[inline]
    fn look_and_lock(&mut self, cases: &mut Collected<'_>, woken: &mut Woken) -> Looked {
        self.order.len = 0;
        for at in Shuffle::new(cases.len()) {
            let entry = cases.get(at);
            let first = entry.lock().try_acquire();
            if !first {
                let lock = entry.lock;
                let mut places = self.order.places().iter();
                if !places.any(|place| cases.get(place.at()).lock == lock) {
                    // SAFETY: those in the order so far are locked.
                    unsafe { self.unlock_all(cases) };
                    return Looked::Busy;
                }
            }
            self.order.push(at, first);
            let entry = cases.get(at);
            // SAFETY: locked above, or for a former case with this channel.
            if unsafe { entry.case.try_now(woken) } {
                let index = entry.index;
                // SAFETY: as above.
                unsafe { self.unlock_all(cases) };
                return Looked::Chosen(index);
            }
        }
        Looked::Locked
    }

    #[cold]
    fn lock_and_look(&mut self, cases: &mut Collected<'_>, woken: &mut Woken) -> Option<usize> {
        self.order.sort(cases);
        for place in self.order.places().iter().filter(|place| place.first) {
            cases.get(place.at()).lock().acquire();
        }
        for at in Shuffle::new(cases.len()) {
            let entry = cases.get(at);
            // SAFETY: locked above.
            if unsafe { entry.case.try_now(woken) } {
                let index = entry.index;
                // SAFETY: as above.
                unsafe { self.unlock_all(cases) };
                return Some(index);
            }
        }
        None
    }

    /// # Safety
    ///
    /// The caller locked all that are in the order.
    #[inline]
    unsafe fn unlock_all(&self, cases: &mut Collected<'_>) {
        for place in self.order.places().iter().filter(|place| place.first) {
            // SAFETY: the caller's promise; one lock for each channel.
            unsafe { cases.get(place.at()).lock().release() };
        }
    }

    // Waiting

    /// # Safety
    ///
    /// The caller locked all; the rest as for [`poll`](Selection::poll).
    #[inline]
    unsafe fn link_all(&mut self, cases: &mut Collected<'_>, waker: Waker) {
        self.ticket = Ticket::new();
        self.ticket.set_waker(waker);
        let ticket = &raw const self.ticket;
        for place in self.order.places() {
            // SAFETY: the caller's promise.
            unsafe { cases.get(place.at()).case.link(ticket, place.at()) };
        }
        self.linked = true;
    }

    /// Takes all nodes out of their lists but that of the `chosen` case, which is out already.
    #[inline]
    fn unlink_all(&mut self, cases: &mut Collected<'_>, chosen: Option<usize>) {
        for place in self.order.places() {
            if Some(place.at()) == chosen {
                continue;
            }
            let entry = cases.get(place.at());
            entry.lock().acquire();
            // SAFETY: locked.
            unsafe {
                entry.case.unlink();
                entry.lock().release();
            }
        }
        self.linked = false;
    }

    /// Who claimed the case completes it in the same section of the lock, some instructions later.
    #[inline]
    fn settle(&self, cases: &mut Collected<'_>, chosen: usize) {
        while !cases.get(chosen).case.settle() {
            spin_loop();
        }
    }
}
