//! All tasks of a pool that have not ended.
//!
//! A dump walks through them, and so does the end of the pool, which has to unwind what is left. Each
//! has a place in a table, with a reference that keeps its cell alive until its outcome is written.
//! So a task that waits for what nobody can do is not silently freed, but found.
//!
//! There are several tables, chosen by the task's number, so that workers that spawn do not meet. A
//! table does not shrink: it has a word for each task that ever lived at once. To let it grow and to
//! walk it are long sections for a spinning lock, but rare; who waits meanwhile gives way.
//!
//! # Invariant
//!
//! A task has a place exactly from `insert` to `remove`, and it is read and written under the lock of
//! its table alone.
//!
//! # Rejected
//!
//! * *A list through the cells.* Taking a task out writes to its neighbours in the list, which among a
//!   million tasks are two cache misses.

use std::mem::ManuallyDrop;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering};

use super::task::Task;
use crate::lock::{Guard, Lock};
use crate::task::Erased;

const SHARDS: usize = 16;
/// A thread takes task numbers in blocks of 64, so neighbours share a shard and threads do not.
const SHARD_SHIFT: u32 = 6;

/// Where a task stands in its table; one more than the index, 0 for nowhere.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Place(u32);

impl Place {
    pub(super) const NONE: Place = Place(0);
}

/// A reference, as [`Erased::into_raw`] gives it, or what is free: then the address is odd, and half
/// of it is the [`Place`] that is free next.
#[derive(Clone, Copy)]
struct Entry(*mut ());

impl Entry {
    fn taken(reference: NonNull<()>) -> Entry {
        debug_assert_eq!(reference.addr().get() & 1, 0);
        Entry(reference.as_ptr())
    }

    fn free(next: Place) -> Entry {
        Entry(ptr::without_provenance_mut(next.0 as usize * 2 + 1))
    }

    fn reference(self) -> Option<NonNull<()>> {
        NonNull::new(self.0).filter(|address| address.addr().get() & 1 == 0)
    }

    fn next(self) -> Place {
        Place((self.0.addr() / 2) as u32)
    }
}

struct Table {
    entries: Vec<Entry>,
    /// The first that is free.
    free: Place,
}

// SAFETY: the tasks behind the references are `Sync`, and their references may be dropped anywhere.
unsafe impl Send for Table {}

impl Table {
    fn put(&mut self, reference: NonNull<()>) -> Place {
        let place = self.free;
        if place == Place::NONE {
            self.entries.push(Entry::taken(reference));
            let count = u32::try_from(self.entries.len());
            return Place(count.expect("memory ends before a table has 4 294 967 295 tasks"));
        }
        let entry = &mut self.entries[place.0 as usize - 1];
        self.free = entry.next();
        *entry = Entry::taken(reference);
        place
    }

    fn take(&mut self, place: Place) -> Option<NonNull<()>> {
        let entry = self.entries.get_mut((place.0 as usize).checked_sub(1)?)?;
        let reference = entry.reference()?;
        *entry = Entry::free(self.free);
        self.free = place;
        Some(reference)
    }

    /// The references, which stay the table's.
    fn iter(&self) -> impl Iterator<Item = ManuallyDrop<Erased<Task>>> {
        self.entries.iter().filter_map(|entry| entry.reference()).map(|reference| {
            // SAFETY: made by `insert`, and not dropped by this copy.
            ManuallyDrop::new(unsafe { Erased::from_raw(reference) })
        })
    }
}

#[repr(align(128))]
struct Shard {
    table: Lock<Table>,
    /// Changed under the lock.
    len: AtomicUsize,
}

pub(crate) struct Registry {
    shards: [Shard; SHARDS],
}

impl Registry {
    pub(super) fn new() -> Registry {
        let table = || Lock::new(Table { entries: Vec::new(), free: Place::NONE });
        Registry {
            shards: std::array::from_fn(|_| Shard { table: table(), len: AtomicUsize::new(0) }),
        }
    }

    fn shard(&self, task: &Task) -> &Shard {
        &self.shards[(task.id().get() >> SHARD_SHIFT) as usize % SHARDS]
    }

    /// How many tasks there are.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.len.load(Ordering::Relaxed)).sum()
    }

    /// Adds a task, of which `reference` becomes the table's.
    pub(super) fn insert(&self, reference: Erased<Task>) {
        let task: *const Task = reference.data();
        // SAFETY: the reference keeps the cell alive until `remove` gives it back.
        let task = unsafe { &*task };
        let shard = self.shard(task);
        let mut table = shard.table.lock();
        let place = table.put(reference.into_raw());
        // SAFETY: under the table's lock.
        unsafe { *task.place.get() = place };
        shard.add(&table, 1);
    }

    /// Takes a task out, if it is there.
    pub(super) fn remove(&self, task: &Task) {
        let shard = self.shard(task);
        let reference = {
            let mut table = shard.table.lock();
            // SAFETY: under the table's lock.
            let place = unsafe { ptr::replace(task.place.get(), Place::NONE) };
            let Some(reference) = table.take(place) else { return };
            shard.add(&table, usize::MAX);
            reference
        };
        // SAFETY: made by `insert` from a reference of this scheduler, and taken out once. The
        // caller has a reference of its own, so this is not the last.
        drop(unsafe { Erased::<Task>::from_raw(reference) });
    }

    /// A reference to a task that is in a table.
    pub(super) fn reference(&self, task: &Task) -> Option<Erased<Task>> {
        let table = self.shard(task).table.lock();
        // SAFETY: under the table's lock.
        let place = unsafe { *task.place.get() };
        let entry = table.entries.get((place.0 as usize).checked_sub(1)?)?;
        // SAFETY: made by `insert`, and not dropped by this copy.
        let listed = ManuallyDrop::new(unsafe { Erased::<Task>::from_raw(entry.reference()?) });
        Some(Erased::clone(&listed))
    }

    /// Whether a task is in a table.
    pub(super) fn has(&self, task: &Task) -> bool {
        let _table = self.shard(task).table.lock();
        // SAFETY: under the table's lock.
        unsafe { *task.place.get() != Place::NONE }
    }

    /// References to all tasks there are now.
    pub(super) fn all(&self) -> Vec<Erased<Task>> {
        let mut found = Vec::with_capacity(self.len());
        for shard in &self.shards {
            found.extend(shard.table.lock().iter().map(|listed| Erased::clone(&listed)));
        }
        found
    }

    /// The number of some task for which `holds`; it must not use the registry. No task is copied.
    pub(super) fn find(
        &self,
        mut holds: impl FnMut(&Task) -> bool,
    ) -> Option<crate::trace::TaskId> {
        self.shards.iter().find_map(|shard| {
            let table = shard.table.lock();
            let found = table.iter().find(|listed| holds(listed.data()));
            found.map(|listed| listed.data().id())
        })
    }
}

impl Shard {
    fn add(&self, _locked: &Guard<'_, Table>, change: usize) {
        let len = self.len.load(Ordering::Relaxed);
        self.len.store(len.wrapping_add(change), Ordering::Relaxed);
    }
}
