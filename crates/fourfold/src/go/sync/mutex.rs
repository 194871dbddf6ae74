//! A mutual exclusion lock that does not starve anybody.
//!
//! As Go's: normally a goroutine that is woken competes with those that just came, which have the
//! processor and mostly win; that is fast. One that has waited for more than 1 ms makes the lock
//! *starving*: it is then handed from each owner to the first in line, until that one has not
//! waited so long or is the last.

use std::cell::UnsafeCell;
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;
use std::time::Instant;

use fourfold_kernel::fiber;
use fourfold_kernel::pool::{Pool, Reason};
use fourfold_kernel::waiters::{Acquire, Queue, Waiters};

/// Who waited for so long makes the lock starving.
const STARVING_AFTER: u64 = 1_000_000;

static LOCK: Reason = Reason::by_tasks("sync.Mutex.Lock");

/// A lock without a value, locked and unlocked by calls: Go's `sync.Mutex` to the letter.
///
/// It belongs to nobody: another goroutine may unlock it. For data use [`Mutex`].
#[derive(Debug)]
pub struct RawMutex {
    queue: Queue<State>,
}

#[derive(Debug)]
struct State {
    locked: bool,
    starving: bool,
}

/// The time that decides about starving: that of the runtime, or else of the process.
fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    match Pool::current() {
        Some(pool) => pool.now(),
        None => START.get_or_init(Instant::now).elapsed().as_nanos() as u64,
    }
}

/// A wait for the lock.
struct Locking {
    /// When it began to wait.
    since: Option<u64>,
}

impl Acquire for Locking {
    type State = State;
    type Output = ();

    fn try_now(&mut self, state: &mut State, waiters: &mut Waiters, again: bool) -> Option<()> {
        // Who was woken before may take it; who comes anew only if nobody is to be preferred.
        if !state.locked && (again || !state.starving || waiters.is_empty()) {
            state.locked = true;
            return Some(());
        }
        let since = *self.since.get_or_insert_with(now);
        if again && now().saturating_sub(since) > STARVING_AFTER {
            state.starving = true;
        }
        None
    }

    fn granted(&mut self) {}

    fn abandon(&mut self, state: &mut State, waiters: &mut Waiters, granted: bool) {
        if granted {
            unlock(state, waiters);
        } else if !state.locked {
            // It was woken because the lock was free, and is not going to take it.
            waiters.retry_first();
        }
    }

    fn tag(&self) -> u64 {
        self.since.unwrap_or(0)
    }
}

fn unlock(state: &mut State, waiters: &mut Waiters) {
    if state.starving {
        if let Some(since) = waiters.first() {
            // Handed over: nobody can come in between.
            state.starving = waiters.len() > 1 && now().saturating_sub(since) > STARVING_AFTER;
            waiters.grant_first();
            return;
        }
        state.starving = false;
    }
    state.locked = false;
    waiters.retry_first();
}

impl RawMutex {
    /// Unlocked.
    pub const fn new() -> RawMutex {
        RawMutex { queue: Queue::new(State { locked: false, starving: false }) }
    }

    /// Locks it, waiting until it is free.
    ///
    /// # Panics
    ///
    /// In a future: use [`lock_async`](RawMutex::lock_async).
    #[inline]
    pub fn lock(&self) {
        if !self.try_lock() {
            fiber::wait(self.queue.wait(Locking { since: None }, &LOCK));
        }
    }

    /// Locks it if it is free.
    #[inline]
    pub fn try_lock(&self) -> bool {
        self.queue.with(|state, waiters| {
            let free = !state.locked && (!state.starving || waiters.is_empty());
            state.locked |= free;
            free
        })
    }

    /// As [`lock`](RawMutex::lock), awaited. Dropped before it is ready it neither keeps the lock
    /// nor costs another one its turn.
    pub async fn lock_async(&self) {
        self.queue.wait(Locking { since: None }, &LOCK).await;
    }

