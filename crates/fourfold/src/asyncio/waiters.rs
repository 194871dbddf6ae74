//! Who waits for a lock, an event or a queue, first come first.
//!
//! CPython makes a future for each wait. Here a wait is an entry of a list whose places are used
//! again, so that waiting allocates nothing; the order of events is the same. Like such a future
//! an entry has three states, and the primitives decide by them as CPython's do:
//!
//! * *waiting* – pending;
//! * *woken* – done: its task is queued, and takes the entry out when it runs;
//! * *cancelled* – its task was cancelled in this very wait: the task is queued, and takes the
//!   entry out when it runs. From `cancel()` on the entry is passed over, as a cancelled future.
//!
//! There may be millions of waits, nearly all of them by tasks of this dialect. So an entry is two
//! words: the task itself, which is half of a waker and is woken without the detour through a
//! waker's vtable, and the neighbours. Other wakers are kept beside the list.
//!
//! Wakers are called, cloned and dropped outside of all borrows: they may be foreign code.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::ops::{Index, IndexMut};
use std::task::{Context, Poll, Waker};

use fourfold_kernel::task::Erased;

use super::cell::{self, Flag, TaskData, WaitReason};
use crate::Error;

/// A list of waits.
#[derive(Default)]
pub(crate) struct Waiters {
    /// How many are linked; apart, so that waking nobody looks at nothing else.
    linked: Cell<u32>,
    list: RefCell<List>,
}

struct List {
    entries: Vec<Entry>,
    first: u32,
    last: u32,
    /// The first of the entries that are not used, which are chained by `after`.
    free: u32,
    /// The wakers of waits that are not, or not directly, a task's of this thread.
    foreign: BTreeMap<u32, Waker>,
}

struct Entry {
    /// The task to be woken: none once that was done, and where a foreign waker stands for it.
    task: Option<Erased<TaskData>>,
    /// The neighbour, or [`UNLINKED`].
    before: u32,
    after: u32,
}

/// No entry.
const NONE: u32 = u32::MAX;
/// Taken out of the order, while its wait still has it.
const UNLINKED: u32 = u32::MAX - 1;

/// Who is to be woken.
enum Who {
    /// The task that was running when the wait was polled.
    Task(Erased<TaskData>),
    Foreign(Waker),
}

impl Who {
    #[inline]
    fn of(waker: &Waker) -> Who {
        match cell::running_task_of(waker) {
            Some(task) => Who::Task(task),
            None => Who::Foreign(waker.clone()),
        }
    }

    #[inline]
    fn wake(self) {
        match self {
            // SAFETY: it was running, so it has a body.
            Who::Task(task) => unsafe { task.wake_by_value() },
            Who::Foreign(waker) => waker.wake(),
        }
    }
}

impl List {
    /// Adds an entry behind all others.
    #[inline]
    fn push(&mut self, task: impl Into<Option<Erased<TaskData>>>) -> u32 {
        let before = self.last;
        let entry = Entry { task: task.into(), before, after: NONE };
        let key = match self.free {
            NONE => self.grow(entry),
            key => {
                self.free = self[key].after;
                self[key] = entry;
                key
            }
        };
        match before {
            NONE => self.first = key,
            before => self[before].after = key,
        }
        self.last = key;
        key
    }

    #[cold]
    fn grow(&mut self, entry: Entry) -> u32 {
        let key = u32::try_from(self.entries.len()).ok().filter(|&key| key < UNLINKED);
        self.entries.push(entry);
        key.expect("fewer than 2^32 waits")
    }

    /// Takes an entry out of the order; says whether it was still in it.
    #[inline]
    fn unlink(&mut self, key: u32) -> bool {
        let entry = &mut self[key];
        let (before, after) = (std::mem::replace(&mut entry.before, UNLINKED), entry.after);
        match before {
            UNLINKED => return false,
            NONE => self.first = after,
            before => self[before].after = after,
        }
        match after {
            NONE => self.last = before,
            after => self[after].before = before,
        }
        true
    }

