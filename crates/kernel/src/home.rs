//! A cheap reference from what lives on a loop's thread to the loop.

use std::cell::Cell;
use std::fmt;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;

/// A loop that counts what refers to it from its own thread.
///
/// # Safety
///
/// * `referrers` is the same cell at every call, is changed by nobody else and starts at 0.
/// * `this` is what `Arc::as_ptr` gives for the `Arc` that this value lies in.
/// * `referrers` is called on the loop's own thread only, so it need not be thread-safe.
pub unsafe trait Home: Sized {
    /// How many [`HomeRef`]s there are.
    fn referrers(&self) -> &Cell<usize>;

    /// The `Arc` that this value lies in.
    fn this(&self) -> *const Self;

    /// Whether this is the loop's own thread.
    fn is_at_home(&self) -> bool;

    /// One more counted reference, for those that other threads use.
    #[inline]
    fn share(&self) -> Arc<Self> {
        // Upgrading a weak reference would need a loop of exchanges; this is one addition.
        let this = self.this();
        // SAFETY: `self` lies in that `Arc` and is borrowed, so the count is not zero.
        unsafe {
            Arc::increment_strong_count(this);
            Arc::from_raw(this)
        }
    }
}

/// A reference to the loop from what lives on its thread: cells and handles.
///
/// They come and go by the million, and two atomic operations for each would be a good part of
/// what a task costs. So they are counted without, and all of them together hold one reference.
pub struct HomeRef<H: Home>(NonNull<H>);

impl<H: Home> HomeRef<H> {
    /// # Panics
    ///
    /// On any thread but the loop's own.
    #[inline]
    pub fn new(home: &H) -> HomeRef<H> {
        assert!(home.is_at_home(), "this loop belongs to another thread");
        let referrers = home.referrers();
        let before = referrers.get();
        referrers.set(before + 1);
        if before == 0 {
            // SAFETY: `this` is the `Arc` that `home` lies in, which is borrowed.
            unsafe { Arc::increment_strong_count(home.this()) };
        }
        HomeRef(NonNull::from(home))
    }
}

impl<H: Home> Deref for HomeRef<H> {
    type Target = H;

    #[inline]
    fn deref(&self) -> &H {
        // SAFETY: while a `HomeRef` lives, the count is not zero and one strong reference is held.
        unsafe { self.0.as_ref() }
    }
}

impl<H: Home> Clone for HomeRef<H> {
    #[inline]
    fn clone(&self) -> Self {
        let referrers = self.referrers();
        // Never the first, which `self` is or follows.
        referrers.set(referrers.get() + 1);
        HomeRef(self.0)
    }
}

impl<H: Home> Drop for HomeRef<H> {
    #[inline]
    fn drop(&mut self) {
        // Where a cell would be freed on another thread it is sent home or leaked instead.
        debug_assert!(self.is_at_home());
        let left = self.referrers().get() - 1;
        self.referrers().set(left);
        if left == 0 {
            // SAFETY: the strong reference that the first `HomeRef` took.
            unsafe { Arc::decrement_strong_count(self.this()) };
        }
    }
}

impl<H: Home> fmt::Debug for HomeRef<H> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HomeRef(..)")
    }
}
