//! The state word of a cell: five flags and a reference count in one atomic.
//!
//! This file is the specification. Everything else in this module only calls the transitions
//! below, and nothing else touches the word.
//!
//! | flag | meaning |
//! |---|---|
//! | `SCHEDULED` | a [`Runnable`](super::Runnable) exists, or the body was woken while it runs |
//! | `RUNNING` | a thread is inside [`Runnable::run`](super::Runnable::run) |
//! | `DONE` | the outcome is written; it never changes again, and there is no body any more |
//! | `LOCKED` | somebody reads or writes the listeners (cells that threads share) |
//! | `ABORTED` | the body is to be dropped instead of polled when it runs next |
//!
//! ```text
//!              wake                  run                 body is ready
//!   (idle) ───────────► SCHEDULED ───────► RUNNING ──────────────────────► DONE
//!     ▲                     ▲                │  │ wake
//!     │                     └────────────────┤  ▼
//!     └──────────────────────────────────────┴ RUNNING|SCHEDULED
//!              body is pending           (re-queued when the poll ends)
//! ```
//!
//! Invariants:
//!
//! 1. At most one `Runnable` exists. It owns one reference, and `SCHEDULED` or `RUNNING` is set
//!    while it lives. While it runs, the body may pass that reference on to a waker, where another
//!    that outlives the run is known; `pause` then gives none back.
//! 2. The body is touched only by whoever set `RUNNING`, or by whoever took the last reference.
//! 3. `DONE` is set once, after the outcome was written (release); who sees it (acquire) may read
//!    the outcome without a lock.
//! 4. A cell without a body never has `SCHEDULED`, `RUNNING` or `ABORTED`.
//! 5. A body that yielded may stay `RUNNING` while its runnable is queued (`Schedule::STAYS_RUNNING`):
//!    nobody else can start it, so two exchanges are spared. The scheduler remembers it, and
//!    [`go_on`](State::go_on) begins its run; `SCHEDULED` then says that it was woken meanwhile.
//! 6. A body that waits in a queue may be withdrawn. Whoever does so becomes its runner, drops it, and
//!    leaves the runnable where it is. That is void then: who runs it only gives its reference back.

use crate::sync::{AtomicUsize, Ordering, fence, spin_loop};

const SCHEDULED: usize = 1 << 0;
const RUNNING: usize = 1 << 1;
const DONE: usize = 1 << 2;
const LOCKED: usize = 1 << 3;
const ABORTED: usize = 1 << 4;
const REFERENCE: usize = 1 << 5;

/// More references than this can only come from a loop that forgets them.
const MAX: usize = isize::MAX as usize;

/// What a waker has to do after it asked for a run.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Wake {
    /// Nothing: it is queued, running or done already.
    Nothing,
    /// Queue a `Runnable`; the reference it needs was added.
    Queue,
}

/// What the runner finds when it starts.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// Poll the body.
    Poll,
    /// Drop the body: the cell was aborted.
    Abort,
    /// Nothing: another runs the body, or ran it, in place of whoever holds this runnable.
    Void,
}

/// What the runner does after a poll that left the body pending.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Pause {
    /// Nothing: the runner's reference is given back.
    Idle,
    /// It was the last reference: free the cell.
    Free,
    /// Woken meanwhile: queue the same `Runnable` again.
    Queue,
    /// Aborted meanwhile: drop the body.
    Abort,
}

/// The word itself.
#[derive(Debug)]
pub(super) struct State(AtomicUsize);

impl State {
    /// A cell with a body that is about to be queued: one reference is the runnable's.
    pub(super) fn scheduled(references: usize) -> State {
        State(AtomicUsize::new(SCHEDULED | (references * REFERENCE)))
    }

    /// A cell whose body nobody asked to run yet: one reference for the handle.
    pub(super) fn idle() -> State {
        State(AtomicUsize::new(REFERENCE))
    }

    /// A cell without a body: one reference for the handle.
    pub(super) fn promise() -> State {
        State(AtomicUsize::new(REFERENCE))
    }