    /// Takes the first out of the order, and gives who is to be woken, if the entry is neither
    /// woken nor cancelled. There is a first.
    #[inline]
    fn pop(&mut self) -> Option<Who> {
        let key = self.first;
        let entry = &mut self.entries[key as usize];
        entry.before = UNLINKED;
        let after = entry.after;
        let task = match &entry.task {
            Some(task) if task.data().local().has(Flag::Throw) => None,
            Some(_) => entry.task.take().map(Who::Task),
            None if self.foreign.is_empty() => None,
            None => self.take_foreign(key),
        };
        self.first = after;
        match after {
            NONE => self.last = NONE,
            after => self[after].before = NONE,
        }
        task
    }

    /// Gives the place of an unlinked entry free, which waits for nobody any more.
    #[inline]
    fn free(&mut self, key: u32) {
        self[key].after = std::mem::replace(&mut self.free, key);
    }

    /// Who is to be woken, no matter whether it was cancelled.
    #[inline]
    fn take(&mut self, key: u32) -> Option<Who> {
        match self[key].task.take() {
            Some(task) => Some(Who::Task(task)),
            None if self.foreign.is_empty() => None,
            None => self.take_foreign(key),
        }
    }

    #[cold]
    fn take_foreign(&mut self, key: u32) -> Option<Who> {
        self.foreign.remove(&key).map(Who::Foreign)
    }

    /// Who is to be woken, if the entry is neither woken nor cancelled.
    #[inline]
    fn take_pending(&mut self, key: u32) -> Option<Who> {
        if self.is_cancelled(key) { None } else { self.take(key) }
    }

    #[inline]
    fn is_woken(&self, key: u32) -> bool {
        self[key].task.is_none() && !self.foreign.contains_key(&key)
    }

    /// Whether its task was cancelled in this wait and has not run since.
    #[inline]
    fn is_cancelled(&self, key: u32) -> bool {
        self[key].task.as_ref().is_some_and(|task| task.data().local().has(Flag::Throw))
    }

    /// The linked entries, first come first.
    fn keys(&self) -> impl Iterator<Item = u32> {
        let some = |key: u32| (key != NONE).then_some(key);
        std::iter::successors(some(self.first), move |&key| some(self[key].after))
    }
}

impl Default for List {
    fn default() -> Self {
        List { entries: Vec::new(), first: NONE, last: NONE, free: NONE, foreign: BTreeMap::new() }
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
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.linked.get() as usize
    }

    /// Whether all of them were cancelled; also where there are none.
    #[inline]
    pub(crate) fn all_cancelled(&self) -> bool {
        if self.linked.get() == 0 {
            return true;
        }
        let list = self.list.borrow();
        list.keys().all(|key| list.is_cancelled(key))
    }

    /// Wakes the first, unless it is done already.
    #[inline]
    pub(crate) fn wake_head(&self) {
        if self.linked.get() > 0 {
            let head = {
                let mut list = self.list.borrow_mut();
                let first = list.first;
                list.take_pending(first)
            };
            if let Some(head) = head {
                head.wake();
            }
        }
    }

    /// Wakes the first that is not done and leaves it listed. `false`: there is none.
    pub(crate) fn wake_first_pending(&self) -> bool {
        self.wake_pending(1) == 1
    }

    /// Wakes up to `count` that are not done, in order, and leaves them listed. Tells how many.
    pub(crate) fn wake_pending(&self, count: usize) -> usize {
        let mut pending = Vec::new();
        let mut list = self.list.borrow_mut();
        let mut next = list.first;
        while next != NONE && pending.len() < count {
            pending.extend(list.take_pending(next));
            next = list[next].after;
        }
        drop(list);
        let found = pending.len();
        pending.into_iter().for_each(Who::wake);
        found
    }

    /// Takes entries out of the list until one was woken.
    #[inline]
    pub(crate) fn wake_next(&self) {
        if self.linked.get() > 0 {
            self.wake_next_linked();
        }
    }

    fn wake_next_linked(&self) {
        while self.linked.get() > 0 {
            let first = { self.list.borrow_mut().pop() };
            self.linked.set(self.linked.get() - 1);
            if let Some(first) = first {
                return first.wake();
            }
        }
    }

