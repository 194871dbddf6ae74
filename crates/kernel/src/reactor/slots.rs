//! The slots of one reactor: found by index without a lock, at addresses that never change.
//!
//! # Invariants
//!
//! 1. A page, once made, stays until the reactor and all its handles and registrations are gone.
//! 2. An index is either in the free list or owned by exactly one registration.
//! 3. After `close` no index is handed out.
//!
//! Rejected: an `Arc` for each source whose address is the token, as others do. It needs unsafe
//! code and a list of the released that lives until the poll ends; an index with a generation
//! needs neither, and a slot that is reused is not allocated. The price: slots that were needed
//! once, 256 bytes each, are kept.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::Waker;

use mio::Token;

use super::closed;
use super::slot::Slot;

/// The first page; each further one is twice as long as the one before.
const FIRST: usize = 64;
const PAGES: usize = 26;

/// How much of a token is the index; the rest is the generation, cut to what fits.
const INDEX_BITS: u32 = if usize::BITS == 64 { 32 } else { 20 };
const INDEX_MASK: usize = (1 << INDEX_BITS) - 1;
const GENERATION_MASK: u32 = (usize::MAX >> INDEX_BITS) as u32;

/// Of the waker; no slot has this index.
pub(super) const WAKE: Token = Token(usize::MAX);

pub(super) struct Slots {
    pages: [OnceLock<Box<[Slot]>>; PAGES],
    state: Mutex<State>,
    registered: AtomicUsize,
}

struct State {
    /// Last released, first reused: its lines are the warmest.
    free: Vec<u32>,
    /// All indices below have been handed out at least once.
    used: usize,
    closed: bool,
}

impl Slots {
    pub(super) fn new() -> Slots {
        Slots {
            pages: [const { OnceLock::new() }; PAGES],
            state: Mutex::new(State { free: Vec::new(), used: 0, closed: false }),
            registered: AtomicUsize::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn len(&self) -> usize {
        self.registered.load(Ordering::Acquire)
    }

    /// Page and place of an index.
    #[inline]
    fn place(index: usize) -> (usize, usize) {
        let page = (index / FIRST + 1).ilog2() as usize;
        (page, index - FIRST * ((1 << page) - 1))
    }

    #[inline]
    pub(super) fn get(&self, index: u32) -> &Slot {
        let (page, at) = Slots::place(index as usize);
        let page = self.pages[page].get().expect("a page is made before its first index");
        &page[at]
    }

    /// The index in a token, without the generation.
    pub(super) fn index(token: Token) -> usize {
        token.0 & INDEX_MASK
    }

    /// The slot a token of an event names, if that index was ever handed out, and the generation
    /// it must have.
    pub(super) fn named(&self, token: Token) -> Option<(&Slot, impl Fn(u32) -> bool + use<>)> {
        let (page, at) = Slots::place(Slots::index(token));
        let slot = self.pages.get(page)?.get()?.get(at)?;
        let generation = (token.0 >> INDEX_BITS) as u32;
        Some((slot, move |of_slot| of_slot & GENERATION_MASK == generation))
    }

    pub(super) fn allocate(&self) -> io::Result<(u32, Token)> {
        let mut state = self.lock();
        if state.closed {
            return Err(closed());
        }
        let index = match state.free.pop() {
            Some(index) => index,
            None => {
                let index = state.used;
                let (page, _) = Slots::place(index);
                if page >= PAGES || index >= INDEX_MASK {
                    return Err(io::Error::other(
                        "the reactor has no room for another source; close some, or use several \
                         loops",
                    ));
                }
                self.pages[page].get_or_init(|| (0..FIRST << page).map(|_| Slot::new()).collect());
                state.used += 1;
                index as u32
            }
        };
        self.registered.fetch_add(1, Ordering::AcqRel);
        let generation = self.get(index).generation() & GENERATION_MASK;
        let token = (generation as usize) << INDEX_BITS | index as usize;
        Ok((index, Token(token)))
    }

    pub(super) fn release(&self, index: u32) {
        self.get(index).release();
        let mut state = self.lock();
        state.free.push(index);
        self.registered.fetch_sub(1, Ordering::AcqRel);
    }

    /// Whether `wants` is true of any waker left in a slot.
    pub(super) fn any_waker(&self, wants: &dyn Fn(&Waker) -> bool) -> bool {
        let used = self.lock().used;
        (0..used).any(|index| self.get(index as u32).any_waker(wants))
    }

    pub(super) fn close(&self) -> VecDeque<Waker> {
        let mut wakes = VecDeque::new();
        let used = {
            let mut state = self.lock();
            state.closed = true;
            state.used
        };
        // Free ones too: no one will use them again.
        for index in 0..used {
            self.get(index as u32).close(&mut wakes);
        }
        wakes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_index_has_a_place_of_its_own() {
        let mut expected = Vec::new();
        for page in 0..4 {
            expected.extend((0..FIRST << page).map(|at| (page, at)));
        }
        let places: Vec<_> = (0..expected.len()).map(Slots::place).collect();
        assert_eq!(places, expected);
    }

    #[test]
    fn a_reused_index_has_another_token() {
        let slots = Slots::new();
        let (first, old) = slots.allocate().unwrap();
        slots.release(first);
        let (second, new) = slots.allocate().unwrap();
        assert_eq!(first, second);
        assert_ne!(old, new);
        let mut wakes = VecDeque::new();
        let (slot, belongs) = slots.named(old).unwrap();
        assert!(!slot.add(belongs, super::super::ready::Ready::CLEARABLE, &mut wakes));
        let (slot, belongs) = slots.named(new).unwrap();
        assert!(slot.add(belongs, super::super::ready::Ready::CLEARABLE, &mut wakes));
    }
}
