//! Where timers wait: in one list for each duration, first come first.
//!
//! All timers of a list last equally long, so the first of it is the first to expire, adding is
//! appending, and only the lists are sorted. It is how Node keeps its timers, and what one can tell of
//! their order follows from it: when a list's time has come *all* of it that has expired by then is
//! called, before the next list.
//!
//! Invariants:
//!
//! 1. A list is in `by_duration`. Its `key` names it in `queue`, unless its timers are being called.
//! 2. An entry that is linked is in the list of its `msecs`.
//! 3. `referenced` counts the entries that wait, or are being called, and have `referenced` set.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use fourfold_kernel::timer::{Key, Wheel};

use super::super::async_local_storage::Frame;
use super::super::callback::Callback;
use crate::Result;

/// A timer's function.
pub(super) enum Call {
    Once(Callback),
    Repeat(Box<dyn FnMut() -> Result<()>>),
}

/// The timers of a loop.
#[derive(Default)]
pub(crate) struct Timers {
    entries: Vec<Entry>,
    vacant: Vec<u32>,
    by_duration: HashMap<u32, List, BuildHasherDefault<Spread>>,
    /// The lists, by when the first of each expires.
    queue: Wheel<u32>,
    referenced: usize,
}

/// Spreads durations over a table: whole milliseconds, which the program sets. The standard hasher is
/// made for keys that an enemy chooses; three of its hashes were a good part of a timer.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u32(byte.into()));
    }

    #[inline]
    fn write_u32(&mut self, number: u32) {
        // Fibonacci hashing; the table looks at both ends of what `finish` gives.
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }

    #[inline]
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }
}

#[derive(Default)]
struct List {
    first: u32,
    last: u32,
    key: Option<Key>,
}

struct Entry {
    /// Of the timer that is here, or of the next.
    generation: u32,
    before: u32,
    after: u32,
    msecs: u32,
    /// When its time began, in milliseconds.
    start: u64,
    referenced: bool,
    linked: bool,
    /// Being called.
    active: bool,
    call: Option<Call>,
    frame: Option<Frame>,
}

/// Names one timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Name {
    index: u32,
    generation: u32,
}

/// What is to be done with a list whose time has come.
pub(super) enum Next {
    /// Call this one.
    Due(Name),
    /// Nothing, for now.
    Later,
}

/// No entry.
const NONE: u32 = u32::MAX;

fn nanoseconds(milliseconds: u64) -> u64 {
    milliseconds.saturating_mul(1_000_000)
}

impl Timers {
    /// How many wait for their time.
    pub(crate) fn len(&self) -> usize {
        self.entries.len() - self.vacant.len()
    }

    /// Whether a timer keeps the loop alive.
    pub(in super::super) fn is_referenced(&self) -> bool {
        self.referenced > 0
    }

    /// When the next list's time comes, in nanoseconds.
    pub(in super::super) fn next_expiry(&mut self) -> Option<u64> {
        self.queue.next_deadline()
    }

    pub(super) fn add(&mut self, call: Call, msecs: u32, start: u64, frame: Option<Frame>) -> Name {
        let entry = Entry {
            generation: 0,
            before: NONE,
            after: NONE,
            msecs,
            start,
            referenced: true,
            linked: false,
            active: false,
            call: Some(call),
            frame,
        };
        let index = match self.vacant.pop() {
            Some(index) => {
                let place = &mut self.entries[index as usize];
                *place = Entry { generation: place.generation, ..entry };
                index
            }
            None => {
                let index = u32::try_from(self.entries.len()).ok().filter(|&index| index != NONE);
                self.entries.push(entry);
                index.expect("fewer than 2^32 timers")
            }
        };
        self.referenced += 1;
        self.link(index);
        Name { index, generation: self.entries[index as usize].generation }
    }

    fn find(&mut self, name: Name) -> Option<&mut Entry> {
        let entry = self.entries.get_mut(name.index as usize)?;
        (entry.generation == name.generation).then_some(entry)
    }

    /// Appends an entry to the list of its duration.
    fn link(&mut self, index: u32) {
        let entry = &mut self.entries[index as usize];
        let (msecs, expiry) = (entry.msecs, entry.start.saturating_add(entry.msecs.into()));
        let list = self.by_duration.entry(msecs).or_insert_with(|| {
            let key = Some(self.queue.insert(nanoseconds(expiry), msecs));
            List { first: NONE, last: NONE, key }
        });
        entry.linked = true;
        entry.after = NONE;
        entry.before = std::mem::replace(&mut list.last, index);
        match entry.before {
            NONE => list.first = index,
            before => self.entries[before as usize].after = index,
        }
    }