    /// Takes all entries out of the list and wakes them, in order.
    pub(crate) fn wake_all_out(&self) {
        while self.linked.get() > 0 {
            self.wake_next();
        }
    }
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

    /// Enlists at the first poll; ready once woken or cancelled. What it does is out of line, each
    /// by itself: none of them then saves registers for the others.
    #[inline(always)]
    pub(crate) fn poll(
        &mut self,
        waiters: &Waiters,
        context: &mut Context<'_>,
        reason: &'static WaitReason,
    ) -> Poll<Waited> {
        if cell::is_throw_due() {
            return self.cancelled(waiters);
        }
        match self.0 {
            None => self.begin(waiters, context.waker(), reason),
            Some(key) if waiters.forget_woken(key) => {
                self.0 = None;
                return Poll::Ready(Waited::Woken);
            }
            Some(key) => Wait::rewake(key, waiters, context.waker(), reason),
        }
        Poll::Pending
    }

    #[inline(never)]
    fn begin(&mut self, waiters: &Waiters, waker: &Waker, reason: &'static WaitReason) {
        cell::wait_in_leaf(reason);
        self.0 = Some(match cell::running_task_of(waker) {
            Some(task) => waiters.list.borrow_mut().push(task),
            None => Wait::begin_foreign(waiters, waker.clone()),
        });
        waiters.linked.set(waiters.linked.get() + 1);
    }

    #[cold]
    fn begin_foreign(waiters: &Waiters, waker: Waker) -> u32 {
        let mut list = waiters.list.borrow_mut();
        let key = list.push(None);
        list.foreign.insert(key, waker);
        key
    }

    #[cold]
    fn cancelled(&mut self, waiters: &Waiters) -> Poll<Waited> {
        let woken = self.leave(waiters).unwrap_or(false);
        Poll::Ready(Waited::Cancelled { error: cell::throw(), woken })
    }

    /// Polled for another reason; if by another waker, that is the one to wake.
    #[cold]
    fn rewake(key: u32, waiters: &Waiters, waker: &Waker, reason: &'static WaitReason) {
        cell::wait_in_leaf(reason);
        let fresh = Who::of(waker);
        let mut list = waiters.list.borrow_mut();
        let old = list.take(key);
        match fresh {
            Who::Task(task) => list[key].task = Some(task),
            Who::Foreign(waker) => drop(list.foreign.insert(key, waker)),
        }
        drop(list);
        drop(old);
    }

    /// Ends the wait. `Some(true)`: it had been woken; `None`: it had not begun or had ended.
    #[inline]
    pub(crate) fn leave(&mut self, waiters: &Waiters) -> Option<bool> {
        self.0.take().map(|key| waiters.forget(key))
    }
}

impl Waiters {
    /// Ends a wait that was woken; says whether it was.
    #[inline(never)]
    fn forget_woken(&self, key: u32) -> bool {
        let mut list = self.list.borrow_mut();
        let woken = list.is_woken(key);
        if woken {
            if list.unlink(key) {
                self.linked.set(self.linked.get() - 1);
            }
            list.free(key);
        }
        woken
    }

    /// Ends a wait; says whether it had been woken.
    #[cold]
    fn forget(&self, key: u32) -> bool {
        let mut list = self.list.borrow_mut();
        if list.unlink(key) {
            self.linked.set(self.linked.get() - 1);
        }
        let left = list.take(key);
        list.free(key);
        drop(list);
        left.is_none()
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
                    let key = list.push(None);
                    list.foreign.insert(key, Waker::noop().clone());
                    model.push(key);
                } else {
                    let key = model.remove(usize::from(at) % model.len());
                    prop_assert!(list.unlink(key));
                    prop_assert!(!list.unlink(key));
                    prop_assert!(list.take(key).is_some());
                    list.free(key);
                }
                prop_assert_eq!(list.keys().collect::<Vec<_>>(), model.clone());
                prop_assert_eq!(list.foreign.len(), model.len());
            }
        }
    }

    #[test]
    fn a_task_s_entry_is_two_words() {
        assert_eq!(size_of::<Entry>(), 2 * size_of::<usize>());
    }
}
