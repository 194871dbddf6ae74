//! A lock for many readers or one writer, in which writers are not starved.

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};

use super::raw_rw_mutex::RawRwMutex;

/// A lock for many readers or one writer.
///
/// ```
/// use fourfold::go::sync::RwMutex;
///
/// let lock = RwMutex::new(1);
/// {
///     let (one, two) = (lock.read(), lock.read());
///     assert_eq!(*one + *two, 2);
///     assert!(lock.try_lock().is_none());
/// }
/// *lock.lock() += 1;
/// assert_eq!(*lock.read(), 2);
/// ```
///
/// The original: [`sync.RWMutex`](https://pkg.go.dev/sync#RWMutex): `RLock` is [`read`](Self::read),
/// `Lock` is [`lock`](Self::lock), and what `RLocker` is for, a guard does. A guard unlocks once, so
/// there is no unlocking of what is not locked.
pub struct RwMutex<T: ?Sized> {
    raw: RawRwMutex,
    value: UnsafeCell<T>,
}

// SAFETY: the value goes from thread to thread.
unsafe impl<T: ?Sized + Send> Send for RwMutex<T> {}
// SAFETY: readers on several threads look at the value at once.
unsafe impl<T: ?Sized + Send + Sync> Sync for RwMutex<T> {}

impl<T> RwMutex<T> {
    /// Unlocked.
    pub const fn new(value: T) -> RwMutex<T> {
        RwMutex { raw: RawRwMutex::new(), value: UnsafeCell::new(value) }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> RwMutex<T> {
    /// Locks it for reading, waiting while a writer has it or waits for it.
    ///
    /// # Panics
    ///
    /// In a future: use [`read_async`](RwMutex::read_async).
    pub fn read(&self) -> ReadGuard<'_, T> {
        self.raw.r_lock();
        ReadGuard { lock: self }
    }

    /// Locks it for reading if no writer has it or waits for it.
    pub fn try_read(&self) -> Option<ReadGuard<'_, T>> {
        self.raw.try_r_lock().then(|| ReadGuard { lock: self })
    }

    /// As [`read`](RwMutex::read), awaited.
    pub async fn read_async(&self) -> ReadGuard<'_, T> {
        self.raw.r_lock_async().await;
        ReadGuard { lock: self }
    }

    /// Locks it for writing, waiting until nobody has it.
    ///
    /// # Panics
    ///
    /// In a future: use [`lock_async`](RwMutex::lock_async).
    pub fn lock(&self) -> WriteGuard<'_, T> {
        self.raw.lock();
        WriteGuard { lock: self }
    }

    /// Locks it for writing if nobody has it or waits to write.
    pub fn try_lock(&self) -> Option<WriteGuard<'_, T>> {
        self.raw.try_lock().then(|| WriteGuard { lock: self })
    }

    /// As [`lock`](RwMutex::lock), awaited.
    pub async fn lock_async(&self) -> WriteGuard<'_, T> {
        self.raw.lock_async().await;
        WriteGuard { lock: self }
    }

    /// The value, of which nobody else has a reference.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

impl<T: Default> Default for RwMutex<T> {
    fn default() -> RwMutex<T> {
        RwMutex::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwMutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.try_read() {
            Some(guard) => f.debug_tuple("RwMutex").field(&&*guard).finish(),
            None => f.write_str("RwMutex(<locked>)"),
        }
    }
}

/// Reads until it is dropped.
#[must_use = "it is unlocked when the guard is dropped"]
pub struct ReadGuard<'a, T: ?Sized> {
    lock: &'a RwMutex<T>,
}

impl<T: ?Sized> Deref for ReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: no writer is in while this guard is.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T: ?Sized> Drop for ReadGuard<'_, T> {
    fn drop(&mut self) {
        self.lock.raw.r_unlock();
    }
}

/// Writes until it is dropped.
#[must_use = "it is unlocked when the guard is dropped"]
pub struct WriteGuard<'a, T: ?Sized> {
    lock: &'a RwMutex<T>,
}

impl<T: ?Sized> Deref for WriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: nobody else is in while this guard is.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T: ?Sized> DerefMut for WriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: nobody else is in while this guard is.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T: ?Sized> Drop for WriteGuard<'_, T> {
    fn drop(&mut self) {
        self.lock.raw.unlock();
    }
}

// SAFETY: as a `&T`.
unsafe impl<T: ?Sized + Sync> Sync for ReadGuard<'_, T> {}
// SAFETY: as a `&mut T`.
unsafe impl<T: ?Sized + Sync> Sync for WriteGuard<'_, T> {}

impl<T: ?Sized + fmt::Debug> fmt::Debug for ReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for WriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