    /// Takes an entry out of its list, and tells whether the list is empty then.
    fn unlink(&mut self, index: u32) -> bool {
        let entry = &mut self.entries[index as usize];
        if !std::mem::replace(&mut entry.linked, false) {
            return false;
        }
        let (before, after, msecs) = (entry.before, entry.after, entry.msecs);
        let list = self.by_duration.get_mut(&msecs).expect("a linked entry's list");
        match before {
            NONE => list.first = after,
            before => self.entries[before as usize].after = after,
        }
        match after {
            NONE => list.last = before,
            after => self.entries[after as usize].before = before,
        }
        list.first == NONE
    }

    fn drop_list(&mut self, msecs: u32) {
        if let Some(List { key: Some(key), .. }) = self.by_duration.remove(&msecs) {
            self.queue.cancel(key);
        }
    }

    /// Ends a timer. What it gives is to be dropped when the timers are not borrowed any more.
    #[must_use]
    pub(super) fn remove(&mut self, name: Name) -> Option<(Option<Call>, Option<Frame>)> {
        let msecs = self.find(name)?.msecs;
        if self.unlink(name.index) {
            self.drop_list(msecs);
        }
        Some(self.free(name.index))
    }

    fn free(&mut self, index: u32) -> (Option<Call>, Option<Frame>) {
        let entry = &mut self.entries[index as usize];
        if entry.referenced {
            self.referenced -= 1;
        }
        let left = (entry.call.take(), entry.frame.take());
        entry.generation = entry.generation.wrapping_add(1);
        self.vacant.push(index);
        left
    }

    /// Takes a list whose time has come out of the queue.
    pub(super) fn pop_due(&mut self, now: u64) -> Option<u32> {
        let (_, msecs) = self.queue.pop_due(nanoseconds(now))?;
        let list = self.by_duration.get_mut(&msecs).expect("a queued list");
        list.key = None;
        Some(msecs)
    }

    /// What of a list that was taken out of the queue is to be called next.
    pub(super) fn next_of(&mut self, msecs: u32, now: u64) -> Next {
        let Some(list) = self.by_duration.get_mut(&msecs) else { return Next::Later };
        if list.key.is_some() {
            // Emptied and begun anew meanwhile: that one is in the queue.
            return Next::Later;
        }
        if list.first == NONE {
            self.by_duration.remove(&msecs);
            return Next::Later;
        }
        let entry = &self.entries[list.first as usize];
        if now.saturating_sub(entry.start) < u64::from(msecs) {
            let expiry = (entry.start + u64::from(msecs)).max(now + 1);
            list.key = Some(self.queue.insert(nanoseconds(expiry), msecs));
            return Next::Later;
        }
        Next::Due(Name { index: list.first, generation: entry.generation })
    }

    /// Takes out the function of a timer that is due; `None` where it was cleared meanwhile.
    pub(super) fn begin_call(&mut self, name: Name) -> Option<(Call, Option<Frame>)> {
        self.find(name)?;
        self.unlink(name.index);
        let entry = &mut self.entries[name.index as usize];
        entry.active = true;
        Some((entry.call.take()?, entry.frame.clone()))
    }

    /// A timer was called: it ends, or begins anew at `again` with the function it is given back. What
    /// it gives is to be dropped outside.
    #[must_use]
    pub(super) fn end_call(
        &mut self,
        name: Name,
        again: Option<(Call, u64)>,
    ) -> Option<(Option<Call>, Option<Frame>)> {
        let Some(entry) = self.find(name) else {
            return again.map(|(call, _)| (Some(call), None));
        };
        entry.active = false;
        match again {
            Some((call, start)) => {
                entry.call = Some(call);
                // Unless it was refreshed meanwhile, and is in its list already.
                if !entry.linked {
                    entry.start = start;
                    self.link(name.index);
                }
                None
            }
            None => {
                let msecs = entry.msecs;
                if self.unlink(name.index) {
                    self.drop_list(msecs);
                }
                Some(self.free(name.index))
            }
        }
    }

    /// Begins a timer's time anew.
    pub(super) fn refresh(&mut self, name: Name, start: u64) {
        let Some(entry) = self.find(name) else { return };
        let (msecs, active, repeats) = (entry.msecs, entry.active, entry.call.is_some());
        if active && !repeats {
            // It is being called. An interval goes on from where it is linked now.
            entry.start = start;
            if !entry.linked {
                self.link(name.index);
            }
            return;
        }
        entry.start = start;
        if self.unlink(name.index) {
            self.drop_list(msecs);
        }
        self.entries[name.index as usize].start = start;
        self.link(name.index);
    }

    pub(super) fn set_referenced(&mut self, name: Name, on: bool) {
        let Some(entry) = self.find(name) else { return };
        match (std::mem::replace(&mut entry.referenced, on), on) {
            (false, true) => self.referenced += 1,
            (true, false) => self.referenced -= 1,
            _ => {}
        }
    }

    pub(super) fn has_ref(&mut self, name: Name) -> bool {
        self.find(name).is_some_and(|entry| entry.referenced)
    }
}
