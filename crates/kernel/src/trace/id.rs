//! The names of tasks, and which task is being polled on this thread.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

/// So many ids a thread takes from the global counter at once.
const BLOCK: u64 = 64;

static NEXT_BLOCK: AtomicU64 = AtomicU64::new(1);

// Without destructors, so that they can be read while a thread ends.
thread_local! {
    static BLOCK_NEXT: Cell<u64> = const { Cell::new(0) };
    static BLOCK_END: Cell<u64> = const { Cell::new(0) };
    static CURRENT: Cell<Option<TaskId>> = const { Cell::new(None) };
}

/// Names one task for the life of the process.
///
/// Ids are unique over all threads and never reused. They grow along one thread, but between
/// threads they say nothing about age: each thread takes them in blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(NonZeroU64);

impl TaskId {
    /// An id that nothing had before. The first is 1.
    #[allow(clippy::should_implement_trait)]
    #[inline]
    pub fn next() -> TaskId {
        let next = BLOCK_NEXT.get();
        let id = if next < BLOCK_END.get() { next } else { take_block() };
        BLOCK_NEXT.set(id + 1);
        TaskId(NonZeroU64::new(id).expect("ids start at 1"))
    }

    /// The id as a number, never 0.
    #[inline]
    pub fn get(self) -> u64 {
        self.0.get()
    }
}

#[cold]
fn take_block() -> u64 {
    // Relaxed: only the uniqueness of the number matters.
    let first = NEXT_BLOCK.fetch_add(BLOCK, Ordering::Relaxed);
    BLOCK_END.set(first + BLOCK);
    first
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// The task being polled on this thread, if one is. Known whether tracing is on or off.
#[inline]
pub fn current() -> Option<TaskId> {
    CURRENT.get()
}

/// Makes `task` the current one of this thread until the guard is dropped; then the former one is
/// current again, so polls can nest.
#[inline]
pub fn set_current(task: Option<TaskId>) -> CurrentGuard {
    CurrentGuard { former: CURRENT.replace(task), _not_send: PhantomData }
}

/// Returned by [`set_current`].
#[derive(Debug)]
#[must_use = "the task is current only while the guard lives"]
pub struct CurrentGuard {
    former: Option<TaskId>,
    _not_send: PhantomData<*const ()>,
}

impl Drop for CurrentGuard {
    #[inline]
    fn drop(&mut self) {
        CURRENT.set(self.former);
    }
}
