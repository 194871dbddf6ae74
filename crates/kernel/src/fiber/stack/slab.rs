//! What all threads share: free slots, and when their pages go back to the system.
//!
//! A slot that was used keeps its pages: the next fiber finds them there, and touching a page for
//! the first time costs microseconds. What was not needed for a while goes back by halves: each
//! time [`trim`] is called, half of those that lay here untouched since the last time. So a burst
//! that comes again finds its stacks warm, and a burst that does not is forgotten in some seconds.
//!
//! # Invariant
//!
//! A base is in one list, in one worker's cache, or in one `Stack`.

use std::io;
use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::class::{CLASSES, Class};
use super::guard;
use super::region::Fresh;

/// So many warm ones are kept whatever happens.
const KEPT: usize = 64;

struct Free {
    /// With their pages, the last used on top.
    warm: Vec<NonZeroUsize>,
    /// Without.
    cold: Vec<NonZeroUsize>,
    fresh: Fresh,
    /// The fewest warm ones since the last trim: so many were not needed.
    idle: usize,
    made: usize,
}

static FREE: [Mutex<Free>; CLASSES] = [const {
    Mutex::new(Free { warm: Vec::new(), cold: Vec::new(), fresh: Fresh::NONE, idle: 0, made: 0 })
}; CLASSES];

fn lock(class: Class) -> MutexGuard<'static, Free> {
    FREE[class.index()].lock().unwrap_or_else(PoisonError::into_inner)
}

/// Adds up to `count` free bases to `into`; at least one.
pub(super) fn take(class: Class, count: usize, into: &mut Vec<NonZeroUsize>) -> io::Result<()> {
    let mut free = lock(class);
    let from = free.warm.len().saturating_sub(count);
    into.extend(free.warm.drain(from..));
    free.idle = free.idle.min(from);
    let before = into.len();
    while into.len() < count.max(1) && before == 0 {
        let base = match free.cold.pop() {
            Some(base) => base,
            None => match free.fresh.take(class) {
                Ok(base) => {
                    free.made += 1;
                    base
                }
                Err(_) if !into.is_empty() => break,
                Err(error) => return Err(error),
            },
        };
        into.push(base);
    }
    Ok(())
}

/// Takes back what was used.
pub(super) fn give_back(class: Class, bases: impl IntoIterator<Item = NonZeroUsize>) {
    lock(class).warm.extend(bases);
}

/// Gives pages back to the system; to be called about once a second while stacks are in use, and
/// after. True if there may be more to give back.
pub(crate) fn trim() -> bool {
    let mut more = false;
    for index in 0..CLASSES {
        let Some(class) = Class::at(index) else { continue };
        let unneeded: Vec<NonZeroUsize> = {
            let mut free = lock(class);
            let idle = free.idle.saturating_sub(KEPT);
            // The lowest in the pile were used the longest ago.
            let count = idle.div_ceil(2).min(free.warm.len());
            let unneeded = free.warm.drain(..count).collect();
            free.idle = free.warm.len();
            more |= free.warm.len() > KEPT;
            unneeded
        };
        for base in &unneeded {
            // SAFETY: taken out of the list, so nobody has this slot; its guard stays.
            unsafe { discard(*base, class) };
        }
        if !unneeded.is_empty() {
            lock(class).cold.extend(unneeded);
        }
    }
    more
}

/// # Safety
///
/// Nobody uses the slot.
unsafe fn discard(base: NonZeroUsize, class: Class) {
    let usable = class.size() - guard::page();
    let start = std::ptr::with_exposed_provenance_mut::<libc::c_void>(base.get() - usable);
    // SAFETY: the caller's promise; the range is a slot without its guard. Where it fails the pages
    // stay, which costs memory and nothing else.
    unsafe {
        libc::madvise(start, usable, libc::MADV_DONTNEED);
    }
}

/// How many stacks there are; see [`stats`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Slots that were used at least once.
    pub made: usize,
    /// Free ones in the shared lists with their pages.
    pub warm: usize,
    /// Free ones in the shared lists without.
    pub cold: usize,
}

/// The stacks of this process, of all sizes. Those that workers keep for themselves count as made
/// only.
pub fn stats() -> Stats {
    let mut stats = Stats::default();
    for class in (0..CLASSES).filter_map(Class::at) {
        let free = lock(class);
        stats.made += free.made;
        stats.warm += free.warm.len();
        stats.cold += free.cold.len();
    }
    stats
}