    /// Unlocks it.
    ///
    /// # Panics
    ///
    /// With "sync: unlock of unlocked mutex". (In Go that ends the process and cannot be recovered.)
    #[inline]
    pub fn unlock(&self) {
        let was_locked = self.queue.with(|state, waiters| {
            let locked = state.locked;
            if locked {
                unlock(state, waiters);
            }
            locked
        });
        assert!(was_locked, "sync: unlock of unlocked mutex");
    }
}

impl Default for RawMutex {
    fn default() -> RawMutex {
        RawMutex::new()
    }
}

/// A lock that owns what it protects.
///
/// ```
/// use fourfold::go::{self, sync::Mutex};
///
/// let count = Mutex::new(0);
/// go::scope(|scope| {
///     for _ in 0..10 {
///         scope.go(|| *count.lock() += 1);
///     }
/// });
/// assert_eq!(count.into_inner(), 10);
/// ```
///
/// A panic while it is locked unlocks it, and nothing else: as in Go it is not poisoned.
///
/// The original: [`sync.Mutex`](https://pkg.go.dev/sync#Mutex).
pub struct Mutex<T: ?Sized> {
    raw: RawMutex,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached by who has the lock, on any thread.
unsafe impl<T: ?Sized + Send> Send for Mutex<T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Send> Sync for Mutex<T> {}

impl<T> Mutex<T> {
    /// Unlocked.
    pub const fn new(value: T) -> Mutex<T> {
        Mutex { raw: RawMutex::new(), value: UnsafeCell::new(value) }
    }

    /// The value.
    pub fn into_inner(self) -> T {
        self.value.into_inner()
    }
}

impl<T: ?Sized> Mutex<T> {
    /// Locks it, waiting until it is free. The guard may be kept over waits, and dropped on another
    /// thread.
    ///
    /// # Panics
    ///
    /// In a future: use [`lock_async`](Mutex::lock_async).
    #[inline]
    pub fn lock(&self) -> MutexGuard<'_, T> {
        self.raw.lock();
        MutexGuard { mutex: self }
    }

    /// Locks it if it is free.
    #[inline]
    pub fn try_lock(&self) -> Option<MutexGuard<'_, T>> {
        self.raw.try_lock().then(|| MutexGuard { mutex: self })
    }

    /// As [`lock`](Mutex::lock), awaited; see [`RawMutex::lock_async`].
    pub async fn lock_async(&self) -> MutexGuard<'_, T> {
        self.raw.lock_async().await;
        MutexGuard { mutex: self }
    }

    /// The value, of which nobody else has a reference.
    pub fn get_mut(&mut self) -> &mut T {
        self.value.get_mut()
    }
}

impl<T: Default> Default for Mutex<T> {
    fn default() -> Mutex<T> {
        Mutex::new(T::default())
    }
}

impl<T: ?Sized + fmt::Debug> fmt::Debug for Mutex<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.try_lock() {
            Some(guard) => f.debug_tuple("Mutex").field(&&*guard).finish(),
            None => f.write_str("Mutex(<locked>)"),
        }
    }
}

/// Has the lock until it is dropped.
#[must_use = "it is unlocked when the guard is dropped"]
pub struct MutexGuard<'a, T: ?Sized> {
    mutex: &'a Mutex<T>,
}

impl<'a, T: ?Sized> MutexGuard<'a, T> {
    pub(super) fn mutex(&self) -> &'a Mutex<T> {
        self.mutex
    }
}

impl<T: ?Sized> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the guard has the lock.
        unsafe { &*self.mutex.value.get() }
    }
}

impl<T: ?Sized> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: the guard has the lock, and is borrowed exclusively.
        unsafe { &mut *self.mutex.value.get() }
    }
}

impl<T: ?Sized> Drop for MutexGuard<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.mutex.raw.unlock();
    }
}

// SAFETY: as a `&mut T`; the lock may be given back on another thread.
unsafe impl<T: ?Sized + Sync> Sync for MutexGuard<'_, T> {}

impl<T: ?Sized + fmt::Debug> fmt::Debug for MutexGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}
