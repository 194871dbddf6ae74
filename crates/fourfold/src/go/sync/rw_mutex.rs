//! A lock for many readers or one writer, in which writers are not starved.
//!
//! As Go's: once a writer waits, readers that come wait behind it; when it unlocks, all readers that
//! waited meanwhile go first, and then the next writer.

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};

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

/// A lock for many readers or one writer.
///
/// ```
/// use fourfold::go::sync::RwMutex;
///
/// let lock = RwMutex::new(1);
/// {
///     let (one, two) = (lock.read(), lock.read());
///     assert_eq!(*one + *two, 2);
///     assert!(lock.try_lock().is_none());
/// }
/// *lock.lock() += 1;
/// assert_eq!(*lock.read(), 2);
/// ```
///
/// The original: [`sync.RWMutex`](https://pkg.go.dev/sync#RWMutex): `RLock` is [`read`](Self::read),
/// `Lock` is [`lock`](Self::lock). A guard unlocks once, so there is no unlocking of what is not
/// locked.
pub struct RwMutex<T: ?Sized> {
    /// Writers wait here.
    state: Queue<State>,
    /// Readers wait here; its state says how many may go.
    readers: Queue<()>,
    value: UnsafeCell<T>,
}

// SAFETY: the value goes from thread to thread.
unsafe impl<T: ?Sized + Send> Send for RwMutex<T> {}
// SAFETY: readers on several threads look at the value at once.
unsafe impl<T: ?Sized + Send + Sync> Sync for RwMutex<T> {}

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

impl<T> RwMutex<T> {
    /// Unlocked.
    pub const fn new(value: T) -> RwMutex<T> {
        let state = State { readers: 0, writing: false, writers: 0, waiting_readers: 0 };
        RwMutex { state: Queue::new(state), readers: Queue::new(()), value: UnsafeCell::new(value) }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> RwMutex<T> {
    /// Locks it for reading, waiting while a writer has it or waits for it.
    ///
    /// # Panics
    ///
    /// In a future: use [`read_async`](RwMutex::read_async).
    pub fn read(&self) -> ReadGuard<'_, T> {
        if let Some(guard) = self.try_read() {
            return guard;
        }
        fiber::wait(self.readers.wait(Reading(&self.state), &READ));
        ReadGuard { lock: self }
    }

    /// Locks it for reading if no writer has it or waits for it.
    pub fn try_read(&self) -> Option<ReadGuard<'_, T>> {
        let read = self.state.with(|state, _| {
            let free = !state.writing && state.writers == 0;
            state.readers += usize::from(free);
            free
        });
        read.then(|| ReadGuard { lock: self })
    }

    /// As [`read`](RwMutex::read), awaited.
    pub async fn read_async(&self) -> ReadGuard<'_, T> {
        self.readers.wait(Reading(&self.state), &READ).await;
        ReadGuard { lock: self }
    }

    /// Locks it for writing, waiting until nobody has it.
    ///
    /// # Panics
    ///
    /// In a future: use [`lock_async`](RwMutex::lock_async).
    pub fn lock(&self) -> WriteGuard<'_, T> {
        if let Some(guard) = self.try_lock() {
            return guard;
        }
        fiber::wait(self.state.wait(Writing, &WRITE));
        WriteGuard { lock: self }
    }

    /// Locks it for writing if nobody has it or waits to write.
    pub fn try_lock(&self) -> Option<WriteGuard<'_, T>> {
        let locked = self.state.with(|state, _| {
            let free = !state.writing && state.readers == 0 && state.writers == 0;
            state.writing |= free;
            free
        });
        locked.then(|| WriteGuard { lock: self })
    }

    /// As [`lock`](RwMutex::lock), awaited.
    pub async fn lock_async(&self) -> WriteGuard<'_, T> {
        self.state.wait(Writing, &WRITE).await;
        WriteGuard { lock: self }
    }

    /// Those who waited to read go first, all of them; else the next writer.
    fn unlock_write(&self) {
        let readers_go = self.readers.with(|(), waiting| {
            let go = self.state.with(|state, _| {
                state.writing = false;
                let go = state.waiting_readers > 0;
                state.readers += std::mem::take(&mut state.waiting_readers);
                go
            });
            if go {
                waiting.grant_all();
            }
            go
        });
        if !readers_go {
            self.state.with(next_writer);
        }
    }

    fn unlock_read(&self) {
        self.state.with(|state, writers| {
            state.readers -= 1;
            next_writer(state, writers);
        });
    }
}

impl<T: Default> Default for RwMutex<T> {
    fn default() -> RwMutex<T> {
        RwMutex::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for RwMutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.try_read() {
            Some(guard) => f.debug_tuple("RwMutex").field(&&*guard).finish(),
            None => f.write_str("RwMutex(<locked>)"),
        }
    }
}

/// Reads until it is dropped.
#[must_use = "it is unlocked when the guard is dropped"]
pub struct ReadGuard<'a, T: ?Sized> {
    lock: &'a RwMutex<T>,
}

impl<T: ?Sized> Deref for ReadGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: no writer is in while this guard is.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T: ?Sized> Drop for ReadGuard<'_, T> {
    fn drop(&mut self) {
        self.lock.unlock_read();
    }
}

/// Writes until it is dropped.
#[must_use = "it is unlocked when the guard is dropped"]
pub struct WriteGuard<'a, T: ?Sized> {
    lock: &'a RwMutex<T>,
}

impl<T: ?Sized> Deref for WriteGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: nobody else is in while this guard is.
        unsafe { &*self.lock.value.get() }
    }
}

impl<T: ?Sized> DerefMut for WriteGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: nobody else is in while this guard is.
        unsafe { &mut *self.lock.value.get() }
    }
}

impl<T: ?Sized> Drop for WriteGuard<'_, T> {
    fn drop(&mut self) {
        self.lock.unlock_write();
    }
}

// SAFETY: as a `&T`.
unsafe impl<T: ?Sized + Sync> Sync for ReadGuard<'_, T> {}
// SAFETY: as a `&mut T`.
unsafe impl<T: ?Sized + Sync> Sync for WriteGuard<'_, T> {}

impl<T: ?Sized + fmt::Debug> fmt::Debug for ReadGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for WriteGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
