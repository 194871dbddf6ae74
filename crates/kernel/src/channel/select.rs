//! The choice among several sends and receives.
//!
//! As in Go (`runtime/select.go`): all channels are locked, in the order of their addresses; the
//! cases are tried in a random order; if none can be done, each leaves a node in its channel's list,
//! and the locks are given back. Who completes a node claims the ticket that all share, so one is
//! completed and no more. Then the others are taken out again.
//!
//! # Rejected
//!
//! * *One lock at a time, with the claim as the only arbiter.* Two selects that look for each other
//!   while both are linked already have to claim two tickets at once; undoing the first after the
//!   second failed loses whoever was turned away in between.
//! * *A random place to begin at.* Of two ready cases side by side the first would be chosen more
//!   often: the choice is uniform only over a random order.

use std::cell::Cell;
use std::future::poll_fn;
use std::marker::PhantomPinned;
use std::pin::Pin;
use std::ptr::{self, NonNull};
use std::task::{Context, Poll, Waker};

use super::case::Case;
use super::state::{Woken, wake};
use super::waiters::Ticket;
use crate::fiber;
use crate::lock::Word;
use crate::pool::{Reason, waiting};
use crate::sync::spin_loop;

/// So many cases need no allocation.
const INLINE: usize = 8;

thread_local! {
    static RANDOM: Cell<u32> = const { Cell::new(0) };
}

/// Makes the choices of this thread's selects repeat: for tests.
pub fn seed(seed: u32) {
    RANDOM.set(seed.max(1));
}

/// A number below `bound`. Never inlined: the address of a thread-local must not be kept over a
/// switch (`fiber/current.rs`).
#[inline(never)]
fn random(bound: usize) -> usize {
    let mut random = RANDOM.get();
    if random == 0 {
        let here = ptr::from_ref(&random).addr() as u32;
        random = here ^ 0x9e37_79b9 | 1;
    }
    // Marsaglia's xorshift; the multiplication maps it to the range without a division.
    random ^= random << 13;
    random ^= random >> 17;
    random ^= random << 5;
    RANDOM.set(random);
    ((random as u64 * bound as u64) >> 32) as usize
}

/// The cases of a select: one, several of different types, or as many as one likes.
///
/// # Safety
///
/// `collect` adds the same cases in the same order each time, and they lie within `self` or stay
/// where they are while `self` does.
pub unsafe trait Cases {
    /// Adds all cases.
    fn collect<'s>(&'s mut self, into: &mut Collected<'s>);
}

/// The cases of a select, by index.
pub struct Collected<'s> {
    inline: [Option<&'s mut (dyn Case + 's)>; INLINE],
    more: Vec<Option<&'s mut (dyn Case + 's)>>,
    len: usize,
}

impl<'s> Collected<'s> {
    fn of<C: Cases + ?Sized>(cases: &'s mut C) -> Collected<'s> {
        let mut collected =
            Collected { inline: [const { None }; INLINE], more: Vec::new(), len: 0 };
        cases.collect(&mut collected);
        collected
    }

    /// Adds one.
    #[inline]
    pub fn push(&mut self, case: &'s mut (dyn Case + 's)) {
        match self.inline.get_mut(self.len) {
            Some(place) => *place = Some(case),
            None => self.more.push(Some(case)),
        }
        self.len += 1;
    }

    #[inline]
    fn get(&mut self, index: usize) -> &mut (dyn Case + 's) {
        let place = match self.inline.get_mut(index) {
            Some(place) => place,
            None => &mut self.more[index - INLINE],
        };
        &mut **place.as_mut().expect("an index is that of a case")
    }
}

// SAFETY: no case at all.
unsafe impl Cases for () {
    fn collect<'s>(&'s mut self, _: &mut Collected<'s>) {}
}

// SAFETY: both lie within the tuple.
unsafe impl<A: Case, B: Cases> Cases for (A, B) {
    #[inline]
    fn collect<'s>(&'s mut self, into: &mut Collected<'s>) {
        into.push(&mut self.0);
        self.1.collect(into);
    }
}

// SAFETY: boxes keep their contents where they are.
unsafe impl<'a> Cases for Vec<Box<dyn Case + 'a>> {
    fn collect<'s>(&'s mut self, into: &mut Collected<'s>) {
        self.iter_mut().for_each(|case| into.push(&mut **case));
    }
}

/// What a select keeps between polls.
struct Selection {
    /// Indices of the cases that have a channel, by its address.
    order: Order,
    ticket: Ticket,
    linked: bool,
}

/// The cases that have a channel, by the addresses of their locks.
enum Order {
    Inline([Place; INLINE], usize),
    Heap(Vec<Place>),
}

#[derive(Clone, Copy)]
struct Place {
    lock: NonNull<Word>,
    index: usize,
}

