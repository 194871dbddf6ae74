//! The lock for readers and writers, without a value.
//!
//! As Go's: once a writer waits, readers that come wait behind it; when it unlocks, all readers that
//! waited meanwhile go first, and then the next writer.

use std::fmt;

use fourfold_kernel::fiber;
use fourfold_kernel::pool::Reason;
use fourfold_kernel::waiters::{Acquire, Queue, Waiters};

static READ: Reason = Reason::by_tasks("sync.RWMutex.RLock");
static WRITE: Reason = Reason::by_tasks("sync.RWMutex.Lock");

#[derive(Debug, Default)]
struct State {
    readers: usize,
    writing: bool,
    /// Writers in line.
    writers: usize,
    /// Readers in line: they wait in the other queue.
    waiting_readers: usize,
}

/// A lock for many readers or one writer without a value, locked and unlocked by calls: Go's
/// `sync.RWMutex` to the letter.
///
/// It belongs to nobody: another goroutine may unlock it. For data use [`RwMutex`](super::RwMutex).
///
/// ```
/// use fourfold::go::sync::RawRwMutex;
///
/// let lock = RawRwMutex::new();
/// lock.r_lock();
/// assert!(lock.try_r_lock());
/// assert!(!lock.try_lock());
/// lock.r_unlock();
/// lock.r_unlock();
/// assert!(lock.try_lock());
/// lock.unlock();
/// ```
///
/// The original: [`sync.RWMutex`](https://pkg.go.dev/sync#RWMutex).
pub struct RawRwMutex {
    /// Writers wait here.
    state: Queue<State>,
    /// Readers wait here; its state says how many may go.
    readers: Queue<()>,
}

struct Writing;

impl Acquire for Writing {
    type State = State;
    type Output = ();

    fn try_now(&mut self, state: &mut State, _: &mut Waiters, _: bool) -> Option<()> {
        if !state.writing && state.readers == 0 && state.writers == 0 {
            state.writing = true;
            return Some(());
        }
        state.writers += 1;
        None
    }

    fn granted(&mut self) {}

    fn abandon(&mut self, state: &mut State, waiters: &mut Waiters, granted: bool) {
        debug_assert!(granted, "writers are granted, never told to retry");
        state.writing = false;
        next_writer(state, waiters);
    }

    fn left(&mut self, state: &mut State, _: &mut Waiters) {
        state.writers -= 1;
    }
}

/// Lets the next writer in, if it can be.
fn next_writer(state: &mut State, waiters: &mut Waiters) {
    if !state.writing && state.readers == 0 && waiters.grant_first() {
        state.writers -= 1;
        state.writing = true;
    }
}

struct Reading<'a>(&'a Queue<State>);

impl Acquire for Reading<'_> {
    type State = ();
    type Output = ();

    fn try_now(&mut self, (): &mut (), _: &mut Waiters, _: bool) -> Option<()> {
        // The order of the two locks is always this: readers, then state.
        self.0.with(|state, _| {
            if !state.writing && state.writers == 0 {
                state.readers += 1;
                return Some(());
            }
            state.waiting_readers += 1;
            None
        })
    }

    fn granted(&mut self) {}

    fn abandon(&mut self, (): &mut (), _: &mut Waiters, granted: bool) {
        debug_assert!(granted, "readers are granted, never told to retry");
    }

    /// It had been let in.
    fn abandoned(&mut self) {
        self.0.with(|state, writers| {
            state.readers -= 1;
            next_writer(state, writers);
        });
    }

    fn left(&mut self, (): &mut (), _: &mut Waiters) {
        self.0.with(|state, _| state.waiting_readers -= 1);
    }
}

impl RawRwMutex {
    /// Unlocked.
    pub const fn new() -> RawRwMutex {
        let state = State { readers: 0, writing: false, writers: 0, waiting_readers: 0 };
        RawRwMutex { state: Queue::new(state), readers: Queue::new(()) }
    }

