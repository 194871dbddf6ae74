//! Room for the one that was made ready last.
//!
//! Its owner runs it next, while what it shares with the one before is warm. It can be taken by
//! others, so that it never waits for a poll that does not end; but nobody is woken for it.

use std::fmt;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use super::ring::Token;
use crate::sync::{AtomicPtr, Ordering};

/// Holds one value or none. Any thread. What is in it when it is dropped is leaked.
pub struct Slot<T> {
    word: AtomicPtr<()>,
    _value: PhantomData<T>,
}

// SAFETY: values go in on one thread and come out on another, by value.
unsafe impl<T: Token> Send for Slot<T> {}
// SAFETY: as above.
unsafe impl<T: Token> Sync for Slot<T> {}

impl<T: Token> Slot<T> {
    /// An empty slot.
    pub fn new() -> Slot<T> {
        Slot { word: AtomicPtr::new(ptr::null_mut()), _value: PhantomData }
    }

    /// Puts a value in and returns the former one.
    #[inline]
    pub fn replace(&self, value: T) -> Option<T> {
        let former = self.word.swap(value.into_raw().as_ptr(), Ordering::AcqRel);
        // SAFETY: the exchange made the word this thread's.
        NonNull::new(former).map(|raw| unsafe { T::from_raw(raw) })
    }

    /// Takes the value out.
    #[inline]
    pub fn take(&self) -> Option<T> {
        if self.is_empty() {
            return None;
        }
        let former = self.word.swap(ptr::null_mut(), Ordering::AcqRel);
        // SAFETY: the exchange made the word this thread's.
        NonNull::new(former).map(|raw| unsafe { T::from_raw(raw) })
    }

    /// Whether there is none; it may be stale at once.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.word.load(Ordering::Acquire).is_null()
    }
}

impl<T: Token> Default for Slot<T> {
    fn default() -> Self {
        Slot::new()
    }
}

impl<T: Token> fmt::Debug for Slot<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Slot").field("is_empty", &self.is_empty()).finish()
    }
}
