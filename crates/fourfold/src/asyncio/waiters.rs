//! Who waits for a lock, an event or a queue, first come first.
//!
//! CPython makes a future for each wait. Here a wait is an entry of a list whose slots are used
//! again, so that waiting allocates nothing; the order of events is the same. Like such a future
//! an entry has three states, and the primitives decide by them as CPython's do:
//!
//! * *waiting* – pending;
//! * *woken* – done: its task is queued, and takes the entry out when it runs;
//! * *cancelled* – its task was cancelled in this very wait: the task is queued, and takes the
//!   entry out when it runs. From `cancel()` on the entry is passed over, as a cancelled future.
//!
//! Wakers are called, cloned and dropped outside of all borrows: they may be foreign code.

use std::cell::RefCell;
use std::ops::{Index, IndexMut};
use std::task::{Context, Poll, Waker};

use fourfold_kernel::task;
use slab::Slab;

use super::cell::{self, Flag, TaskData, WaitReason};
use crate::Error;

/// A list of waits.
#[derive(Default)]
pub(crate) struct Waiters(RefCell<List>);

struct List {
    entries: Slab<Entry>,
    first: u32,
    last: u32,
    linked: usize,
}

struct Entry {
    /// Who is to be woken; nobody any more once it was done.
    waker: Option<Waker>,
    /// The waker is that of a task of this thread's.
    task: bool,
    before: u32,
    after: u32,
    linked: bool,
}

/// No entry. Indices are kept in half a word, since there may be millions of waits.
const NONE: u32 = u32::MAX;

impl Entry {
    fn is_woken(&self) -> bool {
        self.waker.is_none()
    }

    /// Whether its task was cancelled in this wait and has not run since.
    fn is_cancelled(&self) -> bool {
        self.waker.as_ref().filter(|_| self.task).is_some_and(|waker| {
            // SAFETY: when it was enlisted its task was running on this thread, which the list,
            // not being `Send` where it is used, does not leave.
            let data = unsafe { task::data_of::<TaskData>(waker) };
            data.is_some_and(|data| data.local().has(Flag::Throw))
        })
    }

    fn is_done(&self) -> bool {
        self.is_woken() || self.is_cancelled()
    }
}

impl List {
    fn push(&mut self, waker: Waker, task: bool) -> u32 {
        let before = self.last;
        let entry = Entry { waker: Some(waker), task, before, after: NONE, linked: true };
        let key = u32::try_from(self.entries.insert(entry)).expect("fewer than 2^32 waits");
        match before {
            NONE => self.first = key,
            before => self[before].after = key,
        }
        self.last = key;
        self.linked += 1;
        key
    }

    fn unlink(&mut self, key: u32) {
        let entry = &mut self[key];
        if !std::mem::replace(&mut entry.linked, false) {
            return;
        }
        let (before, after) = (entry.before, entry.after);
        match before {
            NONE => self.first = after,
            before => self[before].after = after,
        }
        match after {
            NONE => self.last = before,
            after => self[after].before = before,
        }
        self.linked -= 1;
    }

    fn first(&self) -> Option<u32> {
        (self.first != NONE).then_some(self.first)
    }

    /// The linked entries, first come first.
    fn keys(&self) -> impl Iterator<Item = u32> {
        std::iter::successors(self.first(), |&key| {
            let after = self[key].after;
            (after != NONE).then_some(after)
        })
    }
}

impl Default for List {
    fn default() -> Self {
        List { entries: Slab::new(), first: NONE, last: NONE, linked: 0 }
    }
}

impl Index<u32> for List {
    type Output = Entry;

    #[inline]
    fn index(&self, key: u32) -> &Entry {
        &self.entries[key as usize]
    }
}

impl IndexMut<u32> for List {
    #[inline]
    fn index_mut(&mut self, key: u32) -> &mut Entry {
        &mut self.entries[key as usize]
    }
}

impl Waiters {
    /// How many wait, woken and cancelled ones included while they are listed.
    pub(crate) fn len(&self) -> usize {
        self.0.borrow().linked
    }

    /// Whether all of them were cancelled; also where there are none.
    pub(crate) fn all_cancelled(&self) -> bool {
        let list = self.0.borrow();
        list.linked == 0 || list.keys().all(|key| list[key].is_cancelled())
    }

    /// Wakes the first, unless it is done already.
    pub(crate) fn wake_head(&self) {
        let mut list = self.0.borrow_mut();
        let head = list.first().map(|key| &mut list[key]);
        let waker = head.filter(|head| !head.is_done()).and_then(|head| head.waker.take());
        drop(list);
        wake(waker);
    }

