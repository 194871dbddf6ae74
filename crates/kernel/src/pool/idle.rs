//! Which workers sleep, and who wakes one.
//!
//! See *Who sleeps, who is woken* in the `README.md` beside this file for the protocol.
//!
//! # Invariants
//!
//! 1. `sleeping` in the word is the length of the list, and both change under its lock.
//! 2. Who takes a worker out of the list to wake it counts it as searching at once, so that a
//!    second push finds a searcher and wakes nobody.
//! 3. A push is followed by a fence and a look at the word; going to sleep is a change of the word,
//!    followed by a fence and a look at the queues. So either the pusher sees the sleeper, or the
//!    sleeper sees the push.

use crate::sync::{AtomicUsize, Mutex, MutexGuard, Ordering, fence};

const SEARCHING: usize = 1;
const SLEEPING: usize = 1 << (usize::BITS / 2);
const MASK: usize = SLEEPING - 1;

fn searching(word: usize) -> usize {
    word & MASK
}

fn sleeping(word: usize) -> usize {
    word / SLEEPING
}

pub(crate) struct Idle {
    word: AtomicUsize,
    /// How many workers there are.
    total: AtomicUsize,
    sleepers: Mutex<Vec<usize>>,
    /// How often a worker left the list. Changed under its lock.
    rises: AtomicUsize,
}

impl Idle {
    pub(crate) fn new() -> Idle {
        Idle {
            word: AtomicUsize::new(0),
            total: AtomicUsize::new(0),
            sleepers: Mutex::new(Vec::new()),
            rises: AtomicUsize::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<usize>> {
        self.sleepers.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// A worker begins, awake.
    pub(crate) fn added(&self) {
        self.total.fetch_add(1, Ordering::AcqRel);
    }

    /// A worker ends, awake.
    pub(crate) fn removed(&self) {
        self.total.fetch_sub(1, Ordering::AcqRel);
    }

    pub(crate) fn total(&self) -> usize {
        self.total.load(Ordering::Acquire)
    }

    pub(crate) fn sleeping(&self) -> usize {
        sleeping(self.word.load(Ordering::Acquire))
    }

    pub(crate) fn all_asleep(&self) -> bool {
        self.sleeping() >= self.total()
    }

    /// A number that changes whenever a worker rises. What was seen while all slept is true of one
    /// moment if the number is the same before and after.
    pub(crate) fn rises(&self) -> usize {
        fence(Ordering::SeqCst);
        let _sleepers = self.lock();
        self.rises.load(Ordering::Relaxed)
    }

    fn count_rise(&self) {
        self.rises.fetch_add(1, Ordering::Relaxed);
    }

    /// One that sleeps, which stays where it is.
    pub(crate) fn any_sleeper(&self) -> Option<usize> {
        self.lock().last().copied()
    }

    /// To be asked after something was made stealable: a sleeper to be woken, if nobody searches.
    /// It is counted as searching from here on.
    #[inline]
    pub(crate) fn worker_to_notify(&self) -> Option<usize> {
        fence(Ordering::SeqCst);
        let word = self.word.load(Ordering::Relaxed);
        if searching(word) > 0 || sleeping(word) == 0 {
            return None;
        }
        self.choose()
    }

    #[cold]
    fn choose(&self) -> Option<usize> {
        let mut sleepers = self.lock();
        let word = self.word.load(Ordering::Relaxed);
        if searching(word) > 0 {
            return None;
        }
        let chosen = sleepers.pop()?;
        self.count_rise();
        // One less asleep, one more searching.
        self.word.fetch_sub(SLEEPING - SEARCHING, Ordering::SeqCst);
        Some(chosen)
    }

    /// Whether the worker may search: at most half of them do at a time, but always one may.
    pub(crate) fn start_searching(&self) -> bool {
        let word = self.word.load(Ordering::Relaxed);
        if 2 * searching(word) >= self.total() {
            return false;
        }
        self.word.fetch_add(SEARCHING, Ordering::SeqCst);
        true
    }

    /// The worker found something. True if it was the last that searched: then it looks whether there
    /// is more, and sees to it that another searches.
    pub(crate) fn stop_searching(&self) -> bool {
        let last = searching(self.word.fetch_sub(SEARCHING, Ordering::SeqCst)) == 1;
        // As in `sleep`: either the pusher sees that nobody searches, or what it pushed is seen here.
        fence(Ordering::SeqCst);
        last
    }

    /// The worker goes to sleep. True if nobody searches now: then it looks at all queues once more.
    ///
    /// Not only if it searched itself. One that was refused, because another searched, might sleep
    /// over what was pushed after that other one found something and before this one was listed:
    /// the pusher saw neither a searcher nor a sleeper.
    pub(crate) fn sleep(&self, worker: usize, was_searching: bool) -> bool {
        let mut sleepers = self.lock();
        sleepers.push(worker);
        let change = SLEEPING - if was_searching { SEARCHING } else { 0 };
        let before = self.word.fetch_add(change, Ordering::SeqCst);
        drop(sleepers);
        fence(Ordering::SeqCst);
        searching(before) == usize::from(was_searching)
    }

    /// The worker does not sleep any more. False if somebody chose it to search meanwhile, and
    /// counted it so.
    pub(crate) fn unpark(&self, worker: usize) -> bool {
        let mut sleepers = self.lock();
        let Some(at) = sleepers.iter().position(|&sleeper| sleeper == worker) else {
            return false;
        };
        sleepers.swap_remove(at);
        self.count_rise();
        self.word.fetch_sub(SLEEPING, Ordering::SeqCst);
        true
    }
}
