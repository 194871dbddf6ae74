//! A cheap reference from what lives on a loop's thread to the loop.

use std::fmt;
use std::ops::Deref;
use std::ptr::NonNull;
use std::sync::Arc;

use super::loop_core::{Core, LocalParts};

/// A reference to the loop from what lives on its thread: cells and handles.
///
/// They come and go by the million, and two atomic operations for each would be a good part of
/// what a task costs. So they are counted without, and all of them together hold one reference.
pub(crate) struct CoreRef(NonNull<Core>);

impl CoreRef {
    /// # Panics
    ///
    /// On any thread but the loop's own.
    #[inline]
    pub(crate) fn new(core: &Core) -> CoreRef {
        CoreRef::refer(core, core.local())
    }

    #[inline]
    pub(super) fn refer(core: &Core, local: &LocalParts) -> CoreRef {
        let referrers = &local.referrers;
        let before = referrers.get();
        referrers.set(before + 1);
        if before == 0 {
            // SAFETY: `this` is the `Arc` that `core` lies in, which is borrowed.
            unsafe { Arc::increment_strong_count(core.this.as_ptr()) };
        }
        CoreRef(NonNull::from(core))
    }
}

impl Deref for CoreRef {
    type Target = Core;

    #[inline]
    fn deref(&self) -> &Core {
        // SAFETY: while a `CoreRef` lives, the count is not zero and one strong reference is held.
        unsafe { self.0.as_ref() }
    }
}

impl Drop for CoreRef {
    #[inline]
    fn drop(&mut self) {
        // Where a cell would be freed on another thread it is sent home or leaked instead.
        debug_assert!(self.is_owner());
        let left = self.local.referrers.get() - 1;
        self.local.referrers.set(left);
        if left == 0 {
            // SAFETY: the strong reference that the first `CoreRef` took.
            unsafe { Arc::decrement_strong_count(self.this.as_ptr()) };
        }
    }
}

impl fmt::Debug for CoreRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CoreRef")
    }
}
