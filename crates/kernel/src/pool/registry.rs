//! All tasks of a pool that have not ended.
//!
//! A dump walks through them, and so does the end of the pool, which has to unwind what is left.
//! The list is intrusive: two words in each cell, and a reference that keeps the cell alive until
//! its outcome is written. So a task that waits for what nobody can do is not silently freed, but
//! found.
//!
//! It is divided into shards by the task's number, so that workers that spawn do not meet.
//!
//! # Invariant
//!
//! A task is in its shard's list exactly from `insert` to `remove`, and the links of all tasks of a
//! shard are touched under its lock alone.

use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::task::Task;
use crate::task::Erased;

const SHARDS: usize = 16;
/// A thread takes task numbers in blocks of 64, so neighbours share a shard and threads do not.
const SHARD_SHIFT: u32 = 6;

/// A task's place in the list.
pub(super) struct Links {
    previous: *const Task,
    next: *const Task,
    /// The list's own reference, of the task itself; none if it is not in the list.
    reference: Option<NonNull<()>>,
}

impl Links {
    pub(super) const NONE: Links =
        Links { previous: ptr::null(), next: ptr::null(), reference: None };
}

#[repr(align(128))]
struct Shard(Mutex<Head>);

struct Head {
    first: *const Task,
    last: *const Task,
}

// SAFETY: the tasks behind the pointers are `Sync`, and kept alive by the references in the list.
unsafe impl Send for Head {}

pub(crate) struct Registry {
    shards: [Shard; SHARDS],
    len: [Count; SHARDS],
}

#[repr(align(128))]
struct Count(AtomicUsize);

impl Registry {
    pub(super) fn new() -> Registry {
        let head = || Head { first: ptr::null(), last: ptr::null() };
        Registry {
            shards: std::array::from_fn(|_| Shard(Mutex::new(head()))),
            len: std::array::from_fn(|_| Count(AtomicUsize::new(0))),
        }
    }

    fn index(task: &Task) -> usize {
        (task.id().get() >> SHARD_SHIFT) as usize % SHARDS
    }

    fn lock(&self, shard: usize) -> MutexGuard<'_, Head> {
        // No foreign code runs under the lock.
        self.shards[shard].0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many tasks there are.
    pub(crate) fn len(&self) -> usize {
        self.len.iter().map(|count| count.0.load(Ordering::Relaxed)).sum()
    }

    /// Adds a task, of which `reference` becomes the list's.
    pub(super) fn insert(&self, reference: Erased<Task>) {
        let task: *const Task = reference.data();
        // SAFETY: the reference keeps the cell alive until `remove` gives it back.
        let shard = Registry::index(unsafe { &*task });
        let mut head = self.lock(shard);
        // SAFETY: under the shard's lock; the task is in no list yet, and `last` is in this one.
        unsafe {
            *(*task).links.get() = Links {
                previous: head.last,
                next: ptr::null(),
                reference: Some(reference.into_raw()),
            };
            match head.last.as_ref() {
                Some(last) => (*last.links.get()).next = task,
                None => head.first = task,
            }
        }
        head.last = task;
        let count = &self.len[shard].0;
        count.store(count.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
    }

    /// Takes a task out, if it is in the list.
    pub(super) fn remove(&self, task: &Task) {
        let shard = Registry::index(task);
        let reference = {
            let mut head = self.lock(shard);
            // SAFETY: under the shard's lock.
            let links = unsafe { ptr::replace(task.links.get(), Links::NONE) };
            let Some(reference) = links.reference else { return };
            // SAFETY: neighbours are in the list and so alive; under the lock.
            unsafe {
                match links.previous.as_ref() {
                    Some(previous) => (*previous.links.get()).next = links.next,
                    None => head.first = links.next,
                }
                match links.next.as_ref() {
                    Some(next) => (*next.links.get()).previous = links.previous,
                    None => head.last = links.previous,
                }
            }
            let count = &self.len[shard].0;
            count.store(count.load(Ordering::Relaxed) - 1, Ordering::Relaxed);
            reference
        };
        // SAFETY: made by `insert` from a reference of this scheduler, and taken out once. The
        // caller has a reference of its own, so this is not the last.
        drop(unsafe { Erased::<Task>::from_raw(reference) });
    }

    /// A reference to a task that is in the list.
    pub(super) fn reference(&self, task: &Task) -> Option<Erased<Task>> {
        let _head = self.lock(Registry::index(task));
        // SAFETY: under the shard's lock; the list's own reference is borrowed, and so not dropped.
        unsafe {
            let raw = (*task.links.get()).reference?;
            let listed = std::mem::ManuallyDrop::new(Erased::<Task>::from_raw(raw));
            Some(Erased::clone(&listed))
        }
    }

    /// References to all tasks there are now.
    pub(super) fn all(&self) -> Vec<Erased<Task>> {
        let mut found = Vec::with_capacity(self.len());
        for shard in 0..SHARDS {
            let head = self.lock(shard);
            let mut next = head.first;
            // SAFETY: what is in the list is alive; under the lock.
            while let Some(task) = unsafe { next.as_ref() } {
                // SAFETY: as above; the list's own reference is borrowed, and so not dropped.
                unsafe {
                    let links = &*task.links.get();
                    let raw = links.reference.expect("it is in the list");
                    let listed = std::mem::ManuallyDrop::new(Erased::<Task>::from_raw(raw));
                    found.push(Erased::clone(&listed));
                    next = links.next;
                }
            }
        }
        found
    }

    /// The number of the first task, oldest first in each shard, for which `holds`; it must not use
    /// the registry. No task is copied.
    pub(super) fn find(
        &self,
        mut holds: impl FnMut(&Task) -> bool,
    ) -> Option<crate::trace::TaskId> {
        for shard in 0..SHARDS {
            let head = self.lock(shard);
            let mut next = head.first;
            // SAFETY: what is in the list is alive; under the lock.
            while let Some(task) = unsafe { next.as_ref() } {
                if holds(task) {
                    return Some(task.id());
                }
                // SAFETY: under the lock.
                next = unsafe { (*task.links.get()).next };
            }
        }
        None
    }
}
