//! Address space from the system, cut into slots.
//!
//! Regions are never unmapped: a stack may be given back by any thread at any time, and the handler
//! of overflows looks at addresses without a lock.

use std::io;
use std::num::NonZeroUsize;
use std::ptr;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use super::class::Class;
use super::guard;

/// Of the first region of a class; each further one is twice as large.
const FIRST: usize = 64 << 20;
const LARGEST: usize = 4 << 30;
/// A region has so many slots at least.
const SLOTS: usize = 16;

/// Slots that were never used, at the end of a region.
pub(super) struct Fresh {
    next: usize,
    end: usize,
    /// The size of the next region.
    size: usize,
}

impl Fresh {
    pub(super) const NONE: Fresh = Fresh { next: 0, end: 0, size: 0 };

    /// The base of one more slot, with its guard.
    pub(super) fn take(&mut self, class: Class) -> io::Result<NonZeroUsize> {
        if self.next == self.end {
            self.map(class)?;
        }
        let slot = self.next;
        // SAFETY: the lowest page of a slot that nobody has.
        unsafe { guard::install(slot)? };
        self.next += class.size();
        Ok(NonZeroUsize::new(self.next).expect("above address 0"))
    }

    fn map(&mut self, class: Class) -> io::Result<()> {
        let size = self.size.max(FIRST).max(class.size() * SLOTS);
        let place = TABLE.reserve()?;
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: a new mapping, wherever there is room.
        let start = unsafe {
            libc::mmap(ptr::null_mut(), size, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0)
        };
        if start == libc::MAP_FAILED {
            let error = io::Error::last_os_error();
            return Err(io::Error::new(
                error.kind(),
                format!("no {} MiB of address space for stacks: {error}", size >> 20),
            ));
        }
        #[cfg(target_os = "linux")]
        // SAFETY: the mapping above. A huge page would put the memory of 31 stacks behind each
        // stack's first touch; if it cannot be refused, that is what it costs.
        unsafe {
            libc::madvise(start, size, libc::MADV_NOHUGEPAGE);
        }
        let start = start.expose_provenance();
        place.publish(start, size, class);
        (self.next, self.end) = (start, start + size);
        self.size = (size * 2).min(LARGEST);
        Ok(())
    }
}

const REGIONS: usize = 1024;

/// All regions, for the handler of overflows: written once, read without a lock.
static TABLE: Table = Table {
    len: AtomicUsize::new(0),
    regions: [const {
        Region { start: AtomicUsize::new(0), end: AtomicUsize::new(0), shift: AtomicU32::new(0) }
    }; REGIONS],
};

struct Table {
    len: AtomicUsize,
    regions: [Region; REGIONS],
}

struct Region {
    start: AtomicUsize,
    /// Published last.
    end: AtomicUsize,
    shift: AtomicU32,
}

impl Table {
    fn reserve(&self) -> io::Result<&Region> {
        let index = self.len.fetch_add(1, Ordering::Relaxed);
        self.regions.get(index).ok_or_else(|| io::Error::other("too many regions of stacks"))
    }
}

impl Region {
    fn publish(&self, start: usize, size: usize, class: Class) {
        self.start.store(start, Ordering::Relaxed);
        self.shift.store(class.shift(), Ordering::Relaxed);
        self.end.store(start + size, Ordering::Release);
    }
}

/// The size of the stack whose guard `address` lies in, if it does. May be called in a signal
/// handler.
pub(super) fn guarded_by(address: usize) -> Option<usize> {
    let known = TABLE.len.load(Ordering::Relaxed).min(REGIONS);
    TABLE.regions[..known].iter().find_map(|region| {
        let end = region.end.load(Ordering::Acquire);
        let start = region.start.load(Ordering::Relaxed);
        if !(start..end).contains(&address) {
            return None;
        }
        let size = 1_usize << region.shift.load(Ordering::Relaxed);
        ((address - start) % size < guard::page()).then_some(size)
    })
}