impl Order {
    fn new(cases: &mut Collected<'_>) -> Order {
        if cases.len <= INLINE {
            let none = Place { lock: NonNull::dangling(), index: 0 };
            let mut places = [none; INLINE];
            let mut len = 0;
            for index in 0..cases.len {
                let Some(lock) = cases.get(index).lock() else { continue };
                let mut at = len;
                while at > 0 && places[at - 1].lock > lock {
                    places[at] = places[at - 1];
                    at -= 1;
                }
                places[at] = Place { lock, index };
                len += 1;
            }
            return Order::Inline(places, len);
        }
        let len = cases.len;
        let known = |index| cases.get(index).lock().map(|lock| Place { lock, index });
        let mut places: Vec<Place> = (0..len).filter_map(known).collect();
        places.sort_unstable_by_key(|place| (place.lock, place.index));
        Order::Heap(places)
    }

    #[inline]
    fn places(&self) -> &[Place] {
        match self {
            Order::Inline(places, len) => &places[..*len],
            Order::Heap(places) => places,
        }
    }
}

/// What came of looking at all cases.
enum Begun {
    Chosen(usize),
    /// Each has a node in its channel's list.
    Linked,
    /// There was nothing to leave.
    NoWaker,
}

impl Selection {
    fn new(cases: &mut Collected<'_>) -> Selection {
        Selection { order: Order::new(cases), ticket: Ticket::new(), linked: false }
    }

    /// The lock of each channel once, in the order of locking.
    #[inline]
    fn locks(&self) -> impl Iterator<Item = &Word> {
        let places = self.order.places();
        places.iter().enumerate().filter_map(move |(at, place)| {
            // SAFETY: the lock of a channel that a case borrows, and the cases outlive this.
            let lock = unsafe { place.lock.as_ref() };
            (at == 0 || places[at - 1].lock != place.lock).then_some(lock)
        })
    }

    #[inline]
    fn lock_all(&self) {
        self.locks().for_each(Word::acquire);
    }

    /// # Safety
    ///
    /// The caller locked all.
    #[inline]
    unsafe fn unlock_all(&self) {
        // SAFETY: the caller's promise; one lock for each channel.
        self.locks().for_each(|lock| unsafe { lock.release() });
    }

    /// Tries all in a random order.
    ///
    /// # Safety
    ///
    /// The caller locked all.
    unsafe fn try_all(&self, cases: &mut Collected<'_>, woken: &mut Woken) -> Option<usize> {
        let places = self.order.places();
        let len = places.len();
        let mut small: [u8; INLINE] = std::array::from_fn(|at| at as u8);
        let mut large: Vec<usize> = if len > INLINE { (0..len).collect() } else { Vec::new() };
        for tried in 0..len {
            // Fisher and Yates, one step at a time: what follows was not tried yet.
            let left = len - tried;
            let pick = tried + if left > 1 { random(left) } else { 0 };
            let at = if len > INLINE {
                large.swap(tried, pick);
                large[tried]
            } else {
                small.swap(tried, pick);
                small[tried] as usize
            };
            let index = places[at].index;
            // SAFETY: the caller's promise.
            if unsafe { cases.get(index).try_now(woken) } {
                return Some(index);
            }
        }
        None
    }

    fn try_now(&self, cases: &mut Collected<'_>) -> Option<usize> {
        let mut woken = None;
        self.lock_all();
        // SAFETY: locked above.
        let chosen = unsafe {
            let chosen = self.try_all(cases, &mut woken);
            self.unlock_all();
            chosen
        };
        wake(woken);
        chosen
    }