    /// Locks it for reading, waiting while a writer has it or waits for it.
    ///
    /// # Panics
    ///
    /// In a future: use [`r_lock_async`](RawRwMutex::r_lock_async).
    pub fn r_lock(&self) {
        if !self.try_r_lock() {
            fiber::wait(self.readers.wait(Reading(&self.state), &READ));
        }
    }

    /// Locks it for reading if no writer has it or waits for it.
    pub fn try_r_lock(&self) -> bool {
        self.state.with(|state, _| {
            let free = !state.writing && state.writers == 0;
            state.readers += usize::from(free);
            free
        })
    }

    /// As [`r_lock`](RawRwMutex::r_lock), awaited. Dropped before it is ready it neither keeps the
    /// lock nor costs another one its turn.
    pub async fn r_lock_async(&self) {
        self.readers.wait(Reading(&self.state), &READ).await;
    }

    /// Ends one reader's lock.
    ///
    /// # Panics
    ///
    /// With "sync: RUnlock of unlocked RWMutex". (In Go that ends the process and cannot be
    /// recovered.)
    pub fn r_unlock(&self) {
        let was_read = self.state.with(|state, writers| {
            let read = state.readers > 0;
            if read {
                state.readers -= 1;
                next_writer(state, writers);
            }
            read
        });
        assert!(was_read, "sync: RUnlock of unlocked RWMutex");
    }

    /// Locks it for writing, waiting until nobody has it.
    ///
    /// # Panics
    ///
    /// In a future: use [`lock_async`](RawRwMutex::lock_async).
    pub fn lock(&self) {
        if !self.try_lock() {
            fiber::wait(self.lock_async());
        }
    }

    /// Locks it for writing if nobody has it or waits to write.
    pub fn try_lock(&self) -> bool {
        self.state.with(|state, _| {
            let free = !state.writing && state.readers == 0 && state.writers == 0;
            state.writing |= free;
            free
        })
    }

    /// As [`lock`](RawRwMutex::lock), awaited; see [`r_lock_async`](RawRwMutex::r_lock_async).
    pub async fn lock_async(&self) {
        let gone = WriterGone(self);
        self.state.wait(Writing, &WRITE).await;
        std::mem::forget(gone);
    }

    /// Ends the writer's lock. Those who waited to read go first, all of them; else the next writer.
    ///
    /// # Panics
    ///
    /// With "sync: Unlock of unlocked RWMutex". (In Go that ends the process and cannot be
    /// recovered.)
    pub fn unlock(&self) {
        let (was_written, readers_go) = self.readers.with(|(), waiting| {
            let (was_written, go) = self.state.with(|state, _| {
                if !state.writing {
                    return (false, false);
                }
                state.writing = false;
                let go = state.waiting_readers > 0;
                state.readers += std::mem::take(&mut state.waiting_readers);
                (true, go)
            });
            if go {
                waiting.grant_all();
            }
            (was_written, go)
        });
        assert!(was_written, "sync: Unlock of unlocked RWMutex");
        if !readers_go {
            self.state.with(next_writer);
        }
    }
}

/// Dropped, after the wait itself, if a writer goes away without the lock: the readers behind it
/// must not wait for it any longer.
struct WriterGone<'a>(&'a RawRwMutex);

impl Drop for WriterGone<'_> {
    fn drop(&mut self) {
        self.0.readers.with(|(), waiting| {
            let go = self.0.state.with(|state, _| {
                let go = !state.writing && state.writers == 0;
                if go {
                    state.readers += std::mem::take(&mut state.waiting_readers);
                }
                go
            });
            if go {
                waiting.grant_all();
            }
        });
    }
}

impl Default for RawRwMutex {
    fn default() -> RawRwMutex {
        RawRwMutex::new()
    }
}

impl fmt::Debug for RawRwMutex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (readers, writing) = self.state.with(|state, _| (state.readers, state.writing));
        f.debug_struct("RawRwMutex").field("readers", &readers).field("writing", &writing).finish()
    }
}