    /// Wakes the first that is not done and leaves it listed. `false`: there is none.
    pub(crate) fn wake_first_pending(&self) -> bool {
        let mut list = self.0.borrow_mut();
        let key = list.keys().find(|&key| !list[key].is_done());
        let waker = key.and_then(|key| list[key].waker.take());
        drop(list);
        wake(waker)
    }

    /// Wakes `count` that are not done, in order, and leaves them listed.
    pub(crate) fn wake_pending(&self, count: usize) {
        let mut list = self.0.borrow_mut();
        let keys: Vec<u32> = list.keys().filter(|&key| !list[key].is_done()).take(count).collect();
        let wakers: Vec<Waker> =
            keys.into_iter().filter_map(|key| list[key].waker.take()).collect();
        drop(list);
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Takes entries out of the list until one was woken.
    #[inline]
    pub(crate) fn wake_next(&self) {
        let mut list = self.0.borrow_mut();
        while let Some(key) = list.first() {
            list.unlink(key);
            if !list[key].is_done() {
                let waker = list[key].waker.take();
                drop(list);
                wake(waker);
                return;
            }
        }
    }

    /// Takes all entries out of the list and wakes them, in order.
    pub(crate) fn wake_all_out(&self) {
        while self.0.borrow().linked > 0 {
            self.wake_next();
        }
    }
}

/// Whether `waker` is that of the task whose step this is.
#[inline]
fn is_running_task(waker: &Waker) -> bool {
    cell::with_running(|_, running| running.will_wake(waker)).unwrap_or(false)
}

#[inline]
fn wake(waker: Option<Waker>) -> bool {
    let found = waker.is_some();
    if let Some(waker) = waker {
        waker.wake();
    }
    found
}

/// One wait: what `await fut` is in CPython, with the entry's removal behind it.
///
/// Who owns a wait and is dropped calls [`leave`](Wait::leave) and undoes what the waking had
/// given it.
#[derive(Default)]
pub(crate) struct Wait(Option<u32>);

/// How a wait ended.
pub(crate) enum Waited {
    /// It was woken.
    Woken,
    /// Its task was cancelled. `woken`: after it was woken, so what the waking had given it has
    /// to go to somebody else.
    Cancelled { error: Error, woken: bool },
}

impl Wait {
    /// Whether it waits.
    #[inline]
    pub(crate) fn has_begun(&self) -> bool {
        self.0.is_some()
    }

    /// Enlists at the first poll; ready once woken or cancelled.
    #[inline]
    pub(crate) fn poll(
        &mut self,
        waiters: &Waiters,
        context: &mut Context<'_>,
        reason: &'static WaitReason,
    ) -> Poll<Waited> {
        if let Some(error) = cell::take_throw() {
            let woken = self.leave(waiters).unwrap_or(false);
            return Poll::Ready(Waited::Cancelled { error, woken });
        }
        match self.0 {
            None => {
                let waker = context.waker().clone();
                let task = is_running_task(&waker);
                self.0 = Some(waiters.0.borrow_mut().push(waker, task));
            }
            Some(key) => {
                let mut list = waiters.0.borrow_mut();
                match &mut list[key].waker {
                    None => {
                        drop(list);
                        self.leave(waiters);
                        return Poll::Ready(Waited::Woken);
                    }
                    Some(old) if old.will_wake(context.waker()) => {}
                    Some(_) => {
                        drop(list);
                        let fresh = context.waker().clone();
                        let task = is_running_task(&fresh);
                        let mut list = waiters.0.borrow_mut();
                        let entry = &mut list[key];
                        entry.task = task;
                        let old = entry.waker.replace(fresh);
                        drop(list);
                        drop(old);
                    }
                }
            }
        }
        cell::wait_in_leaf(reason);
        Poll::Pending
    }

    /// Ends the wait. `Some(true)`: it had been woken; `None`: it had not begun or had ended.
    #[inline]
    pub(crate) fn leave(&mut self, waiters: &Waiters) -> Option<bool> {
        let key = self.0.take()?;
        let mut list = waiters.0.borrow_mut();
        list.unlink(key);
        let entry = list.entries.remove(key as usize);
        drop(list);
        Some(entry.is_woken())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The list against a vector: what is pushed and unlinked in any order comes out in the
        /// order it went in.
        #[test]
        fn the_list_keeps_its_order(steps in prop::collection::vec((any::<bool>(), any::<u8>()), 0..64)) {
            let mut list = List::default();
            let mut model: Vec<u32> = Vec::new();
            for (push, at) in steps {
                if push || model.is_empty() {
                    model.push(list.push(Waker::noop().clone(), false));
                } else {
                    let key = model.remove(usize::from(at) % model.len());
                    list.unlink(key);
                    list.entries.remove(key as usize);
                }
                prop_assert_eq!(list.keys().collect::<Vec<_>>(), model.clone());
                prop_assert_eq!(list.linked, model.len());
            }
        }
    }
}
