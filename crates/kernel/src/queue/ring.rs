//! A worker's own queue of what any worker may run: bounded, first in first out, stolen by half.
//!
//! ```text
//!        head (thieves and owner: exchange)      tail (owner: store)
//!          ▼                                       ▼
//!   ┌───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┬───┐
//!   │   │ a │ b │ c │ d │ e │ f │ g │ h │ i │ j │   │   │    256 words, used in a circle
//!   └───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┴───┘
//! ```
//!
//! After the run queue of Go's scheduler (`runtime/proc.go`, `runqput`, `runqgrab`).
//!
//! # Invariants
//!
//! 1. Only the owner stores `tail` and only behind the words it covers; head and tail count up for
//!    ever, and `tail - head` is never more than the capacity.
//! 2. A word belongs to whoever moves `head` past it. It is read before that, and a reader that
//!    fails to move `head` forgets what it read.
//! 3. The owner reuses a place only after it saw `head` behind it (acquire), and `head` is moved
//!    with release by whoever read the place before.
//!
//! A thief that is held up between reading `head` and moving it fails if anything was taken
//! meanwhile: a position never comes again, for 2⁶⁴ entries are not queued in a process's life. (With
//! 32 bits, as in Go, that would be a matter of likelihood.)
//!
//! # Rejected
//!
//! * *An unbounded deque (Chase-Lev).* Growing needs deferred freeing, and a queue that is bounded
//!   keeps what is new near its owner and gives the rest to all.
//! * *Values in the places.* They would be read while the owner writes, and then forgotten: not
//!   allowed for anything but atomics. So what is queued must be one word.

use std::fmt;
use std::marker::PhantomData;
use std::ptr::{self, NonNull};

use super::injector::Injector;
use crate::sync::{AtomicPtr, AtomicU64, Ordering};

/// How many entries fit.
#[cfg(not(loom))]
const CAPACITY: u64 = 256;
/// Few, so that a model meets the full ring.
#[cfg(loom)]
const CAPACITY: u64 = 4;

/// What can be queued as one word.
///
/// # Safety
///
/// `from_raw` of what `into_raw` gave is the same value again, on any thread.
pub unsafe trait Token: Send + Sized {
    /// The value as a word; it is not dropped.
    fn into_raw(self) -> NonNull<()>;

    /// The value back.
    ///
    /// # Safety
    ///
    /// `raw` came from `into_raw` of this type and is made a value again only once.
    unsafe fn from_raw(raw: NonNull<()>) -> Self;
}

/// A bounded queue with one owner and many thieves. What is left in it when it is dropped is
/// leaked; owners empty theirs.
pub struct Ring<T> {
    head: AtomicU64,
    tail: AtomicU64,
    places: Box<[AtomicPtr<()>]>,
    _values: PhantomData<T>,
}

// SAFETY: values go in on one thread and come out on another, by value.
unsafe impl<T: Token> Send for Ring<T> {}
// SAFETY: as above.
unsafe impl<T: Token> Sync for Ring<T> {}

impl<T: Token> Ring<T> {
    /// An empty ring.
    pub fn new() -> Ring<T> {
        Ring {
            head: AtomicU64::new(0),
            tail: AtomicU64::new(0),
            places: (0..CAPACITY).map(|_| AtomicPtr::new(ptr::null_mut())).collect(),
            _values: PhantomData,
        }
    }

    #[inline]
    fn place(&self, position: u64) -> &AtomicPtr<()> {
        // SAFETY: the capacity is a power of two and the length of the slice.
        unsafe { self.places.get_unchecked((position & (CAPACITY - 1)) as usize) }
    }

    /// Whether nothing is in it, for whoever looks from outside: it may be stale at once.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many entries there are; it may be stale at once.
    #[inline]
    pub fn len(&self) -> usize {
        let head = self.head.load(Ordering::Acquire);
        let tail = self.tail.load(Ordering::Acquire);
        // Read one after the other: the head may have passed the tail that was seen.
        tail.wrapping_sub(head).min(CAPACITY) as usize
    }

    /// How many more entries fit, at least.
    pub(super) fn room(&self) -> usize {
        CAPACITY as usize - self.len()
    }

    /// Adds a value at the end.
    ///
    /// # Safety
    ///
    /// The caller is the ring's owner, and there is [room](Ring::room).
    pub(super) unsafe fn push(&self, value: T) {
        let tail = self.tail.load(Ordering::Relaxed);
        debug_assert!(self.len() < CAPACITY as usize);
        self.place(tail).store(value.into_raw().as_ptr(), Ordering::Relaxed);
        self.tail.store(tail.wrapping_add(1), Ordering::Release);
    }