    /// # Safety
    ///
    /// Between the first poll that is pending and the one that is ready, or `unlink_all`, neither
    /// the selection nor the cases are moved; and the cases are the same each time.
    unsafe fn poll(
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

    /// Does one of the operations, or waits for all. `waker` is called with all channels locked, and
    /// only if there is something to wait for.
    ///
    /// # Safety
    ///
    /// As for [`poll`](Selection::poll), which continues it.
    #[inline]
    unsafe fn begin(
        &mut self,
        cases: &mut Collected<'_>,
        waker: impl FnOnce() -> Option<Waker>,
    ) -> Begun {
        let mut woken = None;
        self.lock_all();
        // SAFETY: locked above; the rest is the caller's promise.
        let begun = unsafe {
            let begun = match self.try_all(cases, &mut woken) {
                Some(chosen) => Begun::Chosen(chosen),
                None => match waker() {
                    Some(waker) => {
                        self.link_all(cases, waker);
                        Begun::Linked
                    }
                    None => Begun::NoWaker,
                },
            };
            self.unlock_all();
            begun
        };
        wake(woken);
        begun
    }

    /// # Safety
    ///
    /// The caller locked all; the rest as for [`poll`](Selection::poll).
    unsafe fn link_all(&mut self, cases: &mut Collected<'_>, waker: Waker) {
        self.ticket = Ticket::new();
        self.ticket.set_waker(waker);
        let ticket = &raw const self.ticket;
        for place in self.order.places() {
            // SAFETY: the caller's promise.
            unsafe { cases.get(place.index).link(ticket, place.index) };
        }
        self.linked = true;
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
        Poll::Ready(chosen)
    }

    /// Who claimed the case completes it in the same section of the lock, some instructions later.
    fn settle(&self, cases: &mut Collected<'_>, chosen: usize) {
        while !cases.get(chosen).settle() {
            spin_loop();
        }
    }

    /// Takes all nodes out of their lists but that of the `chosen` case, which is out already.
    fn unlink_all(&mut self, cases: &mut Collected<'_>, chosen: Option<usize>) {
        for place in self.order.places() {
            if Some(place.index) == chosen {
                continue;
            }
            // SAFETY: as in `locks`; then locked.
            unsafe {
                place.lock.as_ref().acquire();
                cases.get(place.index).unlink();
                place.lock.as_ref().release();
            }
        }
        self.linked = false;
    }

    /// Gives up: nothing is chosen, or what was chosen is given back.
    fn leave(&mut self, cases: &mut Collected<'_>) {
        if self.linked {
            self.unlink_all(cases, None);
            if let Some(chosen) = self.ticket.claimed() {
                self.settle(cases, chosen);
                cases.get(chosen).give_back();
            }
        }
    }
}

/// Does one of the operations that can be done at once, chosen uniformly; `None` if none can.
pub fn try_select<C: Cases>(cases: &mut C) -> Option<usize> {
    let mut collected = Collected::of(cases);
    Selection::new(&mut collected).try_now(&mut collected)
}

/// Waits until one of the operations can be done, does it, and tells which; by a plain call.
///
/// # Panics
///
/// As [`fiber::wait`].
pub fn select<C: Cases>(cases: &mut C, reason: &'static Reason) -> usize {
    /// Leaves when it is dropped, also where the stack is unwound while it waits.
    struct Waiting<'s>(Selection, Collected<'s>);
    impl Drop for Waiting<'_> {
        #[inline]
        fn drop(&mut self) {
            self.0.leave(&mut self.1);
        }
    }
    fiber::checkpoint();
    let mut collected = Collected::of(cases);
    let mut frame = Waiting(Selection::new(&mut collected), collected);
    let Waiting(selection, collected) = &mut frame;
    // SAFETY: both lie in this frame or are borrowed for it, until `leave` in the end. Where a fiber's
    // own waker is taken, which runs no foreign code and so may happen under the locks, all is linked
    // and `wait_pending` comes next.
    match unsafe { selection.begin(collected, || fiber::own_waker()) } {
        Begun::Chosen(index) => index,
        Begun::Linked => {
            waiting(reason);
            // SAFETY: as above.
            let poll =
                |context: &mut Context<'_>| unsafe { selection.poll(collected, context, reason) };
            fiber::wait_pending(std::pin::pin!(poll_fn(poll)))
        }
        Begun::NoWaker => {
            // SAFETY: as above.
            let poll =
                |context: &mut Context<'_>| unsafe { selection.poll(collected, context, reason) };
            fiber::wait(poll_fn(poll))
        }
    }
}

/// As [`select`](fn@select), as a future, which owns the cases and returns them.
pub fn select_async<C: Cases>(cases: C, reason: &'static Reason) -> Select<C> {
    Select { cases: Some(cases), selection: None, reason, _pinned: PhantomPinned }
}

/// Returned by [`select_async`].
///
/// # Cancellation
///
/// Dropped before it is ready it has done none of the operations.
#[must_use = "a future does nothing unless it is awaited"]
pub struct Select<C: Cases> {
    cases: Option<C>,
    selection: Option<Selection>,
    reason: &'static Reason,
    _pinned: PhantomPinned,
}

// SAFETY: what other threads touch of it is under the channels' locks, or the ticket's; it goes to
// another thread between polls only, pinned where it is.
unsafe impl<C: Cases + Send> Send for Select<C> {}

impl<C: Cases> Future for Select<C> {
    /// Which case, and all cases.
    type Output = (usize, C);

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<(usize, C)> {
        // SAFETY: cases and selection stay where they are until nothing is linked.
        let this = unsafe { self.get_unchecked_mut() };
        let cases = this.cases.as_mut().expect("a Select is polled until it is ready");
        let mut collected = Collected::of(cases);
        let selection = this.selection.get_or_insert_with(|| Selection::new(&mut collected));
        // SAFETY: pinned, and `drop` leaves.
        match unsafe { selection.poll(&mut collected, context, this.reason) } {
            Poll::Pending => Poll::Pending,
            Poll::Ready(chosen) => {
                drop(collected);
                let cases = this.cases.take().expect("taken above by reference");
                Poll::Ready((chosen, cases))
            }
        }
    }
}

impl<C: Cases> Drop for Select<C> {
    fn drop(&mut self) {
        if let (Some(cases), Some(selection)) = (&mut self.cases, &mut self.selection) {
            selection.leave(&mut Collected::of(cases));
        }
    }
}

impl<C: Cases> std::fmt::Debug for Select<C> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Select")
    }
}
