//! What a worker keeps for itself: stacks at hand without a lock, the last used first.

use std::fmt;
use std::io;
use std::num::NonZeroUsize;

use super::class::{CLASSES, Class};
use super::{Stack, slab};

/// Above this many of a size, half go to the shared lists.
const HIGH_WATER: usize = 1024;
/// So many come from there at once.
const BATCH: usize = 64;

/// Free stacks of one thread. Dropping it gives them to the shared lists.
pub struct Cache {
    free: [Vec<NonZeroUsize>; CLASSES],
}

impl Cache {
    /// An empty one.
    pub const fn new() -> Cache {
        Cache { free: [const { Vec::new() }; CLASSES] }
    }

    /// A stack of at least `size` bytes of address space, its guard page included.
    ///
    /// # Errors
    ///
    /// For more than 256 MiB; and when the system has no room, or allows no more mappings.
    #[inline]
    pub fn take(&mut self, size: usize) -> io::Result<Stack> {
        let Some(class) = Class::of(size) else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("a stack of {size} bytes: ask for 256 MiB at most"),
            ));
        };
        let free = &mut self.free[class.index()];
        match free.pop() {
            Some(base) => Ok(Stack::new(base, class)),
            None => refill(class, free),
        }
    }

    /// Keeps a stack for the next [`take`](Cache::take).
    #[inline]
    pub fn put(&mut self, stack: Stack) {
        let class = stack.class;
        let free = &mut self.free[class.index()];
        free.push(stack.into_base());
        if free.len() > HIGH_WATER {
            spill(class, free);
        }
    }
}

#[cold]
fn refill(class: Class, free: &mut Vec<NonZeroUsize>) -> io::Result<Stack> {
    slab::take(class, BATCH, free)?;
    Ok(Stack::new(free.pop().expect("at least one was taken"), class))
}

#[cold]
fn spill(class: Class, free: &mut Vec<NonZeroUsize>) {
    // Those used the longest ago.
    slab::give_back(class, free.drain(..HIGH_WATER / 2));
}

impl Default for Cache {
    fn default() -> Cache {
        Cache::new()
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        for (index, free) in self.free.iter_mut().enumerate() {
            if let (Some(class), false) = (Class::at(index), free.is_empty()) {
                slab::give_back(class, free.drain(..));
            }
        }
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let free: usize = self.free.iter().map(Vec::len).sum();
        f.debug_struct("Cache").field("free", &free).finish()
    }
}