    /// Adds a value at the end. Where the ring is full its older half goes to the injector, and
    /// the value after it.
    ///
    /// # Safety
    ///
    /// The caller is the ring's owner: no other thread pushes, pops or steals into it meanwhile.
    #[inline]
    pub unsafe fn push_or_overflow(&self, value: T, injector: &Injector<T>) {
        let mut value = value;
        loop {
            let head = self.head.load(Ordering::Acquire);
            let tail = self.tail.load(Ordering::Relaxed);
            if tail.wrapping_sub(head) < CAPACITY {
                self.place(tail).store(value.into_raw().as_ptr(), Ordering::Relaxed);
                self.tail.store(tail.wrapping_add(1), Ordering::Release);
                return;
            }
            // SAFETY: the caller's promise.
            match unsafe { self.overflow(head, value, injector) } {
                None => return,
                Some(back) => value = back,
            }
        }
    }

    /// Gives the value back where thieves made room meanwhile.
    #[cold]
    unsafe fn overflow(&self, head: u64, value: T, injector: &Injector<T>) -> Option<T> {
        const HALF: u64 = CAPACITY / 2;
        let mut older = [ptr::null_mut(); HALF as usize];
        for (offset, word) in (0..HALF).zip(&mut older) {
            *word = self.place(head.wrapping_add(offset)).load(Ordering::Relaxed);
        }
        let taken = self.head.compare_exchange(
            head,
            head.wrapping_add(HALF),
            Ordering::AcqRel,
            Ordering::Relaxed,
        );
        if taken.is_err() {
            return Some(value);
        }
        // SAFETY: moving the head made these words this thread's.
        let older = older.into_iter().map(|word| unsafe { from_word(word) });
        injector.push_batch(older.chain([value]));
        None
    }

    /// Takes the value at the front.
    ///
    /// # Safety
    ///
    /// As for [`push_or_overflow`](Ring::push_or_overflow).
    #[inline]
    pub unsafe fn pop(&self) -> Option<T> {
        let tail = self.tail.load(Ordering::Relaxed);
        let mut head = self.head.load(Ordering::Acquire);
        loop {
            if head == tail {
                return None;
            }
            let word = self.place(head).load(Ordering::Relaxed);
            let next = head.wrapping_add(1);
            match self.head.compare_exchange_weak(head, next, Ordering::AcqRel, Ordering::Acquire) {
                // SAFETY: moving the head made the word this thread's.
                Ok(_) => return Some(unsafe { from_word(word) }),
                Err(seen) => head = seen,
            }
        }
    }

    /// Moves the older half of this ring, at least one entry, into `into`, and returns one of them
    /// to be run at once.
    ///
    /// # Safety
    ///
    /// The caller owns `into`, as for [`push_or_overflow`](Ring::push_or_overflow), and `into` is
    /// another ring than this.
    pub unsafe fn steal_into(&self, into: &Ring<T>) -> Option<T> {
        let tail = into.tail.load(Ordering::Relaxed);
        let room = CAPACITY - tail.wrapping_sub(into.head.load(Ordering::Acquire));
        loop {
            let from = self.head.load(Ordering::Acquire);
            let length = self.tail.load(Ordering::Acquire).wrapping_sub(from);
            // More than fit: the head was read before others moved it and the tail after.
            if length > CAPACITY {
                continue;
            }
            let count = (length - length / 2).min(room);
            if count == 0 {
                return None;
            }
            // The places behind `into`'s tail are free, and nobody looks at them.
            for offset in 0..count {
                let word = self.place(from.wrapping_add(offset)).load(Ordering::Relaxed);
                into.place(tail.wrapping_add(offset)).store(word, Ordering::Relaxed);
            }
            let taken = self.head.compare_exchange(
                from,
                from.wrapping_add(count),
                Ordering::AcqRel,
                Ordering::Relaxed,
            );
            if taken.is_err() {
                continue;
            }
            // The last is run at once, so that the rest is published in order.
            let last = into.place(tail.wrapping_add(count - 1)).load(Ordering::Relaxed);
            into.tail.store(tail.wrapping_add(count - 1), Ordering::Release);
            // SAFETY: moving the head made the words this thread's; this one is published nowhere.
            return Some(unsafe { from_word(last) });
        }
    }
}

/// SAFETY: `word` was stored by a push and is the caller's alone.
unsafe fn from_word<T: Token>(word: *mut ()) -> T {
    // SAFETY: the caller's promise; what is pushed is not null.
    unsafe { T::from_raw(NonNull::new_unchecked(word)) }
}

impl<T: Token> Default for Ring<T> {
    fn default() -> Self {
        Ring::new()
    }
}

impl<T: Token> fmt::Debug for Ring<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ring").field("len", &self.len()).finish()
    }
}