    /// idle → `SCHEDULED`, with a reference for the runnable. While running, only the flag.
    #[inline]
    pub(super) fn wake(&self) -> Wake {
        let mut now = self.0.load(Ordering::Relaxed);
        loop {
            if now & DONE != 0 {
                return Wake::Nothing;
            }
            // Even where `SCHEDULED` is set already the exchange is done: it publishes what the
            // waking thread wrote before to the poll that follows.
            let idle = now & (SCHEDULED | RUNNING) == 0;
            let next = (now | SCHEDULED) + if idle { REFERENCE } else { 0 };
            match self.0.compare_exchange_weak(now, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) if idle => {
                    if next > MAX {
                        std::process::abort();
                    }
                    return Wake::Queue;
                }
                Ok(_) => return Wake::Nothing,
                Err(seen) => now = seen,
            }
        }
    }

    /// As [`wake`](State::wake) and gives back the waker's own reference.
    ///
    /// Where a runnable is due the waker's reference becomes the runnable's. `None`: nothing to
    /// queue, and the reference is still the caller's to give back.
    #[inline]
    pub(super) fn wake_by_value(&self) -> Option<Wake> {
        let mut now = self.0.load(Ordering::Relaxed);
        loop {
            if now & DONE != 0 {
                return None;
            }
            let idle = now & (SCHEDULED | RUNNING) == 0;
            match self.0.compare_exchange_weak(
                now,
                now | SCHEDULED,
                Ordering::AcqRel,
                Ordering::Relaxed,
            ) {
                Ok(_) if idle => return Some(Wake::Queue),
                Ok(_) => return None,
                Err(seen) => now = seen,
            }
        }
    }

    /// Asks for the body to be dropped, and for a run to do it in.
    pub(super) fn abort(&self) -> Wake {
        let mut now = self.0.load(Ordering::Relaxed);
        loop {
            if now & (DONE | ABORTED) != 0 {
                return Wake::Nothing;
            }
            let idle = now & (SCHEDULED | RUNNING) == 0;
            let next = (now | SCHEDULED | ABORTED) + if idle { REFERENCE } else { 0 };
            match self.0.compare_exchange_weak(now, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) if idle => return Wake::Queue,
                Ok(_) => return Wake::Nothing,
                Err(seen) => now = seen,
            }
        }
    }

    /// `SCHEDULED` → `RUNNING`, for the owner of the runnable.
    #[inline]
    pub(super) fn start(&self) -> Start {
        let mut now = self.0.load(Ordering::Relaxed);
        loop {
            if now & (RUNNING | DONE) != 0 {
                return Start::Void;
            }
            debug_assert_eq!(now & SCHEDULED, SCHEDULED);
            let next = now + RUNNING - SCHEDULED;
            match self.0.compare_exchange_weak(now, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) if now & ABORTED == 0 => return Start::Poll,
                Ok(_) => return Start::Abort,
                Err(seen) => now = seen,
            }
        }
    }

    /// For the owner of the runnable of a body that yielded and stayed `RUNNING`. Clears `SCHEDULED`.
    #[inline]
    pub(super) fn go_on(&self) -> Start {
        // Acquire: what a waker or an abort wrote before its flag is seen by the run.
        let mut now = self.0.load(Ordering::Acquire);
        loop {
            debug_assert_eq!(now & (RUNNING | DONE), RUNNING);
            if now & ABORTED != 0 {
                return Start::Abort;
            }
            if now & SCHEDULED == 0 {
                return Start::Poll;
            }
            let next = now - SCHEDULED;
            match self.0.compare_exchange_weak(now, next, Ordering::AcqRel, Ordering::Acquire) {
                Ok(_) => return Start::Poll,
                Err(seen) => now = seen,
            }
        }
    }

    /// `SCHEDULED` → `SCHEDULED | RUNNING`, with a reference for the caller, who is the runner if this
    /// is true: of a body that waits in a queue. The flag stays, so no other runnable is made.
    pub(super) fn withdraw(&self) -> bool {
        let mut now = self.0.load(Ordering::Relaxed);
        loop {
            if now & (SCHEDULED | RUNNING | DONE) != SCHEDULED {
                return false;
            }
            let next = (now | RUNNING) + REFERENCE;
            match self.0.compare_exchange_weak(now, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(seen) => now = seen,
            }
        }
    }

    /// `RUNNING` → idle, or → `SCHEDULED` if it was woken meanwhile or wants to go on. The runner's
    /// reference is given back, unless it was `passed_on` or goes into the next runnable; where it
    /// is needed after it was passed on, there is a new one.
    #[inline]
    pub(super) fn pause(&self, go_on: bool, passed_on: bool) -> Pause {
        let mut now = self.0.load(Ordering::Relaxed);
        loop {
            debug_assert_eq!(now & (RUNNING | DONE), RUNNING);
            if now & ABORTED != 0 {
                if passed_on {
                    self.retain();
                }
                return Pause::Abort;
            }
            let woken = go_on | (now & SCHEDULED != 0);
            let next = match (woken, passed_on) {
                (true, false) => (now & !RUNNING) | SCHEDULED,
                (true, true) => ((now & !RUNNING) | SCHEDULED) + REFERENCE,
                (false, false) => (now & !RUNNING) - REFERENCE,
                (false, true) => now & !RUNNING,
            };
            match self.0.compare_exchange_weak(now, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) if woken => return Pause::Queue,
                Ok(_) if next < REFERENCE => return Pause::Free,
                Ok(_) => return Pause::Idle,
                Err(seen) => now = seen,
            }
        }
    }

    /// → `DONE`, once the outcome is written. Clears what belongs to the body.
    #[inline]
    pub(super) fn finish(&self) {
        let mut now = self.0.load(Ordering::Relaxed);
        loop {
            debug_assert_eq!(now & DONE, 0);
            let next = (now | DONE) & !(SCHEDULED | RUNNING | ABORTED);
            match self.0.compare_exchange_weak(now, next, Ordering::AcqRel, Ordering::Relaxed) {
                Ok(_) => return,
                Err(seen) => now = seen,
            }
        }
    }

    /// Whether the outcome is written; if so it may be read.
    #[inline]
    pub(super) fn is_done(&self) -> bool {
        self.0.load(Ordering::Acquire) & DONE != 0
    }

    /// How many references there are, of which other threads may take and give back some meanwhile.
    #[inline]
    pub(super) fn references(&self) -> usize {
        self.0.load(Ordering::Relaxed) / REFERENCE
    }

    /// Whether the caller's reference is the only one.
    #[inline]
    pub(super) fn is_only_reference(&self) -> bool {
        // Acquire: what those did who gave theirs back is done.
        self.0.load(Ordering::Acquire) / REFERENCE == 1
    }

    /// Whether a thread is polling the body. Of use only to that thread: to others it is stale.
    pub(super) fn is_running(&self) -> bool {
        self.0.load(Ordering::Relaxed) & RUNNING != 0
    }

    /// Whether a run is due.
    pub(super) fn is_scheduled(&self) -> bool {
        self.0.load(Ordering::Relaxed) & SCHEDULED != 0
    }

    /// Takes the lock on the listeners. It is held for a few instructions, never across foreign
    /// code, so waiting is spinning.
    pub(super) fn lock(&self) {
        loop {
            if self.0.fetch_or(LOCKED, Ordering::Acquire) & LOCKED == 0 {
                return;
            }
            while self.0.load(Ordering::Relaxed) & LOCKED != 0 {
                spin_loop();
                #[cfg(loom)]
                loom::thread::yield_now();
            }
        }
    }

    /// Gives the lock back.
    pub(super) fn unlock(&self) {
        self.0.fetch_and(!LOCKED, Ordering::Release);
    }

    /// One more reference.
    #[inline]
    pub(super) fn retain(&self) {
        if self.0.fetch_add(REFERENCE, Ordering::Relaxed) > MAX {
            std::process::abort();
        }
    }

    /// One reference less. `true`: it was the last, and the caller alone may touch the cell.
    #[inline]
    pub(super) fn release(&self) -> bool {
        let before = self.0.fetch_sub(REFERENCE, Ordering::Release);
        debug_assert!(before >= REFERENCE);
        if before < 2 * REFERENCE {
            fence(Ordering::Acquire);
            true
        } else {
            false
        }
    }
}
