//! The stacks of fibers: where they come from, how they are used again, and what happens where one
//! is too small.
//!
//! See `README.md` beside this file for the picture.
//!
//! | file | tells |
//! |---|---|
//! | `class.rs` | the sizes there are |
//! | `region.rs` | address space from the system, cut into slots |
//! | `guard.rs` | the page below each stack that must not be touched |
//! | `slab.rs` | what all threads share: free slots, and when their pages go back |
//! | `cache.rs` | what a worker keeps for itself |
//! | `overflow.rs` | the report of a stack that is used up |

mod cache;
mod class;
mod guard;
pub mod overflow;
mod region;
mod slab;

use std::fmt;
use std::mem::ManuallyDrop;
use std::num::NonZeroUsize;

use corosensei::stack::StackPointer;

pub use cache::Cache;
use class::Class;
pub(crate) use slab::trim;
pub use slab::{Stats, stats};

/// Bytes of address space for a stack where nobody says, its guard page included: 64 KiB.
///
/// A build without optimisation has frames several times as large, so it gets four times as much.
pub const DEFAULT_SIZE: usize = if cfg!(debug_assertions) { 256 << 10 } else { 64 << 10 };

/// A stack. Dropping it gives it back for others to use.
pub struct Stack {
    /// Its highest address: it grows downwards.
    base: NonZeroUsize,
    class: Class,
}

impl Stack {
    fn new(base: NonZeroUsize, class: Class) -> Stack {
        Stack { base, class }
    }

    /// Its base, without giving it back.
    fn into_base(self) -> NonZeroUsize {
        ManuallyDrop::new(self).base
    }

    /// Bytes of address space, the guard page included.
    pub fn size(&self) -> usize {
        self.class.size()
    }
}

// SAFETY: `base` is the end of a slot of a region that is never unmapped, of at least four pages,
// the lowest of which is a guard; the slot is this value's alone.
unsafe impl corosensei::stack::Stack for Stack {
    #[inline]
    fn base(&self) -> StackPointer {
        self.base
    }

    #[inline]
    fn limit(&self) -> StackPointer {
        NonZeroUsize::new(self.base.get() - self.class.size()).expect("above address 0")
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        slab::give_back(self.class, [self.base]);
    }
}

impl fmt::Debug for Stack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Stack({} KiB at {:#x})", self.size() >> 10, self.base)
    }
}
