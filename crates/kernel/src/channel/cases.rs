//! Which operations a select chooses among.

use std::ptr::NonNull;

use super::case::Case;
use crate::lock::Word;

/// So many cases need no allocation.
pub(super) const INLINE: usize = 8;

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

/// The cases of a select that have a channel. The others are counted and can never be chosen.
pub struct Collected<'s> {
    inline: [Option<Entry<'s>>; INLINE],
    more: Vec<Entry<'s>>,
    len: usize,
    pushed: usize,
}

pub(super) struct Entry<'s> {
    pub(super) lock: NonNull<Word>,
    /// Which of all cases it is.
    pub(super) index: usize,
    pub(super) case: &'s mut (dyn Case + 's),
}

impl Entry<'_> {
    /// The lock of its channel.
    #[inline]
    pub(super) fn lock(&self) -> &Word {
        // SAFETY: the case borrows the channel.
        unsafe { self.lock.as_ref() }
    }
}

impl<'s> Collected<'s> {
    /// To be filled in place by [`Cases::collect`]: it is large.
    #[inline]
    pub(super) fn new() -> Collected<'s> {
        Collected { inline: [const { None }; INLINE], more: Vec::new(), len: 0, pushed: 0 }
    }

    /// Adds one.
    #[inline]
    pub fn push(&mut self, case: &'s mut (dyn Case + 's)) {
        let index = self.pushed;
        self.pushed += 1;
        let Some(lock) = case.lock() else { return };
        let entry = Entry { lock, index, case };
        match self.inline.get_mut(self.len) {
            Some(place) => *place = Some(entry),
            None => self.more.push(entry),
        }
        self.len += 1;
    }

    /// How many have a channel.
    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    /// The one at this position of those that have a channel.
    #[inline]
    pub(super) fn get(&mut self, at: usize) -> &mut Entry<'s> {
        match self.inline.get_mut(at) {
            Some(place) => place.as_mut().expect("a position is below the length"),
            None => &mut self.more[at - INLINE],
        }
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
