//! A lock for sections of a few instructions.
//!
//! Taking it free is one exchange, giving it back one store; the standard mutex pays a second
//! exchange there, to learn whether somebody sleeps. Nobody sleeps here: who finds it taken spins
//! for a moment and then gives its processor away. So it is right only where no section waits,
//! allocates much, or runs code that is not ours.

use std::fmt;
use std::ops::{Deref, DerefMut};

use crate::sync::{AtomicBool, Ordering, UnsafeCell, spin_loop};

/// A value behind a spinning lock.
pub struct Lock<T> {
    locked: Word,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached by one thread at a time, and goes from one to the next.
unsafe impl<T: Send> Send for Lock<T> {}
// SAFETY: as above.
unsafe impl<T: Send> Sync for Lock<T> {}

impl<T> Lock<T> {
    /// Free.
    #[cfg(not(loom))]
    pub const fn new(value: T) -> Lock<T> {
        Lock { locked: Word(AtomicBool::new(false)), value: UnsafeCell::new(value) }
    }

    /// Free.
    #[cfg(loom)]
    pub fn new(value: T) -> Lock<T> {
        Lock { locked: Word(AtomicBool::new(false)), value: UnsafeCell::new(value) }
    }

    /// Takes the lock until the guard is dropped. The guard must not be kept over a wait.
    #[inline]
    pub fn lock(&self) -> Guard<'_, T> {
        self.acquire();
        Guard { lock: self }
    }

    #[inline]
    fn acquire(&self) {
        self.word().acquire();
    }

    /// The lock without its value.
    #[inline]
    pub(crate) fn word(&self) -> &Word {
        &self.locked
    }

    /// The value, for whoever acquired the lock.
    #[inline]
    pub(crate) fn value(&self) -> *mut T {
        self.value.with_mut(|value| value)
    }
}

/// What is taken and given back, whatever it protects.
pub(crate) struct Word(AtomicBool);

impl Word {
    #[inline]
    pub(crate) fn acquire(&self) {
        if self.0.compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed).is_err()
        {
            self.acquire_contended();
        }
    }

    /// Takes it if it is free.
    #[inline]
    pub(crate) fn try_acquire(&self) -> bool {
        self.0.compare_exchange(false, true, Ordering::Acquire, Ordering::Relaxed).is_ok()
    }

    #[cold]
    fn acquire_contended(&self) {
        let mut spins = 0_u32;
        loop {
            while self.0.load(Ordering::Relaxed) {
                // The longer it was in vain the rarer the look: whoever has the line at hand goes
                // on with it.
                if spins < 7 && cfg!(not(loom)) {
                    for _ in 0..1 << spins {
                        spin_loop();
                    }
                    spins += 1;
                } else {
                    give_way();
                }
            }
            let taken =
                self.0.compare_exchange_weak(false, true, Ordering::Acquire, Ordering::Relaxed);
            if taken.is_ok() {
                return;
            }
        }
    }

    /// # Safety
    ///
    /// The caller acquired the lock and uses the value no more.
    #[inline]
    pub(crate) unsafe fn release(&self) {
        self.0.store(false, Ordering::Release);
    }
}

fn give_way() {
    #[cfg(not(loom))]
    std::thread::yield_now();
    #[cfg(loom)]
    loom::thread::yield_now();
}

/// Has the lock until it is dropped.
pub struct Guard<'a, T> {
    lock: &'a Lock<T>,
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        // SAFETY: the guard has the lock.
        unsafe { &*self.lock.value() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the guard has the lock, and is borrowed exclusively.
        unsafe { &mut *self.lock.value() }
    }
}

impl<T> Drop for Guard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        // SAFETY: the guard has the lock, and is gone.
        unsafe { self.lock.word().release() }
    }
}

impl<T> fmt::Debug for Lock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock").finish_non_exhaustive()
    }
}

impl<T: fmt::Debug> fmt::Debug for Guard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
